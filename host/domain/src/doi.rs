//! DOIs that are given here, and how far their registration is.

use jiff::Timestamp;

use crate::{CollectionName, RecordId};

/// The DOI of a version or of a work, as it is followed at the registration agency.
///
/// What is wanted of it is not kept: the record says so, whenever somebody looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doi {
    /// The version or the work that it names.
    pub record: RecordId,
    /// Where that belongs.
    pub collection: CollectionName,
    /// Prefix and suffix: `10.5072/akd9f-9vg25`.
    pub name: String,
    /// Whether the agency has what the record says.
    pub progress: DoiProgress,
    /// Counts what the agency had to be told: whoever settles an older state changes nothing.
    pub revision: u64,
    /// As the agency had it when it last answered; none: it has not been told of it.
    pub state: Option<DoiState>,
    /// Why the last attempt came to nothing: a sentence without a full stop.
    pub failure: Option<String>,
    /// When the agency was last told.
    pub attempted: Option<Timestamp>,
    /// When its record last changed.
    pub updated: Timestamp,
}

impl Doi {
    /// The DOI that an identifier gives, if it is one of this repository's own: given by it, and named
    /// after what it names. Whoever deposits may bring any other.
    pub fn own(
        record: RecordId,
        pids: &serde_json::Map<String, serde_json::Value>,
    ) -> Option<&str> {
        let doi = pids.get("doi")?;
        if doi.get("provider")?.as_str()? != "datacite" {
            return None;
        }
        let name = doi.get("identifier")?.as_str()?;
        let (prefix, suffix) = name.split_once('/')?;
        (prefix.starts_with("10.") && suffix == record.to_string()).then_some(name)
    }
}

/// How far a DOI's registration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoiProgress {
    /// The agency is still to be told.
    Waiting,
    /// It has been told.
    Done,
    /// The last attempt to tell it came to nothing.
    Failed,
}

impl DoiProgress {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Done, Self::Failed];

    /// As stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads what [`DoiProgress::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.as_str() == text)
    }
}

/// How a DOI stands at its registration agency, in DataCite's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoiState {
    /// Kept for us, and known to nobody else. It can be discarded.
    Draft,
    /// It resolves, and is found by nobody. It can never be a draft again.
    Registered,
    /// It resolves, and everyone finds it.
    Findable,
}

impl DoiState {
    const ALL: [Self; 3] = [Self::Draft, Self::Registered, Self::Findable];

    /// As stored, shown, and said by DataCite.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Registered => "registered",
            Self::Findable => "findable",
        }
    }

    /// Reads what [`DoiState::as_str`] wrote.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_doi_is_ours_if_it_was_given_here_to_this_record() {
        let record: RecordId = "akd9f-9vg25".parse().unwrap();
        let own = |doi: serde_json::Value| {
            let pids = serde_json::Map::from_iter([("doi".to_owned(), doi)]);
            Doi::own(record, &pids).map(str::to_owned)
        };
        let ours = "10.5072/akd9f-9vg25";

        assert_eq!(own(json!({"identifier": ours, "provider": "datacite"})).as_deref(), Some(ours));
        for not_ours in [
            json!({"identifier": ours, "provider": "external"}),
            json!({"identifier": "10.5072/ach8a-y7220", "provider": "datacite"}),
            json!({"identifier": "10.5072/x/akd9f-9vg25", "provider": "datacite"}),
            json!({"identifier": "akd9f-9vg25", "provider": "datacite"}),
            json!({"identifier": "", "provider": "datacite"}),
            json!({"provider": "datacite"}),
            json!("10.5072/akd9f-9vg25"),
        ] {
            assert_eq!(own(not_ours.clone()), None, "{not_ours}");
        }
        assert_eq!(Doi::own(record, &serde_json::Map::new()), None);
    }
}
