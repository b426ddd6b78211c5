//! A server that outlives the program that started it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::place::Place;

/// How long a server may take to end in order.
const PATIENCE: Duration = Duration::from_mins(1);

/// Closes what was handed down, such as the pipe that somebody reads our output from: it would not
/// end before the server does. Then becomes the server.
const CLOSE_AND_BECOME: &str = r#"for fd in /proc/$$/fd/*; do
    fd=${fd##*/}
    if [ "$fd" -gt 2 ]; then eval "exec $fd>&-"; fi
done
exec "$@""#;

/// The process of a service, by its pid file.
pub(super) struct Daemon {
    log: PathBuf,
    pid_file: PathBuf,
}

impl Daemon {
    pub(super) fn of(place: &Place) -> Self {
        Self { log: place.folder.join("log"), pid_file: place.folder.join("pid") }
    }

    /// The process, if it runs and is the one that was started here: a process that got the same
    /// number later began at another time.
    pub(super) fn pid(&self) -> Option<i32> {
        let noted = fs::read_to_string(&self.pid_file).ok()?;
        let (pid, began) = noted.trim().split_once(' ')?;
        let pid = pid.parse().ok()?;
        (beginning(pid)? == began).then_some(pid)
    }

    /// Starts `words` in a session of its own.
    pub(super) fn start(&self, place: &Place, words: &[String]) -> anyhow::Result<()> {
        let log = File::create(&self.log)
            .with_context(|| format!("cannot write {}", self.log.display()))?;
        let child = place
            .command("setsid")?
            .args(["bash", "-c", CLOSE_AND_BECOME, "start"])
            .args(words)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start setsid")?;
        let pid = i32::try_from(child.id())?;
        let began = beginning(pid)
            .with_context(|| format!("{} ended at once; {}", words.join(" "), self.last_words()))?;
        fs::write(&self.pid_file, format!("{pid} {began}\n"))
            .with_context(|| format!("cannot write {}", self.pid_file.display()))
    }

    /// Asks the server to end, and waits until it has.
    pub(super) fn stop(&self, signal: Signal) -> anyhow::Result<()> {
        self.signal(signal)?;
        let asked = Instant::now();
        while self.pid().is_some() {
            if asked.elapsed() > PATIENCE {
                self.signal(Signal::KILL)?;
                bail!(
                    "it did not end within {} s and was killed; {}",
                    PATIENCE.as_secs(),
                    self.last_words()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        fs::remove_file(&self.pid_file).context("cannot remove the pid file")
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        match self.pid().and_then(Pid::from_raw) {
            Some(pid) => kill_process(pid, signal).context("cannot signal the server"),
            None => Ok(()),
        }
    }

    /// The end of the log, for a person.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(15)..];
        format!("the last lines of {} are:\n{}", self.log.display(), last.join("\n"))
    }
}

/// When a process began, in the kernel's words; nothing if it has ended.
fn beginning(pid: i32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold spaces and parentheses; what follows it does not. See proc(5).
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let has_ended = *fields.first()? == "Z";
    (!has_ended).then(|| fields.get(19).map(|field| (*field).to_owned()))?
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Daemon, beginning};
    use crate::services::place::Place;

    #[test]
    fn a_process_that_got_the_number_later_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let daemon = Daemon::of(&Place { folder: folder.path().to_owned(), port: 1 });
        let pid = i32::try_from(std::process::id()).unwrap();
        let began = beginning(pid).unwrap();

        fs::write(&daemon.pid_file, format!("{pid} {began}\n")).unwrap();
        assert_eq!(daemon.pid(), Some(pid));

        fs::write(&daemon.pid_file, format!("{pid} 1{began}\n")).unwrap();
        assert_eq!(daemon.pid(), None);
    }

    #[test]
    fn a_process_that_has_ended_does_not_run() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        while beginning(pid).is_some() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }

        // Not waited for until now: it was a zombie, and that is none that runs.
        assert!(child.wait().unwrap().success());
    }
}
