//! Small files, one after another in one file.
//!
//! A record is the lengths of a name and of its content and the checksum of both, four bytes each
//! in little-endian order, then both. Whoever reads journals stops at the first record that is not
//! whole: nothing after it was promised to anyone.
//!
//! **Invariant:** nothing is written behind a record that is not whole. One that a killed process
//! has left is cut off when the journals are opened, one that a full disk has left before the next.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Names of journals begin with this; a number follows.
const PREFIX: &str = "journal-";
const HEAD_BYTES: usize = 12;
/// So much is gathered before it is written without being asked for.
const PENDING_BYTES: usize = 4 << 20;

/// A name and its content.
pub(super) type Record = (PathBuf, Vec<u8>);

/// The journal that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    root: PathBuf,
    number: u64,
    /// None until there is something to write.
    file: Option<File>,
    /// Bytes of the whole records in it, and whether there is more.
    whole_bytes: u64,
    is_torn: bool,
    pending: Vec<u8>,
}

impl Journal {
    /// Takes up after the journals in a folder; answers what they hold, in order.
    pub(super) fn open(root: &Path) -> io::Result<(Self, Vec<Record>)> {
        let numbers = numbers(root)?;
        let mut records = Vec::new();
        for number in &numbers {
            let content = fs::read(path(root, *number))?;
            let mut rest = content.as_slice();
            while let Some((name, content, after)) = first(rest) {
                records.push((PathBuf::from(name), content.to_vec()));
                rest = after;
            }
            if !rest.is_empty() {
                if numbers.last() == Some(number) {
                    let whole = u64::try_from(content.len() - rest.len());
                    let file = OpenOptions::new().write(true).open(path(root, *number))?;
                    file.set_len(whole.map_err(io::Error::other)?)?;
                }
                break;
            }
        }
        let journal = Self {
            root: root.to_owned(),
            number: numbers.last().map_or(1, |last| last + 1),
            file: None,
            whole_bytes: 0,
            is_torn: false,
            pending: Vec::new(),
        };
        Ok((journal, records))
    }

    /// Adds a record. It outlives this process after [`Journal::flush`].
    pub(super) fn append(&mut self, name: &str, content: &[u8]) -> io::Result<()> {
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
        self.pending.extend(length(name.as_bytes())?.to_le_bytes());
        self.pending.extend(length(content)?.to_le_bytes());
        self.pending.extend(checksum(name.as_bytes(), content).to_le_bytes());
        self.pending.extend(name.as_bytes());
        self.pending.extend(content);
        if self.pending.len() > PENDING_BYTES { self.flush() } else { Ok(()) }
    }

    /// Hands all records to the operating system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.cut_off()?;
        if self.pending.is_empty() {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(
                OpenOptions::new()
                    .append(true)
                    .create_new(true)
                    .open(path(&self.root, self.number))?,
            ),
        };
        let done = file.write_all(&self.pending);
        if done.is_ok() {
            self.whole_bytes += self.pending.len() as u64;
        } else {
            self.is_torn = true;
        }
        self.pending.clear();
        done
    }

    /// Takes away what an attempt to write has left of a record.
    fn cut_off(&mut self) -> io::Result<()> {
        if self.is_torn
            && let Some(file) = &self.file
        {
            file.set_len(self.whole_bytes)?;
        }
        self.is_torn = false;
        Ok(())
    }

    /// What is added from now on goes into another journal; answers its number.
    pub(super) fn begin_another(&mut self) -> u64 {
        if self.file.take().is_some() {
            self.number += 1;
            self.whole_bytes = 0;
        }
        self.number
    }
}

/// Removes the journals before this number.
pub(super) fn remove_before(root: &Path, number: u64) -> io::Result<()> {
    for old in numbers(root)?.into_iter().filter(|old| *old < number) {
        fs::remove_file(path(root, old))?;
    }
    Ok(())
}

