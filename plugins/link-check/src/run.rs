//! The whole of a run, kept as its checkpoint after every round of requests.

use std::collections::{BTreeMap, HashSet, VecDeque};

use repono_sdk::fetch::{Fetch, Request};
use repono_sdk::{Failure, Outcome, TaskHost, json, log, serde_json};
use serde::{Deserialize, Serialize};

use crate::link::{Link, Next, Robots};
use crate::links;
use crate::memory::{LINKS, Memory, Noted, ROBOTS};
use crate::payload::Payload;
use crate::report::Report;
use crate::verdict::{Kind, Verdict};

/// Records that are read at a time.
const RECORDS: u32 = 50;
/// More records are read while fewer links wait: so that there are hosts to choose from.
const LINKS_WAITING: usize = 200;
/// Of one record.
const MOST_LINKS: usize = 1000;
/// Requests at a time, each to another host.
const REQUESTS: usize = 8;
/// Rounds of requests in one call, so that a worker is free for others soon.
const ROUNDS: usize = 3;
/// While nothing waits for a host's turn.
const AT_ONCE_MS: u64 = 10;

/// How far a run is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Run {
    begun_ms: u64,
    /// Records there were when it began.
    total: u64,
    /// The last record that was read.
    after: Option<String>,
    is_read: bool,
    waiting: VecDeque<Link>,
    /// Until when a host is left alone, of those that links wait for.
    resting: BTreeMap<String, u64>,
    report: Report,
}

/// What came of a link before, and since when it is so.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    verdict: Verdict,
    since_ms: u64,
}

/// What a run works with.
pub(crate) struct Surroundings<'a> {
    pub(crate) payload: &'a Payload,
    pub(crate) now_ms: u64,
    pub(crate) host: &'a mut dyn TaskHost,
    pub(crate) memory: Memory<'a>,
    pub(crate) web: &'a mut dyn Fetch,
}

impl Run {
    /// The run that was kept, or a new one.
    pub(crate) fn begin_or_go_on(
        host: &mut dyn TaskHost,
        collection: &str,
        now_ms: u64,
    ) -> Result<Self, Failure> {
        match host.last_checkpoint() {
            Some(state) => serde_json::from_value(state).map_err(|error| {
                Failure::Permanent(format!("the checkpoint cannot be read, begin anew: {error}"))
            }),
            None => {
                Ok(Self { begun_ms: now_ms, total: host.count(collection)?, ..Self::default() })
            }
        }
    }

    /// Some rounds of requests, or the end.
    pub(crate) fn go_on(mut self, mut with: Surroundings<'_>) -> Result<Outcome, Failure> {
        let mut asked = HashSet::new();
        for _ in 0..ROUNDS {
            if with.host.is_cancelled() {
                return Ok(Outcome::Cancelled);
            }
            self.read_on(&mut with)?;
            let round = self.choose(&mut with, &mut asked)?;
            let is_idle = round.is_empty();
            self.ask(round, &mut with)?;
            self.keep(&mut with)?;
            if self.waiting.is_empty() && self.is_read {
                let result = self.report.result(&with.payload.collection, with.memory.kv())?;
                return Ok(Outcome::Done(result));
            }
            if is_idle {
                break;
            }
        }
        Ok(Outcome::Again(self.pause_ms(with.now_ms)))
    }

    /// Reads records until enough links wait.
    fn read_on(&mut self, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        while !self.is_read && self.waiting.len() < LINKS_WAITING {
            let docs = with.host.scan(&with.payload.collection, self.after.as_deref(), RECORDS)?;
            self.is_read = docs.is_empty();
            for doc in docs {
                let mut written = links::of(&doc.body["metadata"]);
                if written.len() > MOST_LINKS {
                    let left_out = written.split_off(MOST_LINKS).len();
                    log::warn(&format!(
                        "{left_out} links of record {} are not checked: {MOST_LINKS} are at most",
                        doc.id
                    ));
                    self.report.left_out += left_out as u64;
                }
                for written in written {
                    match Link::new(&doc.id, &written) {
                        Ok(link) => self.waiting.push_back(link),
                        Err(verdict) => {
                            self.tell(&doc.id, &written, &verdict, with.now_ms, with)?;
                        }
                    }
                }
                self.report.records += 1;
                self.after = Some(doc.id);
            }
        }
        Ok(())
    }

