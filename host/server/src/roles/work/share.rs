//! What a worker chooses its next task by: the queues of its share, whose turn it is, and how fast
//! each may go.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use repono_service::{Context, queues};
use tokio::time::Instant;

use super::pace::Pace;
use super::turns::Turns;
use crate::config::TasksSection;

/// The queues that some workers have in common.
pub(super) struct Share {
    /// None: all that have no workers of their own.
    queue: Option<String>,
    turns: Turns,
    paces: BTreeMap<String, Pace>,
}

/// Where a worker looks for its next task.
pub(super) struct Choice {
    /// Earlier ones first.
    pub(super) queues: Vec<String>,
    /// When one that was left out may be looked at again.
    again: Option<Instant>,
}

impl Share {
    /// Of workers that work on nothing else.
    pub(super) fn of(queue: &str, section: &TasksSection) -> Self {
        Self { queue: Some(queue.to_owned()), turns: Turns::default(), paces: paces(section) }
    }

    /// Of workers that work on all that has none of its own.
    pub(super) fn of_all_others(section: &TasksSection) -> Self {
        let priorities = section
            .queue
            .iter()
            .filter_map(|(queue, of)| Some((queue.clone(), of.priority?)))
            .collect();
        Self { queue: None, turns: Turns::new(priorities), paces: paces(section) }
    }

    /// The queues of this share, with the kinds that are in force now.
    pub(super) fn queues(&self, ctx: &Context) -> Vec<String> {
        match &self.queue {
            Some(queue) => vec![queue.clone()],
            None => ctx.workers.sharing(queues::of_kinds(ctx)),
        }
    }

    /// Where to look now. What came of it is to be [told](Share::took).
    pub(super) fn choose(&self, queues: &[String], now: Instant) -> Choice {
        let mut again: Option<Instant> = None;
        let may_begin = |queue: &String| match self.paces.get(queue).map(|pace| pace.take(now)) {
            Some(Err(then)) => {
                again = Some(again.map_or(then, |again| again.min(then)));
                false
            }
            _ => true,
        };
        let queues = self.turns.order(queues).into_iter().filter(may_begin).collect();
        Choice { queues, again }
    }

    /// From which queue a task was taken.
    pub(super) fn took(&self, choice: &Choice, from: Option<&str>) {
        if let Some(queue) = from {
            self.turns.took(queue);
        }
        for queue in choice.queues.iter().filter(|queue| Some(queue.as_str()) != from) {
            if let Some(pace) = self.paces.get(queue) {
                pace.give_back();
            }
        }
    }
}

impl Choice {
    /// How long to wait for a task at most.
    pub(super) fn patience(&self, poll: Duration, now: Instant) -> Duration {
        self.again.map_or(poll, |again| again.saturating_duration_since(now).min(poll))
    }
}

fn paces(section: &TasksSection) -> BTreeMap<String, Pace> {
    let paced = section.queue.iter().filter_map(|(queue, of)| {
        let per_second = NonZeroU32::new(of.per_second?)?;
        Some((queue.clone(), Pace::new(per_second)))
    });
    paced.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn section(priorities: &[(&str, u16)], per_second: &[(&str, u32)]) -> TasksSection {
        let mut section = Config::default().tasks;
        for &(queue, priority) in priorities {
            section.queue.entry(queue.to_owned()).or_default().priority = priority.try_into().ok();
        }
        for &(queue, rate) in per_second {
            section.queue.entry(queue.to_owned()).or_default().per_second = Some(rate);
        }
        section
    }

    fn names(queues: &[&str]) -> Vec<String> {
        queues.iter().map(|&queue| queue.to_owned()).collect()
    }

    #[test]
    fn a_queue_that_goes_too_fast_is_left_out_until_its_time() {
        let share = Share::of_all_others(&section(&[], &[("slow", 2)]));
        let (queues, now, poll) =
            (names(&["default", "slow"]), Instant::now(), Duration::from_secs(1));

        let first = share.choose(&queues, now);
        share.took(&first, Some("slow"));
        let second = share.choose(&queues, now);

        assert_eq!(first.queues, queues);
        assert_eq!(second.queues, ["default"]);
        assert_eq!(second.patience(poll, now), Duration::from_millis(500));
        share.took(&second, Some("default"));
        let third = share.choose(&queues, now + Duration::from_millis(500));
        assert!(third.queues.contains(&"slow".to_owned()), "{:?}", third.queues);
    }

    #[test]
    fn looking_in_vain_costs_no_turn_and_no_time() {
        let share = Share::of_all_others(&section(&[("high", 5)], &[("high", 1)]));
        let (queues, now) = (names(&["high", "low"]), Instant::now());

        for _ in 0..10 {
            let choice = share.choose(&queues, now);
            assert_eq!(choice.queues, ["high", "low"]);
            share.took(&choice, None);
        }
    }

    #[test]
    fn without_a_limit_a_worker_waits_as_long_as_it_likes() {
        let share = Share::of("default", &section(&[], &[("default", 0)]));
        let now = Instant::now();

        let choice = share.choose(&names(&["default"]), now);

        assert_eq!(choice.patience(Duration::from_mins(1), now), Duration::from_mins(1));
    }
}
