//! Who works on which queue, in this process.

use std::collections::{BTreeMap, BTreeSet};

use repono_domain::WorkedQueue;

/// The workers of this process, as its operator wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workers {
    /// Those that queues share.
    pub shared: usize,
    /// Queues that are worked on. Empty: all that kinds in force use, and those that have workers of
    /// their own.
    pub only: Vec<String>,
    /// Queues with workers of their own, and how many. The others do not work on them.
    pub of: BTreeMap<String, usize>,
}

impl Workers {
    /// Queues that are worked on by workers of their own, and how many there are.
    pub fn own(&self) -> impl Iterator<Item = (&str, usize)> {
        let of = self.of.iter().map(|(queue, count)| (queue.as_str(), *count));
        of.filter(|(queue, _)| self.only.is_empty() || self.only.iter().any(|only| only == queue))
    }

    /// Queues that share workers, when kinds in force use these.
    pub fn sharing(&self, used: BTreeSet<String>) -> Vec<String> {
        let all = match self.only.as_slice() {
            [] => used,
            only => only.iter().cloned().collect(),
        };
        all.into_iter().filter(|queue| !self.of.contains_key(queue)).collect()
    }

    /// So many of them have anything to share.
    pub fn sharers(&self) -> usize {
        let is_shared = |queue: &String| !self.of.contains_key(queue);
        let any = self.only.is_empty() || self.only.iter().any(is_shared);
        if any { self.shared } else { 0 }
    }

    /// All that is worked on, by queue.
    pub(crate) fn works_on(&self, used: BTreeSet<String>) -> Vec<WorkedQueue> {
        let own = self.own().map(|(queue, count)| WorkedQueue {
            queue: queue.to_owned(),
            workers: Some(u32::try_from(count).unwrap_or(u32::MAX)),
        });
        let sharing = if self.sharers() == 0 { Vec::new() } else { self.sharing(used) };
        let sharing = sharing.into_iter().map(|queue| WorkedQueue { queue, workers: None });
        let mut all: Vec<_> = own.chain(sharing).collect();
        all.sort_by(|one, other| one.queue.cmp(&other.queue));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queues::DEFAULT;

    fn told(workers: &Workers) -> Vec<(String, Option<u32>)> {
        let all = workers.works_on(BTreeSet::from([DEFAULT.to_owned()]));
        all.into_iter().map(|worked| (worked.queue, worked.workers)).collect()
    }

    fn named(queue: &str, workers: Option<u32>) -> (String, Option<u32>) {
        (queue.to_owned(), workers)
    }

    #[test]
    fn a_queue_with_workers_of_its_own_shares_none() {
        let of = BTreeMap::from([("default".to_owned(), 2), ("indexing".to_owned(), 4)]);
        let workers = Workers { shared: 3, only: Vec::new(), of };

        assert_eq!(told(&workers), [named("default", Some(2)), named("indexing", Some(4))]);
        assert!(workers.sharing(BTreeSet::from([DEFAULT.to_owned()])).is_empty());
    }

    #[test]
    fn what_is_not_named_is_not_worked_on_where_some_are() {
        let of = BTreeMap::from([("indexing".to_owned(), 4), ("low".to_owned(), 1)]);
        let only = vec!["low".to_owned(), "default".to_owned()];
        let workers = Workers { shared: 3, only, of };

        assert_eq!(told(&workers), [named("default", None), named("low", Some(1))]);
    }

    #[test]
    fn without_shared_workers_only_those_queues_are_worked_on_that_have_their_own() {
        let of = BTreeMap::from([("indexing".to_owned(), 4)]);
        let workers = Workers { shared: 0, only: Vec::new(), of };

        assert_eq!(told(&workers), [named("indexing", Some(4))]);
    }

    #[test]
    fn where_all_have_their_own_none_are_shared() {
        let of = BTreeMap::from([("indexing".to_owned(), 4)]);
        let only = vec!["indexing".to_owned()];

        assert_eq!(Workers { shared: 3, only: only.clone(), of }.sharers(), 0);
        assert_eq!(Workers { shared: 3, only, of: BTreeMap::new() }.sharers(), 3);
        assert_eq!(Workers { shared: 3, ..Workers::default() }.sharers(), 3);
    }
}
