//! Reading lines out of a body.

use std::io::Write as _;

use axum::body::{Body, BodyDataStream};
use bytes::{Buf as _, Bytes};
use flate2::write::MultiGzDecoder;
use futures::StreamExt as _;

use super::Line;
use super::splitter::Splitter;
use crate::error::Failure;

/// A compressed piece of this size becomes at most a thousand times as long before it is looked at.
const PIECE: usize = 4 << 10;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
}

/// A body's lines, one by one, read no faster than they are taken.
pub(crate) struct Reader {
    body: BodyDataStream,
    gunzip: Option<MultiGzDecoder<Vec<u8>>>,
    received: Bytes,
    splitter: Splitter,
    ended: bool,
}

impl Reader {
    pub(crate) fn new(body: Body, encoding: Encoding, max_line: usize) -> Self {
        Self {
            body: body.into_data_stream(),
            gunzip: (encoding == Encoding::Gzip).then(|| MultiGzDecoder::new(Vec::new())),
            received: Bytes::new(),
            splitter: Splitter::new(max_line),
            ended: false,
        }
    }

    /// The next line; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Line>, Failure> {
        loop {
            if let Some(line) = self.splitter.pop() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            self.advance().await?;
        }
    }

    async fn advance(&mut self) -> Result<(), Failure> {
        if self.received.is_empty() {
            match self.body.next().await {
                Some(received) => self.received = received.map_err(|_| Failure::BrokenBody)?,
                None => return self.finish(),
            }
        }
        let Some(gunzip) = &mut self.gunzip else {
            self.splitter.push(&self.received);
            self.received.clear();
            return Ok(());
        };
        let piece = &self.received[..self.received.len().min(PIECE)];
        let length = piece.len();
        gunzip.write_all(piece).map_err(not_gzip)?;
        gunzip.flush().map_err(not_gzip)?;
        self.received.advance(length);
        self.splitter.push(gunzip.get_ref());
        gunzip.get_mut().clear();
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.ended = true;
        if let Some(gunzip) = &mut self.gunzip {
            gunzip.try_finish().map_err(not_gzip)?;
            self.splitter.push(gunzip.get_ref());
            gunzip.get_mut().clear();
        }
        self.splitter.finish();
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn not_gzip(error: std::io::Error) -> Failure {
    Failure::Unreadable(format!("The request's body is not what gzip writes: {error}."))
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::lines::Text;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(body: Vec<u8>, encoding: Encoding) -> Result<Vec<Vec<u8>>, Failure> {
        let pieces: Vec<_> =
            body.chunks(7).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
        let body = Body::from_stream(futures::stream::iter(pieces));
        let mut reader = Reader::new(body, encoding, 100);
        let mut lines = Vec::new();
        while let Some(line) = reader.next().await? {
            let Text::Whole(text) = line.text else { panic!("whole") };
            lines.push(text);
        }
        Ok(lines)
    }

    #[tokio::test]
    async fn packed_and_plain_bodies_have_the_same_lines() {
        let text = b"{\"a\": 1}\n{\"b\": 2}\n";

        let plain = read(text.to_vec(), Encoding::Plain).await.unwrap();
        let packed = read(gzip(text), Encoding::Gzip).await.unwrap();
        let packed_twice =
            read([gzip(b"{\"a\": 1}\n"), gzip(b"{\"b\": 2}")].concat(), Encoding::Gzip).await;

        assert_eq!(plain, [b"{\"a\": 1}", b"{\"b\": 2}"]);
        assert_eq!(packed, plain);
        assert_eq!(packed_twice.unwrap(), plain);
    }

    #[tokio::test]
    async fn a_packed_body_that_breaks_off_is_refused() {
        let mut packed = gzip(b"{\"a\": 1}\n");
        packed.truncate(packed.len() - 5);

        assert!(read(packed, Encoding::Gzip).await.is_err());
        assert!(read(b"plain".to_vec(), Encoding::Gzip).await.is_err());
    }
}
