//! One pass over what matches: hits in order, their number, and facets.

mod cursor;
mod facets;
mod order;

use repono_service::Result;
use repono_service::ports::{Hit, Page, SearchRequest, SearchResponse};
use repono_service::query::Query;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::query::{BooleanQuery, EnableScoring, Occur, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, Searcher, SegmentOrdinal, SegmentReader, TERMINATED};

use self::cursor::Cursor;
use self::facets::{Counted, Plan, Tally};
use self::order::{Best, Candidate, Order};
use super::opened::Opened;
use super::translate::{translate, unscored};
use crate::search::unavailable;

/// Answers a request from one state of the index.
pub(super) fn search(opened: &Opened, request: &SearchRequest) -> Result<SearchResponse> {
    let layout = &opened.layout;
    let order = Order::new(layout, &request.sort)?;
    let (skip, after) = match &request.page {
        Page::Offset(offset) => (usize::try_from(*offset).unwrap_or(usize::MAX), None),
        Page::After(cursor) => (0, Some(Cursor::decode(cursor, &order)?)),
    };
    let searcher = opened.searcher();
    let gather = Gather {
        narrowed: narrowing(opened, &searcher, &request.post_filter)?,
        plans: request.facets.iter().map(|facet| Plan::new(layout, &facet.kind)).collect(),
        keep: skip.saturating_add(request.size),
        after,
        order,
    };
    let asked = translate(layout, &request.query);
    let allowed = unscored(translate(layout, &request.filter));
    let gone = TermQuery::new(layout.gone_term(), IndexRecordOption::Basic);
    let query = BooleanQuery::new(vec![
        (Occur::Must, asked),
        (Occur::Must, allowed),
        (Occur::MustNot, Box::new(gone)),
    ]);

    let gathered = searcher.search(&query, &gather).map_err(unavailable)?;

    let mut candidates = gathered.candidates;
    candidates.sort_by(|left, right| gather.order.compare(left, right));
    let page = candidates.into_iter().skip(skip).take(request.size);
    let hits = page
        .map(|candidate| Hit { cursor: Cursor::encode(&candidate), key: candidate.key })
        .collect();
    let counts = request.facets.iter().zip(gathered.counted);
    let facets = counts.map(|(facet, counted)| counted.finish(facet, request.facet_size)).collect();
    Ok(SearchResponse { hits, total: gathered.total, facets })
}

fn narrowing(
    opened: &Opened,
    searcher: &Searcher,
    post_filter: &Query,
) -> Result<Option<Box<dyn Weight>>> {
    if *post_filter == Query::All {
        return Ok(None);
    }
    let weight = translate(&opened.layout, post_filter)
        .weight(EnableScoring::disabled_from_searcher(searcher));
    weight.map(Some).map_err(unavailable)
}

struct Gather {
    narrowed: Option<Box<dyn Weight>>,
    plans: Vec<Plan>,
    keep: usize,
    after: Option<Cursor>,
    order: Order,
}

struct Gathered {
    total: u64,
    candidates: Vec<Candidate>,
    counted: Vec<Counted>,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = SegmentGather;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<SegmentGather> {
        Ok(SegmentGather {
            narrowed: self
                .narrowed
                .as_ref()
                .map(|weight| weight.scorer(reader, 1.0))
                .transpose()?,
            tallies: self
                .plans
                .iter()
                .map(|plan| plan.tally(reader))
                .collect::<tantivy::Result<_>>()?,
            best: Best::new(&self.order, reader, self.keep, self.after.as_ref())?,
            total: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order.scores()
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let counted = self.plans.iter().map(|_| Counted::default()).collect();
        let mut merged = Gathered { total: 0, candidates: Vec::new(), counted };
        for fruit in fruits {
            let fruit = fruit?;
            merged.total += fruit.total;
            merged.candidates.extend(fruit.candidates);
            for (merged, counted) in merged.counted.iter_mut().zip(fruit.counted) {
                merged.add(counted);
            }
        }
        Ok(merged)
    }
}

struct SegmentGather {
    narrowed: Option<Box<dyn Scorer>>,
    tallies: Vec<Tally>,
    best: Best,
    total: u64,
}

impl SegmentCollector for SegmentGather {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, document: DocId, score: Score) {
        for tally in &mut self.tallies {
            tally.count(document);
        }
        if let Some(narrowed) = &mut self.narrowed
            && !contains(narrowed.as_mut(), document)
        {
            return;
        }
        self.total += 1;
        self.best.offer(document, score);
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        Ok(Gathered {
            total: self.total,
            candidates: self.best.candidates()?,
            counted: self
                .tallies
                .into_iter()
                .map(Tally::counted)
                .collect::<tantivy::Result<_>>()?,
        })
    }
}

/// Documents are asked for in their order.
fn contains(documents: &mut dyn Scorer, document: DocId) -> bool {
    let at = documents.doc();
    at == document || (at < document && at != TERMINATED && documents.seek(document) == document)
}
