//! Lines of a file, in chunks of a size that memory does not feel.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use flate2::bufread::MultiGzDecoder;

/// A chunk is sent when it is this long or has this many lines: small enough to lie in the buffers of
/// a connection, as answers are read when all has been sent.
const CHUNK_BYTES: usize = 1 << 20;
const CHUNK_LINES: usize = 1000;
/// A longer line is no document.
const LINE_BYTES: u64 = 256 << 20;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Lines that are sent together.
#[derive(Default)]
pub(super) struct Chunk {
    pub body: Vec<u8>,
    /// Their numbers in the file, and where in `body` each ends. Empty lines are left out.
    pub ends: Vec<(u64, usize)>,
    /// Of the file, as it lies on the disk, up to here.
    pub read_bytes: u64,
}

impl Chunk {
    /// The text of the line at this position.
    pub(super) fn line(&self, position: usize) -> &[u8] {
        let start = position
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |(_, end)| *end);
        let end = self.ends.get(position).map_or(start, |(_, end)| *end);
        self.body.get(start..end).unwrap_or_default().trim_ascii_end()
    }
}

/// The chunks of a file.
pub(super) struct Lines {
    path: PathBuf,
    from: Take<Box<dyn BufRead + Send>>,
    number: u64,
    read_bytes: Arc<AtomicU64>,
    size_bytes: Option<u64>,
    ended: bool,
}

impl Lines {
    /// Opens a file, or stdin for `-`, and looks whether it is compressed.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let told = || format!("{} cannot be read", path.display());
        if path == Path::new("-") {
            return Self::over(path, io::stdin(), None).with_context(told);
        }
        let file = File::open(path).with_context(told)?;
        let size_bytes =
            file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        Self::over(path, file, size_bytes).with_context(told)
    }

    fn over(
        path: &Path,
        from: impl Read + Send + 'static,
        size_bytes: Option<u64>,
    ) -> io::Result<Self> {
        let read_bytes = Arc::new(AtomicU64::new(0));
        let mut from = BufReader::with_capacity(
            1 << 16,
            Counted { from, read_bytes: Arc::clone(&read_bytes) },
        );
        let from: Box<dyn BufRead + Send> = if from.fill_buf()?.starts_with(&GZIP) {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(from)))
        } else {
            Box::new(from)
        };
        Ok(Self {
            path: path.to_owned(),
            from: from.take(LINE_BYTES),
            number: 0,
            read_bytes,
            size_bytes,
            ended: false,
        })
    }

    /// How large the file is, if that is known.
    pub(super) fn size_bytes(&self) -> Option<u64> {
        self.size_bytes
    }

    fn chunk(&mut self) -> anyhow::Result<Option<Chunk>> {
        let mut chunk = Chunk::default();
        while chunk.body.len() < CHUNK_BYTES && chunk.ends.len() < CHUNK_LINES {
            let start = chunk.body.len();
            self.from.set_limit(LINE_BYTES);
            let told =
                || format!("{} cannot be read after line {}", self.path.display(), self.number);
            let read = self.from.read_until(b'\n', &mut chunk.body).with_context(told)?;
            if read == 0 {
                self.ended = true;
                break;
            }
            self.number += 1;
            if self.from.limit() == 0 {
                anyhow::bail!(
                    "line {} of {} is longer than {LINE_BYTES} bytes: is it newline-delimited JSON?",
                    self.number,
                    self.path.display()
                );
            }
            if chunk.body.get(start..).unwrap_or_default().trim_ascii().is_empty() {
                chunk.body.truncate(start);
                continue;
            }
            if !chunk.body.ends_with(b"\n") {
                chunk.body.push(b'\n');
            }
            chunk.ends.push((self.number, chunk.body.len()));
        }
        chunk.read_bytes = self.read_bytes.load(Ordering::Relaxed);
        Ok((!chunk.ends.is_empty()).then_some(chunk))
    }
}

impl Iterator for Lines {
    type Item = anyhow::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let chunk = self.chunk();
        self.ended |= chunk.is_err();
        chunk.transpose()
    }
}

struct Counted<R> {
    from: R,
    read_bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.read_bytes.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn chunks(content: &[u8]) -> Vec<Chunk> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        Lines::open(file.path()).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn empty_lines_are_left_out_and_counted() {
        let chunks = chunks(b"{\"a\":1}\n\n  \n{\"b\":2}");

        assert_eq!(chunks.len(), 1);
        assert_eq!(chunks[0].body, b"{\"a\":1}\n{\"b\":2}\n");
        assert_eq!(chunks[0].ends.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(chunks[0].line(1), b"{\"b\":2}");
    }

    #[test]
    fn gzip_is_recognised_by_its_content_and_read_to_its_last_member() {
        let mut content = Vec::new();
        for line in ["{\"a\":1}\n", "{\"b\":2}\n"] {
            let mut member =
                flate2::write::GzEncoder::new(&mut content, flate2::Compression::fast());
            member.write_all(line.as_bytes()).unwrap();
            member.finish().unwrap();
        }
        let size_bytes = u64::try_from(content.len()).unwrap();

        let chunks = chunks(&content);

        assert_eq!(chunks[0].body, b"{\"a\":1}\n{\"b\":2}\n");
        assert_eq!(chunks[0].read_bytes, size_bytes);
    }

    #[test]
    fn many_lines_are_several_chunks_with_numbers_that_go_on() {
        let content = "{}\n".repeat(CHUNK_LINES + 1);

        let chunks = chunks(content.as_bytes());

        assert_eq!(
            chunks.iter().map(|chunk| chunk.ends.len()).collect::<Vec<_>>(),
            [CHUNK_LINES, 1]
        );
        assert_eq!(chunks[1].ends[0].0, u64::try_from(CHUNK_LINES).unwrap() + 1);
    }
}
