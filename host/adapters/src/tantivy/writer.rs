//! The one thread that writes an index.
//!
//! It takes all writes that wait, commits them together, shows them to searches and answers. Its
//! tantivy writer exists only while there is something to write: an idle server keeps no buffers.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use repono_service::ports::{IndexWrite, ItemFailure, Visible};
use repono_service::{Error, Result};
use tantivy::IndexWriter;
use tantivy::indexer::IndexWriterOptions;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::{error, warn};

use super::merging::Eights;
use super::opened::Opened;
use super::{batch, deletions, home};
use crate::search::unavailable;
use crate::search::writes::refusal;

/// How long writes in no hurry wait for company.
const PATIENCE: Duration = Duration::from_millis(150);
/// So many of them need no more company.
const COMPANY: usize = 200;
/// A write in a hurry waits for those who shared the last commit, for as long as that took but no
/// longer than this: they tend to be back soon, and to commit for all costs little more than for
/// one.
const COURTESY: Duration = Duration::from_millis(10);
/// Documents in one commit.
const LARGEST_COMMIT: usize = 2_000;
/// Between durable commits.
const CHECKPOINT: Duration = Duration::from_secs(5);
/// Without a write for so long, the tantivy writer is closed.
const IDLE: Duration = Duration::from_secs(20);
/// More segments than this, and commits are slowed down until merges have caught up.
const MOST_SEGMENTS: usize = 200;
/// What a tantivy writer takes at least.
const MEMORY_BYTES: usize = 15_000_000;

/// Writes of one caller.
pub(super) struct Job {
    pub(super) writes: Vec<IndexWrite>,
    pub(super) visible: Visible,
    pub(super) answer: oneshot::Sender<Result<Vec<ItemFailure>>>,
    /// Room among the writes that may wait, given back with the answer.
    pub(super) room: OwnedSemaphorePermit,
}

/// The thread, and the way to it. It ends, having closed the index in order, when this is dropped.
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(opened: Arc<Opened>) -> Result<Self> {
        let (jobs, waiting) = channel();
        let turn = Turn { opened, jobs: waiting, shared: 0, took: Duration::ZERO, session: None };
        let thread = thread::Builder::new()
            .name("search-writer".to_owned())
            .spawn(|| turn.run())
            .map_err(unavailable)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Gives the job back if the thread is no more.
    pub(super) fn send(&self, job: Job) -> Result<(), Box<Job>> {
        match &self.jobs {
            Some(jobs) => jobs.send(job).map_err(|unsent| Box::new(unsent.0)),
            None => Err(Box::new(job)),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            error!("a search writer panicked");
        }
    }
}

struct Turn {
    opened: Arc<Opened>,
    jobs: Receiver<Job>,
    /// How many jobs shared the last commit.
    shared: usize,
    /// How long it took.
    took: Duration,
    session: Option<Session>,
}

/// While there is something to write.
struct Session {
    writer: IndexWriter,
    last_write: Instant,
    last_checkpoint: Instant,
    checkpointing: Option<JoinHandle<()>>,
    /// Stamp of the last commit.
    moment: u64,
    /// Whether there is a commit that is not durable.
    dirty: bool,
}

