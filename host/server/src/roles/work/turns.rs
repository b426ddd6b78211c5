//! Whose turn it is among queues that share workers.
//!
//! Each queue has a clock, which moves by one part in its priority when a task of it is taken. The queue
//! whose clock is furthest behind is next. Of two that always have something, one of priority 3 so
//! gets three turns for each of one of priority 1. A queue that had nothing does not save up
//! turns: its clock is set to that of the last turn, and it is next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU16;
use std::sync::{Mutex, PoisonError};

/// What a clock moves by with the least priority. Divided by the greatest, much is left.
const ROUND: u64 = 1 << 24;

/// Takes turns.
#[derive(Default)]
pub(super) struct Turns {
    priorities: BTreeMap<String, NonZeroU16>,
    clocks: Mutex<Clocks>,
}

#[derive(Default)]
struct Clocks {
    /// When the last turn began.
    now: u64,
    of: HashMap<String, u64>,
}

impl Clocks {
    fn of(&self, queue: &str) -> u64 {
        self.of.get(queue).copied().unwrap_or_default().max(self.now)
    }
}

impl Turns {
    /// Queues that have no entry have the least priority.
    pub(super) fn new(priorities: BTreeMap<String, NonZeroU16>) -> Self {
        Self { priorities, clocks: Mutex::default() }
    }

    /// The queues, whose turn it is first.
    pub(super) fn order(&self, queues: &[String]) -> Vec<String> {
        let mut queues = queues.to_vec();
        let clocks = self.clocks.lock().unwrap_or_else(PoisonError::into_inner);
        queues.sort_by(|one, other| {
            let rank = |queue: &String| (clocks.of(queue), Reverse(self.priority(queue)));
            rank(one).cmp(&rank(other)).then_with(|| one.cmp(other))
        });
        queues
    }

    /// A task of this queue was taken.
    pub(super) fn took(&self, queue: &str) {
        let mut clocks = self.clocks.lock().unwrap_or_else(PoisonError::into_inner);
        let began = clocks.of(queue);
        clocks.now = began;
        let step = ROUND / u64::from(self.priority(queue).get());
        clocks.of.insert(queue.to_owned(), began.saturating_add(step));
    }

    fn priority(&self, queue: &str) -> NonZeroU16 {
        self.priorities.get(queue).copied().unwrap_or(NonZeroU16::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many tasks each queue has.
    struct Scene {
        turns: Turns,
        left: BTreeMap<String, usize>,
    }

    fn scene(queues: &[(&str, u16, usize)]) -> Scene {
        let priority = |priority| NonZeroU16::new(priority).unwrap();
        let priorities = queues.iter().map(|&(name, of, _)| (name.to_owned(), priority(of)));
        let left = queues.iter().map(|&(name, _, tasks)| (name.to_owned(), tasks)).collect();
        Scene { turns: Turns::new(priorities.collect()), left }
    }

    impl Scene {
        /// From which queue the next tasks are taken.
        fn next(&mut self, count: usize) -> Vec<String> {
            let names: Vec<String> = self.left.keys().cloned().collect();
            let mut taken = Vec::new();
            for _ in 0..count {
                let order = self.turns.order(&names);
                let Some(queue) = order.into_iter().find(|queue| self.left[queue] > 0) else {
                    break;
                };
                *self.left.get_mut(&queue).unwrap() -= 1;
                self.turns.took(&queue);
                taken.push(queue);
            }
            taken
        }

        fn next_of(&mut self, queue: &str, count: usize) -> usize {
            self.next(count).into_iter().filter(|taken| taken == queue).count()
        }
    }

    #[test]
    fn one_task_beside_a_flood_is_taken_next() {
        let mut scene = scene(&[("flood", 1, 2000), ("quick", 1, 0)]);
        scene.next(500);

        *scene.left.get_mut("quick").unwrap() = 1;

        assert_eq!(scene.next(1), ["quick"]);
        assert_eq!(scene.next(1), ["flood"]);
    }

    #[test]
    fn a_higher_priority_gets_more_turns_and_a_low_one_its_share() {
        let mut scene = scene(&[("high", 9, 2000), ("low", 1, 2000)]);

        assert_eq!(scene.next(1), ["high"]);
        assert_eq!(scene.next_of("low", 999), 100);
        for _ in 0..20 {
            assert!(scene.next_of("low", 10) >= 1, "it does not wait longer than a round");
        }
    }

    #[test]
    fn of_two_that_wake_up_together_the_higher_is_first() {
        let mut scene = scene(&[("a-low", 1, 0), ("flood", 1, 100), ("high", 5, 0)]);
        scene.next(50);

        *scene.left.get_mut("a-low").unwrap() = 1;
        *scene.left.get_mut("high").unwrap() = 1;

        assert_eq!(scene.next(3), ["high", "a-low", "flood"]);
    }

    #[test]
    fn turns_that_were_not_needed_are_not_saved_up() {
        let mut scene = scene(&[("busy", 1, 2000), ("idle", 1, 0)]);
        scene.next(1000);

        *scene.left.get_mut("idle").unwrap() = 1000;

        assert_eq!(scene.next_of("idle", 100), 50);
    }
}