    /// Links whose host may be asked now, each of another host. Settles those on the way about which
    /// nothing is to be asked.
    fn choose(
        &mut self,
        with: &mut Surroundings<'_>,
        asked: &mut HashSet<String>,
    ) -> Result<Vec<Link>, Failure> {
        let mut round = Vec::new();
        for mut link in std::mem::take(&mut self.waiting) {
            if round.len() == REQUESTS || !self.may_ask(link.host(), with.now_ms, asked) {
                self.waiting.push_back(link);
                continue;
            }
            if let Some(known) = self.known(&link, with) {
                self.tell(&link.record, &link.written, &known.verdict, known.since_ms, with)?;
                continue;
            }
            match self.robots(&link, with) {
                None => link.ask_for_robots(),
                Some(Robots::Rules(rules)) if rules.allow(link.path()) => link.has_robots(),
                Some(Robots::Rules(_)) => {
                    let why = "is not for robots, as robots.txt of its host says";
                    self.settle(&link, &Verdict::new(Kind::Skipped, None, why), with)?;
                    continue;
                }
                Some(Robots::Unknown(verdict)) => {
                    self.settle(&link, &verdict, with)?;
                    continue;
                }
            }
            // Its rules may have been another host's to tell.
            if self.may_ask(link.host(), with.now_ms, asked) {
                asked.insert(link.host().to_owned());
                round.push(link);
            } else {
                self.waiting.push_back(link);
            }
        }
        Ok(round)
    }

    fn may_ask(&self, host: &str, now_ms: u64, asked: &HashSet<String>) -> bool {
        let is_resting = self.resting.get(host).is_some_and(|until| *until > now_ms);
        !is_resting && !asked.contains(host)
    }

    fn ask(&mut self, round: Vec<Link>, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        if round.is_empty() {
            return Ok(());
        }
        let requests: Vec<Request> = round.iter().map(Link::request).collect();
        let answers = with.web.send(requests);
        for (mut link, answer) in round.into_iter().zip(answers) {
            let (host, origin) = (link.host().to_owned(), link.origin());
            let mut pause_ms = with.payload.pause_ms.max(self.delay_ms(&link, with));
            match link.hear(&answer) {
                Next::Settled(verdict) => self.settle(&link, &verdict, with)?,
                Next::Robots(robots) => {
                    with.memory.note(&ROBOTS, &origin, &robots);
                    self.waiting.push_back(link);
                }
                Next::GoOn => self.waiting.push_back(link),
                Next::Wait(busy_ms) => {
                    pause_ms = pause_ms.max(busy_ms);
                    self.waiting.push_back(link);
                }
            }
            self.resting.insert(host, with.now_ms + pause_ms);
        }
        Ok(())
    }

    /// What is still fresh of it; what this run has found out is.
    fn known(&self, link: &Link, with: &mut Surroundings<'_>) -> Option<Known> {
        let fresh_ms = with.payload.fresh_hours * 60 * 60 * 1000;
        let since = self.begun_ms.saturating_sub(fresh_ms);
        let known: Noted<Known> = with.memory.get(&LINKS, &link.written)?;
        (known.at_ms >= since).then_some(known.what)
    }

    /// What the host asks of us. That it could not be asked holds for this run alone.
    fn robots(&self, link: &Link, with: &mut Surroundings<'_>) -> Option<Robots> {
        let noted: Noted<Robots> = with.memory.get(&ROBOTS, &link.origin())?;
        let holds = matches!(noted.what, Robots::Rules(_)) || noted.at_ms >= self.begun_ms;
        holds.then_some(noted.what)
    }

    fn delay_ms(&self, link: &Link, with: &mut Surroundings<'_>) -> u64 {
        match self.robots(link, with) {
            Some(Robots::Rules(rules)) => rules.delay_ms,
            Some(Robots::Unknown(_)) | None => 0,
        }
    }

    fn settle(
        &mut self,
        link: &Link,
        verdict: &Verdict,
        with: &mut Surroundings<'_>,
    ) -> Result<(), Failure> {
        let before: Option<Noted<Known>> = with.memory.get(&LINKS, &link.written);
        let since_ms = match before {
            Some(before) if before.what.verdict.kind == verdict.kind => before.what.since_ms,
            _ => with.now_ms,
        };
        let known = Known { verdict: verdict.clone(), since_ms };
        with.memory.note(&LINKS, &link.written, &known);
        self.tell(&link.record, &link.written, verdict, since_ms, with)
    }

    fn tell(
        &mut self,
        record: &str,
        link: &str,
        verdict: &Verdict,
        since_ms: u64,
        with: &mut Surroundings<'_>,
    ) -> Result<(), Failure> {
        let kv = with.memory.kv();
        Ok(self.report.add(&with.payload.collection, record, link, verdict, since_ms, kv)?)
    }

    /// What was found out comes first: a run that is killed in between finds it again.
    fn keep(&mut self, with: &mut Surroundings<'_>) -> Result<(), Failure> {
        with.memory.keep()?;
        self.resting.retain(|_, until| *until > with.now_ms);
        with.host.checkpoint(&json!(self));
        with.host.progress(self.report.records, Some(self.total), &self.note());
        Ok(())
    }

    fn note(&self) -> String {
        format!("records read, {} links checked, {} wait", self.report.links(), self.waiting.len())
    }

    /// Until the first host that somebody waits for has rested.
    fn pause_ms(&self, now_ms: u64) -> u32 {
        let rests = |link: &Link| {
            self.resting.get(link.host()).map_or(0, |until| until.saturating_sub(now_ms))
        };
        let pause_ms = self.waiting.iter().map(rests).min().unwrap_or(0).max(AT_ONCE_MS);
        u32::try_from(pause_ms).unwrap_or(u32::MAX)
    }
}
