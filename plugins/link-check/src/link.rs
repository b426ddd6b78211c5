//! One link on its way to a verdict, answer by answer.

use repono_sdk::fetch::{FetchError, FetchErrorKind, Request, Response};
use serde::{Deserialize, Serialize};
use url::{Position, Url};

use crate::robots::Rules;
use crate::verdict::{Kind, Verdict};

const MOST_HOPS: u8 = 5;
/// How often a host that is busy is asked again.
const MOST_TRIES: u8 = 2;
/// How long it is left alone, if it does not say.
const BUSY_MS: u64 = 60_000;
const MOST_BUSY_MS: u64 = 600_000;
/// What a `robots.txt` may say to us, written down.
const MOST_RULES_BYTES: usize = 16 << 10;
/// Where DOIs lead on is the business of who registered them.
const RESOLVERS: [&str; 3] = ["doi.org", "dx.doi.org", "www.doi.org"];

/// A link of a record that has no verdict yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) record: String,
    /// As the record has it.
    pub(crate) written: String,
    /// Where redirections have led.
    pub(crate) at: Url,
    step: Step,
    hops: u8,
    tries: u8,
}

/// What is asked for next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Step {
    /// The host's rules, and where redirections of these have led.
    Robots(Url, u8),
    /// Without the body.
    Head,
    /// For who does not know `HEAD`.
    Get,
}

/// What a host asks of us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Robots {
    /// Its rules.
    Rules(Rules),
    /// They could not be read: so nothing else is asked for, and this is what all its links get.
    Unknown(Verdict),
}

/// What an answer means.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    /// It is known how good the link is.
    Settled(Verdict),
    /// It is known what the host of [`Link::at`] asks of us.
    Robots(Robots),
    /// There is more to ask for.
    GoOn,
    /// There is, but not before so many milliseconds.
    Wait(u64),
}

impl Link {
    /// # Errors
    /// It is no URL.
    pub(crate) fn new(record: &str, written: &str) -> Result<Self, Verdict> {
        let mut at = Url::parse(written)
            .map_err(|error| Verdict::new(Kind::Broken, None, format!("is no URL: {error}")))?;
        at.set_fragment(None);
        let (record, written) = (record.to_owned(), written.to_owned());
        Ok(Self { record, written, at, step: Step::Head, hops: 0, tries: 0 })
    }

    /// The host whose rules hold for what is asked for: `https://example.org:8443`.
    pub(crate) fn origin(&self) -> String {
        self.at[..Position::BeforePath].to_owned()
    }

    /// For the rules of the host.
    pub(crate) fn path(&self) -> &str {
        &self.at[Position::BeforePath..Position::AfterQuery]
    }

    /// Whose turn it takes.
    pub(crate) fn host(&self) -> &str {
        let asked = match &self.step {
            Step::Robots(at, _) => at,
            Step::Head | Step::Get => &self.at,
        };
        asked.host_str().unwrap_or_default()
    }

    /// Asks for the rules of the host first.
    pub(crate) fn ask_for_robots(&mut self) {
        if matches!(self.step, Step::Robots(..)) {
            return;
        }
        let mut at = self.at.clone();
        at.set_path("/robots.txt");
        at.set_query(None);
        self.step = Step::Robots(at, 0);
    }

    /// The rules of the host are known.
    pub(crate) fn has_robots(&mut self) {
        if matches!(self.step, Step::Robots(..)) {
            self.step = Step::Head;
        }
    }

    pub(crate) fn request(&self) -> Request {
        match &self.step {
            Step::Robots(at, _) => Request::new("GET", at.as_str()),
            Step::Head => Request::new("HEAD", self.at.as_str()),
            Step::Get => Request::new("GET", self.at.as_str()).header("range", "bytes=0-0"),
        }
    }

    pub(crate) fn hear(&mut self, answer: &Result<Response, FetchError>) -> Next {
        match self.step.clone() {
            Step::Robots(at, hops) => self.hear_robots(&at, hops, answer),
            step => self.hear_answer(&step, answer),
        }
    }

