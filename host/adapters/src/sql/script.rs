//! Statements that are carried out one after another, and what each of them must find.

use repono_domain::Document;
use repono_service::{Error, Result};

use super::preconditions::Precondition;
use super::statement::{Ending, Statement, Value};

/// Statements in their order. Make one with [`Script::step`].
#[derive(Default)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
}

/// A statement and what it must find.
pub(super) struct Step {
    pub(super) statement: Statement,
    pub(super) demand: Demand,
    pub(super) precondition: Option<Precondition>,
    pub(super) mark: Option<Mark>,
}

/// What a step must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    Nothing,
    Change,
    NoRow,
}

/// What the number that an insert was given is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Of a promise to the search index.
    Promise,
    /// Of a user or token.
    Account,
}

/// What a script brought.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Numbers given to steps marked so, in their order.
    pub(super) numbers: Vec<(Mark, i64)>,
    /// Whether the last step changed any row.
    pub(super) changed: bool,
}

impl Script {
    /// Adds a statement.
    pub(super) fn step(&mut self, statement: impl Into<Statement>) -> StepBuilder<'_> {
        let place = self.steps.len();
        self.steps.push(Step {
            statement: statement.into(),
            demand: Demand::Nothing,
            precondition: None,
            mark: None,
        });
        StepBuilder(&mut self.steps[place])
    }

    /// What its statements do, each kind once: `INSERT records, INSERT outbox`.
    pub(super) fn summary(&self) -> String {
        let mut kinds = Vec::new();
        for step in &self.steps {
            let kind = step.statement.text.summary();
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.iter().map(|(verb, table)| format!("{verb} {table}")).collect::<Vec<_>>().join(", ")
    }

    /// Refuses a statement that is larger than `largest` with its values.
    pub(super) fn fits(&self, largest: usize) -> Result<()> {
        match self.steps.iter().map(|step| step.statement.size()).max() {
            Some(size) if size > largest => Err(Error::TooLarge(format!(
                "this is of {size} bytes, and the database takes {largest} at a time"
            ))),
            _ => Ok(()),
        }
    }
}

/// Completes a step.
pub(super) struct StepBuilder<'s>(&'s mut Step);

impl StepBuilder<'_> {
    /// Its statement's next value.
    pub(super) fn bind(self, value: impl Into<Value>) -> Self {
        self.0.statement.values.push(value.into());
        self
    }

    /// Its statement's next two values: a document, and how many bytes it has.
    pub(super) fn bind_document(self, document: &Document) -> Result<Self> {
        let json = Value::json(document)?;
        let bytes = u64::try_from(json.bytes()).unwrap_or(u64::MAX);
        Ok(self.bind(json).bind(bytes))
    }

    /// It breaks this precondition if a constraint refuses it.
    pub(super) fn unless_refused(self, precondition: Precondition) {
        self.demand(Demand::Nothing, precondition);
    }

    /// It breaks this precondition if it changes no row or a constraint refuses it.
    pub(super) fn must_change(self, precondition: Precondition) {
        self.demand(Demand::Change, precondition);
    }

    /// It breaks this precondition if it finds a row.
    pub(super) fn must_not_find(self, precondition: Precondition) {
        self.demand(Demand::NoRow, precondition);
    }

    /// The number it is given is wanted.
    pub(super) fn mark(self, mark: Mark) -> Self {
        self.0.mark = Some(mark);
        self.0.statement.text.ending = Ending::Number(match mark {
            Mark::Promise => "seq",
            Mark::Account => "id",
        });
        self
    }

    fn demand(self, demand: Demand, precondition: Precondition) {
        self.0.demand = demand;
        self.0.precondition = Some(precondition);
    }
}