fn path(root: &Path, number: u64) -> PathBuf {
    root.join(format!("{PREFIX}{number}"))
}

fn numbers(root: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// The first record and what follows it, if the record is whole.
fn first(bytes: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let number = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let (name, rest) = rest.split_at_checked(usize::try_from(number(0)?).ok()?)?;
    let (content, rest) = rest.split_at_checked(usize::try_from(number(4)?).ok()?)?;
    if checksum(name, content) != number(8)? {
        return None;
    }
    Some((std::str::from_utf8(name).ok()?, content, rest))
}

fn checksum(name: &[u8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(name);
    hasher.update(content);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(root: &Path) -> Vec<String> {
        let (_journal, records) = Journal::open(root).unwrap();
        records.into_iter().map(|(name, _)| name.display().to_string()).collect()
    }

    #[test]
    fn journals_are_read_in_their_order_until_they_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(root.path()).unwrap();
        for name in 0..12 {
            journal.append(&name.to_string(), b"content").unwrap();
            journal.flush().unwrap();
            journal.begin_another();
        }
        assert_eq!(names(root.path()), (0..12).map(|name| name.to_string()).collect::<Vec<_>>());

        let next = journal.begin_another();
        journal.append("last", b"").unwrap();
        journal.flush().unwrap();
        remove_before(root.path(), next).unwrap();

        assert_eq!(names(root.path()), ["last"]);
    }

    #[test]
    fn nothing_is_read_after_a_journal_that_was_cut_off() {
        let root = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(root.path()).unwrap();
        for name in ["a", "b", "c"] {
            journal.append(name, name.as_bytes()).unwrap();
            journal.flush().unwrap();
            journal.begin_another();
        }
        let second = path(root.path(), 2);
        let whole = fs::read(&second).unwrap();
        fs::write(&second, &whole[..whole.len() - 1]).unwrap();

        assert_eq!(names(root.path()), ["a"]);
    }

    #[test]
    fn what_a_full_disk_has_left_of_a_record_is_cut_off_before_the_next() {
        let root = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(root.path()).unwrap();
        journal.append("a", b"whole").unwrap();
        journal.flush().unwrap();
        journal.file.as_mut().unwrap().write_all(b"a part of a record").unwrap();
        journal.is_torn = true;

        journal.append("b", b"whole").unwrap();
        journal.flush().unwrap();

        assert_eq!(names(root.path()), ["a", "b"]);
    }

    proptest! {
        #[test]
        fn records_that_are_whole_are_read_and_no_others(
            records in prop::collection::vec(("[a-z.]{0,9}", prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            cut in 0usize..400,
            flip in prop::option::of(0usize..400),
        ) {
            let root = tempfile::tempdir().unwrap();
            let (mut journal, _) = Journal::open(root.path()).unwrap();
            for (name, content) in &records {
                journal.append(name, content).unwrap();
            }
            journal.flush().unwrap();
            // There is none if there is nothing to write.
            let mut bytes = fs::read(path(root.path(), 1)).unwrap_or_default();
            bytes.truncate(cut);
            if let Some(byte) = flip.and_then(|at| bytes.get_mut(at)) {
                *byte ^= 1;
            }
            fs::write(path(root.path(), 1), bytes).unwrap();

            let (_, read) = Journal::open(root.path()).unwrap();

            let written: Vec<_> = records
                .iter()
                .map(|(name, content)| (PathBuf::from(name), content.clone()))
                .collect();
            prop_assert!(written.starts_with(&read));

            // Whoever goes on after that loses neither what was read nor what comes now.
            let (mut journal, _) = Journal::open(root.path()).unwrap();
            journal.append("after", b"it").unwrap();
            journal.flush().unwrap();
            let (_, later) = Journal::open(root.path()).unwrap();
            prop_assert_eq!(&later[..read.len()], &read[..]);
            prop_assert_eq!(&later[read.len()..], &[(PathBuf::from("after"), b"it".to_vec())]);
        }
    }
}
