//! What a task is told of those after which it began.

use repono_domain::{Task, TaskId};
use serde_json::{Map, Value, json};

use super::failed::{Class, Failed};
use crate::Context;

/// The most bytes of JSON that a task is told.
const MOST: usize = 8 << 20;
/// So many tasks are read together.
const BATCH: usize = 32;

/// How those ended, by their names in the workflow.
pub(super) async fn read(ctx: &Context, task: &Task) -> Result<Map<String, Value>, Failed> {
    let (mut after, mut bytes) = (Map::new(), 0);
    let Some(step) = &task.step else { return Ok(after) };
    let named: Vec<(&String, &TaskId)> = step.after.iter().collect();
    for named in named.chunks(BATCH) {
        let ids: Vec<TaskId> = named.iter().map(|(_, id)| (*id).clone()).collect();
        for told in ctx.database.predecessors(&ids).await? {
            let Some((name, _)) = named.iter().find(|(_, id)| **id == told.task) else { continue };
            let value = json!({
                "task": told.task,
                "state": told.state,
                "result": told.result,
                "error": told.error,
            });
            bytes += value.to_string().len();
            after.insert((*name).clone(), value);
        }
        if bytes > MOST {
            return Err(Failed {
                why: format!(
                    "what came of the tasks before it is longer than the {MOST} bytes that a task is told; let them answer less, and read the rest elsewhere"
                ),
                class: Class::Permanent,
            });
        }
    }
    Ok(after)
}