impl Turn {
    fn run(mut self) {
        loop {
            let first = match &self.session {
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => self.jobs.recv_timeout(Duration::from_secs(1)),
            };
            match first {
                Ok(first) => {
                    let jobs = self.gather(first);
                    let begun = Instant::now();
                    self.serve(jobs);
                    self.took = begun.elapsed();
                    self.checkpoint_if_due();
                }
                Err(RecvTimeoutError::Timeout) => self.rest(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.close_in_order();
    }

    fn gather(&mut self, first: Job) -> Vec<Job> {
        let start = Instant::now();
        let mut count = first.writes.len();
        let mut hurry = first.visible == Visible::OnReturn;
        let mut jobs = vec![first];
        while count < LARGEST_COMMIT {
            let enough = count >= COMPANY || (hurry && jobs.len() >= self.shared);
            let patience = if hurry { self.took.min(COURTESY) } else { PATIENCE };
            let next = if enough {
                self.jobs.try_recv().ok()
            } else {
                self.jobs.recv_timeout(patience.saturating_sub(start.elapsed())).ok()
            };
            let Some(next) = next else { break };
            count += next.writes.len();
            hurry |= next.visible == Visible::OnReturn;
            jobs.push(next);
        }
        self.shared = jobs.len();
        jobs
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        let done = self.write(&jobs);
        if let Err(error) = &done {
            warn!("search index {} could not be written: {error}", self.opened.folder.display());
            // tantivy's writer is of no use after an error; the next write opens another.
            self.session = None;
        }
        for Job { writes, answer, room, .. } in jobs {
            let answered = match &done {
                Ok(()) => Ok(writes.iter().filter_map(refusal).collect()),
                Err(error) => Err(unavailable(error.to_string())),
            };
            drop(answer.send(answered));
            drop(room);
        }
    }

    fn write(&mut self, jobs: &[Job]) -> tantivy::Result<()> {
        let opened = Arc::clone(&self.opened);
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::begin(&opened)?),
        };
        session.last_write = Instant::now();
        let writes =
            jobs.iter().flat_map(|job| &job.writes).filter(|write| refusal(write).is_none());
        if !batch::apply(&opened, &session.writer, session.moment, writes)? {
            return Ok(());
        }
        session.moment = session.writer.commit()?;
        session.dirty = true;
        opened.reader.reload()?;
        if opened.searcher().segment_readers().len() > MOST_SEGMENTS {
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// What is done while nobody writes: merged segments are taken into use, and files made durable.
    fn rest(&mut self) {
        if let Err(error) = self.opened.reader.reload() {
            warn!(
                "search index {} keeps segments that were merged: {error}",
                self.opened.folder.display()
            );
        }
        self.checkpoint_if_due();
        if self.session.as_ref().is_some_and(|session| session.last_write.elapsed() > IDLE) {
            self.close_in_order();
        }
    }

    fn checkpoint_if_due(&mut self) {
        let Some(session) = &mut self.session else { return };
        if !session.dirty
            || session.last_checkpoint.elapsed() < CHECKPOINT
            || session.checkpointing.as_ref().is_some_and(|thread| !thread.is_finished())
        {
            return;
        }
        session.last_checkpoint = Instant::now();
        session.dirty = false;
        if let Err(error) = deletions::forget_oldest(&self.opened, &session.writer) {
            warn!(
                "search index {} remembers more deletions than it should: {error}",
                self.opened.folder.display()
            );
        }
        let opened = Arc::clone(&self.opened);
        let run = move || checkpoint(&opened);
        session.checkpointing =
            thread::Builder::new().name("search-checkpoint".to_owned()).spawn(run).ok();
    }

    /// What was lost before stays marked as lost until it is repaired.
    fn close_in_order(&mut self) {
        let unmark = |opened: &Opened| {
            if opened.is_unclean() { Ok(()) } else { home::unmark(&opened.folder) }
        };
        if let Err(error) = self.close().and_then(|()| unmark(&self.opened)) {
            let folder = self.opened.folder.display();
            warn!("search index {folder} stays marked as being written: {error}");
        }
    }

    fn close(&mut self) -> io::Result<()> {
        if let Some(session) = self.session.take() {
            drop(session.checkpointing.map(JoinHandle::join));
            let ended = session.writer.wait_merging_threads();
            if let Err(error) = ended.and_then(|()| self.opened.reader.reload()) {
                let folder = self.opened.folder.display();
                warn!("search index {folder} did not end its merges: {error}");
            }
        }
        self.opened.files.checkpoint()
    }
}

impl Session {
    fn begin(opened: &Opened) -> tantivy::Result<Self> {
        home::mark(&opened.folder)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(2)
            .memory_budget_per_thread(MEMORY_BYTES)
            .build();
        let writer: IndexWriter = opened.index.writer_with_options(options)?;
        writer.set_merge_policy(Box::new(Eights));
        let (moment, now) = (writer.commit_opstamp(), Instant::now());
        Ok(Self {
            writer,
            moment,
            last_write: now,
            last_checkpoint: now,
            checkpointing: None,
            dirty: false,
        })
    }
}

fn checkpoint(opened: &Opened) {
    if let Err(error) = opened.files.checkpoint() {
        warn!("search index {} could not be made durable: {error}", opened.folder.display());
    }
}

/// What a caller hears when the thread ended before it answered.
pub(super) fn unanswered() -> Error {
    unavailable("the writer ended")
}
