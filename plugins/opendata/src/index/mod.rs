//! What the search engine sees of a record.

mod energy;
mod text;

use repono_sdk::{Value, json};

use energy::Energy;

/// Members that would swell the index, and nobody searches.
const LEFT_OUT: [&str; 5] =
    ["files", "dataset_semantics_files", "validation", "pileup", "use_with"];

/// Leaves out what is long, and adds `derived`: what one would have to compute to search for it.
pub(crate) fn denormalise(metadata: &mut Value) {
    let derived = derive(metadata);
    if let Some(members) = metadata.as_object_mut() {
        for name in LEFT_OUT {
            members.remove(name);
        }
        members.remove("abstract");
        members.insert("derived".to_owned(), derived);
    }
    for step in metadata
        .pointer_mut("/methodology/steps")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(step) = step.as_object_mut() {
            step.remove("configuration_files");
        }
    }
}

fn derive(metadata: &Value) -> Value {
    let energy = metadata
        .pointer("/collision_information/energy")
        .and_then(Value::as_str)
        .and_then(Energy::parse);
    let derived = json!({
        "abstract": metadata.pointer("/abstract/description").and_then(Value::as_str).map(text::of_html),
        "title_sort": metadata["title"].as_str().map(str::to_lowercase),
        "energy": energy.as_ref().map(Energy::label),
        "energy_tev": energy.as_ref().map(Energy::tev),
        "collision_type": metadata.pointer("/collision_information/type").map(collision_type),
        "events": metadata.pointer("/distribution/number_events"),
        "files": files(metadata),
        "size_bytes": size_bytes(metadata),
    });
    without_nulls(derived)
}

fn without_nulls(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    object
}

/// Lead ions have two spellings.
fn collision_type(name: &Value) -> Value {
    if name == "PbPb" { "Pb-Pb".into() } else { name.clone() }
}

/// The distribution knows the files behind the index files; without it, those listed are all.
fn files(metadata: &Value) -> Option<u64> {
    let told = metadata.pointer("/distribution/number_files").and_then(Value::as_u64);
    told.or_else(|| Some(metadata.get("files")?.as_array()?.len() as u64))
}

fn size_bytes(metadata: &Value) -> Option<u64> {
    let told = metadata.pointer("/distribution/size").and_then(Value::as_u64);
    told.or_else(|| {
        Some(
            metadata
                .get("files")?
                .as_array()?
                .iter()
                .filter_map(|file| file["size"].as_u64())
                .sum(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denormalised(mut metadata: Value) -> Value {
        denormalise(&mut metadata);
        metadata
    }

    #[test]
    fn listed_files_become_their_number_and_size() {
        let metadata = denormalised(json!({ "files": [{ "size": 3 }, { "size": 4 }] }));

        assert_eq!(
            (&metadata["derived"]["files"], &metadata["derived"]["size_bytes"]),
            (&json!(2), &json!(7))
        );
        assert_eq!(metadata.get("files"), None);
    }

    #[test]
    fn index_files_do_not_hide_the_size_of_what_they_list() {
        let metadata = denormalised(json!({
            "files": [{ "size": 3, "type": "index.txt" }],
            "distribution": { "number_files": 5167, "size": 9_303_961_752_225_u64 },
        }));

        assert_eq!(metadata["derived"]["files"], 5167);
        assert_eq!(metadata["derived"]["size_bytes"], 9_303_961_752_225_u64);
    }

    #[test]
    fn the_abstract_is_searched_without_its_tags() {
        let metadata =
            denormalised(json!({ "abstract": { "description": "<p>Two <b>muons</b></p>" } }));

        assert_eq!(metadata["derived"]["abstract"], "Two muons");
    }

    #[test]
    fn both_spellings_of_lead_on_lead_are_one() {
        let metadata = denormalised(
            json!({ "collision_information": { "type": "PbPb", "energy": "2.76TeV" } }),
        );

        assert_eq!(metadata["derived"]["collision_type"], "Pb-Pb");
        assert_eq!(metadata["derived"]["energy_tev"], 2.76);
    }
}
