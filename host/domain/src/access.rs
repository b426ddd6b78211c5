//! Who may see a record.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Everyone, or only those with rights on the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// The owner, and whom the owner lets in.
    Restricted,
}

/// Until when a restriction holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embargo {
    /// Whether it holds now.
    #[serde(default)]
    pub active: bool,
    /// The first day it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Told to readers.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The access settings of one version of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Who sees the metadata.
    #[serde(default)]
    pub record: Visibility,
    /// Who gets the files.
    #[serde(default)]
    pub files: Visibility,
    /// Until when.
    #[serde(default)]
    pub embargo: Embargo,
}

/// One word for readers, as InvenioRDM computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Metadata and files are there for everyone.
    Open,
    /// Restricted until a day to come.
    Embargoed,
    /// Restricted for good.
    Restricted,
    /// Public, and has no files.
    MetadataOnly,
}

impl Access {
    /// Sums the settings up.
    pub fn status(&self, files_enabled: bool) -> Status {
        let restricted =
            self.record == Visibility::Restricted || self.files == Visibility::Restricted;
        if self.embargo.active && restricted {
            Status::Embargoed
        } else if self.record == Visibility::Restricted || (restricted && files_enabled) {
            Status::Restricted
        } else if files_enabled {
            Status::Open
        } else {
            Status::MetadataOnly
        }
    }
}

impl Status {
    /// As written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Embargoed => "embargoed",
            Self::Restricted => "restricted",
            Self::MetadataOnly => "metadata-only",
        }
    }
}
