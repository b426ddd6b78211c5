//! Tasks that begin when others are over.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{TaskId, TaskState};

/// A task's place in a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which workflow: the id of its first task.
    pub workflow: TaskId,
    /// What the others of the workflow call it.
    pub name: String,
    /// It begins when all of these have succeeded; the tasks by their names.
    pub after: BTreeMap<String, TaskId>,
    /// It begins when all of them are over, however they ended.
    pub even_if_failed: bool,
}

/// What is to happen with a task that waits for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It waits for no other any more.
    Begins,
    /// It is not done, for this reason.
    Ends(String),
}

/// What is to happen with the blocked tasks of a workflow, of which these are all.
///
/// Those of which nothing is said go on waiting.
pub fn decide<'m>(members: &[(&'m TaskId, TaskState, &'m Step)]) -> Vec<(&'m TaskId, Verdict)> {
    let mut states: HashMap<&TaskId, TaskState> =
        members.iter().map(|(id, state, _)| (*id, *state)).collect();
    let mut decided = Vec::new();
    // What ends now may end others.
    loop {
        let before = decided.len();
        for (id, _, step) in members {
            if states.get(id) != Some(&TaskState::Blocked) {
                continue;
            }
            let Some(verdict) = step.verdict(&states) else { continue };
            states.insert(id, verdict.state());
            decided.push((*id, verdict));
        }
        if decided.len() == before {
            return decided;
        }
    }
}

impl Verdict {
    fn state(&self) -> TaskState {
        match self {
            Self::Begins => TaskState::Queued,
            Self::Ends(_) => TaskState::Cancelled,
        }
    }
}

impl Step {
    fn verdict(&self, states: &HashMap<&TaskId, TaskState>) -> Option<Verdict> {
        let mut waits = false;
        for (name, id) in &self.after {
            let told = match states.get(id) {
                Some(TaskState::Succeeded) => continue,
                Some(TaskState::Blocked | TaskState::Queued | TaskState::Running) => {
                    waits = true;
                    continue;
                }
                _ if self.even_if_failed => continue,
                Some(TaskState::Dead) => "was given up",
                Some(TaskState::Cancelled) => "was called off",
                None => "is not kept any more",
            };
            let why = format!(
                "the task {name} ({id}), after which it was to begin, {told}; when that is tried again, so is this"
            );
            return Some(Verdict::Ends(why));
        }
        (!waits).then_some(Verdict::Begins)
    }
}

#[cfg(test)]
mod tests {
    use TaskState::{Blocked, Cancelled, Dead, Queued, Running, Succeeded};

    use super::*;

    /// A workflow of tasks that are called by single letters: `"c<ab"` is after `a` and `b`, and `!` at the end
    /// is for even if these failed.
    fn decided(tasks: &[(&str, TaskState)]) -> Vec<(String, Verdict)> {
        let id = |letter: &str| TaskId(letter.to_owned());
        let parsed: Vec<(TaskId, TaskState, Step)> = tasks
            .iter()
            .map(|(text, state)| {
                let (text, even_if_failed) =
                    text.strip_suffix('!').map_or((*text, false), |text| (text, true));
                let (name, after) = text.split_once('<').unwrap_or((text, ""));
                let after =
                    after.chars().map(|letter| (letter.to_string(), id(&letter.to_string())));
                let step = Step {
                    workflow: id("a"),
                    name: name.to_owned(),
                    after: after.collect(),
                    even_if_failed,
                };
                (id(name), *state, step)
            })
            .collect();
        let members: Vec<_> = parsed.iter().map(|(id, state, step)| (id, *state, step)).collect();
        decide(&members).into_iter().map(|(id, verdict)| (id.0.clone(), verdict)).collect()
    }

    fn begins(tasks: &[(&str, TaskState)]) -> Vec<String> {
        let decided = decided(tasks).into_iter();
        decided.filter(|(_, verdict)| *verdict == Verdict::Begins).map(|(id, _)| id).collect()
    }

    #[test]
    fn a_task_begins_when_all_before_it_have_succeeded() {
        for state in [Queued, Running] {
            assert_eq!(decided(&[("a", Succeeded), ("b", state), ("c<ab", Blocked)]), []);
        }
        assert_eq!(begins(&[("a", Succeeded), ("b", Succeeded), ("c<ab", Blocked)]), ["c"]);
        assert_eq!(begins(&[("a", Succeeded), ("b<a", Blocked), ("c<b", Blocked)]), ["b"]);
    }

    #[test]
    fn what_is_not_blocked_stays_as_it_is() {
        for state in [Queued, Running, Succeeded, Dead, Cancelled] {
            assert_eq!(decided(&[("a", Succeeded), ("b<a", state)]), []);
            assert_eq!(decided(&[("a", Dead), ("b<a", state)]), []);
        }
    }

    #[test]
    fn all_after_a_task_that_failed_ends_with_its_name_and_in_any_order() {
        for (state, word) in [(Dead, "given up"), (Cancelled, "called off")] {
            let decided =
                decided(&[("d<c", Blocked), ("c<ab", Blocked), ("b", Running), ("a", state)]);

            let [(c, Verdict::Ends(why)), (d, Verdict::Ends(because))] = decided.as_slice() else {
                panic!("{decided:?}")
            };
            assert_eq!((c.as_str(), d.as_str()), ("c", "d"));
            assert!(why.contains("the task a (a)") && why.contains(word), "{why}");
            assert!(
                because.contains("the task c (c)") && because.contains("called off"),
                "{because}"
            );
        }
    }

    #[test]
    fn what_begins_even_if_others_failed_waits_until_they_are_over() {
        assert_eq!(decided(&[("a", Dead), ("b", Running), ("c<ab!", Blocked)]), []);
        assert_eq!(begins(&[("a", Dead), ("b", Succeeded), ("c<ab!", Blocked)]), ["c"]);
        let ends = [("a", Dead), ("b<a", Blocked), ("c<b!", Blocked)];
        assert_eq!(begins(&ends), ["c"]);
        assert_eq!(decided(&ends).len(), 2);
    }

    #[test]
    fn what_is_after_a_task_that_is_gone_ends() {
        let decided = decided(&[("b<a", Blocked)]);

        assert!(matches!(&decided[0].1, Verdict::Ends(why) if why.contains("kept")), "{decided:?}");
        assert_eq!(begins(&[("b<a!", Blocked)]), ["b"]);
    }
}