    fn hear_robots(&mut self, at: &Url, hops: u8, answer: &Result<Response, FetchError>) -> Next {
        let unknown = |verdict| Next::Robots(Robots::Unknown(verdict));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.kind == FetchErrorKind::TooLarge => {
                return unknown(Verdict::new(
                    Kind::Skipped,
                    None,
                    "has a robots.txt too large to read",
                ));
            }
            Err(error) => return unknown(Verdict::of_error(error)),
        };
        match answer.status {
            200..=299 => Next::Robots(read(&answer.body)),
            300..=399 if hops < MOST_HOPS => match redirected(at, answer) {
                Some(to) => {
                    self.step = Step::Robots(to, hops + 1);
                    Next::GoOn
                }
                None => Next::Robots(Robots::Rules(Rules::default())),
            },
            // There are none.
            300..=499 => Next::Robots(Robots::Rules(Rules::default())),
            status => unknown(Verdict::new(
                Kind::Unsure,
                Some(status),
                format!("was not asked for, as robots.txt of its host answers {status}"),
            )),
        }
    }

    fn hear_answer(&mut self, step: &Step, answer: &Result<Response, FetchError>) -> Next {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Next::Settled(Verdict::of_error(error)),
        };
        match answer.status {
            300..=399 if RESOLVERS.contains(&self.host()) => {
                Next::Settled(Verdict::new(Kind::Ok, Some(answer.status), "is registered"))
            }
            300..=399 => self.follow(answer),
            429 | 503 if self.tries < MOST_TRIES => {
                self.tries += 1;
                Next::Wait(retry_after_ms(answer))
            }
            // Of nothing there is no first byte.
            416 if *step == Step::Get => {
                Next::Settled(Verdict::new(Kind::Ok, Some(416), "is empty"))
            }
            // Many answer so to `HEAD`, and better to `GET`.
            400.. if *step == Step::Head && ![401, 407, 410, 429].contains(&answer.status) => {
                self.step = Step::Get;
                Next::GoOn
            }
            status => Next::Settled(Verdict::of_status(status)),
        }
    }

    fn follow(&mut self, answer: &Response) -> Next {
        let broken = |why| Next::Settled(Verdict::new(Kind::Broken, Some(answer.status), why));
        if self.hops == MOST_HOPS {
            return broken(format!("redirects more than {MOST_HOPS} times"));
        }
        match redirected(&self.at, answer) {
            Some(to) => {
                self.at = to;
                self.hops += 1;
                self.step = Step::Head;
                Next::GoOn
            }
            None => broken("redirects to nowhere".to_owned()),
        }
    }
}

fn redirected(from: &Url, answer: &Response) -> Option<Url> {
    let mut to = from.join(answer.header("location")?).ok()?;
    to.set_fragment(None);
    ["http", "https"].contains(&to.scheme()).then_some(to)
}

fn read(body: &[u8]) -> Robots {
    let rules = Rules::parse(&String::from_utf8_lossy(body));
    let bytes = repono_sdk::serde_json::to_vec(&rules).map_or(usize::MAX, |text| text.len());
    if bytes > MOST_RULES_BYTES {
        let why = "has a robots.txt with more rules than are kept";
        return Robots::Unknown(Verdict::new(Kind::Skipped, None, why));
    }
    Robots::Rules(rules)
}

