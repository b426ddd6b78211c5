//! What is put right without asking.

use repono_sdk::Value;

const TEXTS: [&str; 3] = ["title", "title_additional", "publisher"];

/// Trims titles, drops what is empty, and writes the LHC in one way.
pub(crate) fn tidy(record: &mut Value) {
    let Some(members) = record.as_object_mut() else { return };
    for name in TEXTS {
        if let Some(member) = members.get_mut(name)
            && let Some(text) = member.as_str()
        {
            *member = text.trim().into();
        }
    }
    for name in ["doi", "title_additional"] {
        if members.get(name).is_some_and(|member| member == "") {
            members.remove(name);
        }
    }
    if members.get("keywords").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        members.remove("keywords");
    }
    if members.get("accelerator").is_some_and(|name| name == "CERN LHC") {
        members.insert("accelerator".to_owned(), "CERN-LHC".into());
    }
}

#[cfg(test)]
mod tests {
    use repono_sdk::json;

    use super::tidy;

    #[test]
    fn empty_members_are_dropped_and_others_kept() {
        let mut record =
            json!({ "doi": "", "keywords": [], "title": " Muons ", "note": {}, "publisher": 1 });

        tidy(&mut record);

        assert_eq!(record, json!({ "title": "Muons", "note": {}, "publisher": 1 }));
    }
}