/// Of `retry-after`, the seconds; whoever names a date is left alone as long as whoever names nothing.
fn retry_after_ms(answer: &Response) -> u64 {
    let seconds = answer.header("retry-after").and_then(|told| told.trim().parse::<u64>().ok());
    seconds.map_or(BUSY_MS, |seconds| seconds.saturating_mul(1000)).min(MOST_BUSY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str) -> Link {
        Link::new("abcde-fgh12", url).unwrap()
    }

    #[expect(clippy::unnecessary_wraps, reason = "as it is heard")]
    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Response, FetchError> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Ok(Response { status, headers: headers.collect(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn a_link_that_is_there_is_asked_for_once() {
        let mut link = link("https://example.org/a#part");

        assert_eq!(link.request(), Request::new("HEAD", "https://example.org/a"));
        assert_eq!(link.hear(&answer(204, &[], "")), Next::Settled(Verdict::of_status(204)));
    }

    #[test]
    fn who_does_not_like_head_is_asked_for_one_byte() {
        let mut link = link("https://example.org/a");

        assert_eq!(link.hear(&answer(405, &[], "")), Next::GoOn);
        assert_eq!(link.request().method, "GET");
        assert_eq!(link.hear(&answer(404, &[], "")), Next::Settled(Verdict::of_status(404)));
    }

    #[test]
    fn redirections_are_followed_and_not_for_ever() {
        let mut link = link("https://example.org/a");

        for hop in 0..MOST_HOPS {
            let to = format!("//{hop}.example.net/{hop}");
            assert_eq!(link.hear(&answer(302, &[("location", &to)], "")), Next::GoOn);
            assert_eq!(link.at.as_str(), format!("https:{to}"));
        }

        let Next::Settled(verdict) = link.hear(&answer(302, &[("location", "/")], "")) else {
            panic!()
        };
        assert_eq!(verdict.kind, Kind::Broken);
    }

    #[test]
    fn a_redirection_out_of_the_web_leads_nowhere() {
        for headers in [&[("location", "ftp://example.org/")][..], &[]] {
            let Next::Settled(verdict) =
                link("https://example.org/").hear(&answer(301, headers, ""))
            else {
                panic!()
            };
            assert_eq!((verdict.kind, verdict.status), (Kind::Broken, Some(301)));
        }
    }

    #[test]
    fn a_doi_that_leads_on_is_good() {
        let mut link = link("https://doi.org/10.1000/1");

        let Next::Settled(verdict) = link.hear(&answer(302, &[("location", "https://x.org")], ""))
        else {
            panic!()
        };

        assert_eq!(verdict.kind, Kind::Ok);
    }

    #[test]
    fn who_is_busy_is_left_alone_and_asked_again() {
        let mut link = link("https://example.org/a");

        assert_eq!(link.hear(&answer(429, &[("retry-after", "7")], "")), Next::Wait(7000));
        assert_eq!(
            link.hear(&answer(503, &[("retry-after", "99999")], "")),
            Next::Wait(MOST_BUSY_MS)
        );
        assert_eq!(link.hear(&answer(429, &[], "")), Next::Settled(Verdict::of_status(429)));
    }

    #[test]
    fn robots_are_asked_for_where_they_lie() {
        let mut link = link("https://example.org:8443/a/b?c=d");
        link.ask_for_robots();

        assert_eq!(link.request().url, "https://example.org:8443/robots.txt");
        assert_eq!((link.origin().as_str(), link.path()), ("https://example.org:8443", "/a/b?c=d"));
        assert_eq!(
            link.hear(&answer(301, &[("location", "https://www.example.org/robots.txt")], "")),
            Next::GoOn
        );
        assert_eq!(link.host(), "www.example.org");
        let Next::Robots(Robots::Rules(rules)) =
            link.hear(&answer(200, &[], "User-agent: *\nDisallow: /a"))
        else {
            panic!()
        };
        assert!(!rules.allow(link.path()));
    }

    #[test]
    fn without_robots_all_is_allowed_and_with_broken_ones_nothing() {
        for (status, is_known) in [(404, true), (403, true), (500, false), (503, false)] {
            let mut link = link("https://example.org/a");
            link.ask_for_robots();

            let next = link.hear(&answer(status, &[], ""));

            assert_eq!(matches!(next, Next::Robots(Robots::Rules(_))), is_known, "{status}");
        }
    }

    #[test]
    fn robots_with_too_many_rules_are_not_half_obeyed() {
        let mut link = link("https://example.org/a");
        link.ask_for_robots();
        let rules: String = (0..2000)
            .flat_map(|number| [format!("Disallow: /{number:030}"), "\n".to_owned()])
            .collect();

        let next = link.hear(&answer(200, &[], &format!("User-agent: *\n{rules}")));

        assert!(matches!(next, Next::Robots(Robots::Unknown(_))), "{next:?}");
    }
}
