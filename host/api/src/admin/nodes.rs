//! The processes of the repository.

use axum::response::Response;
use repono_service::nodes::{self, NodeState};
use repono_service::records::time;
use serde_json::{Value, json};

use super::whole;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Shape};

/// Lists the processes that gave a sign of life within a day, and whether each has in force what
/// the database says.
#[utoipa::path(
    get,
    path = "/api/admin/nodes",
    operation_id = "list_nodes",
    tag = "admin",
    responses((status = 200, description = "Nodes", body = Object), Refusals),
)]
pub(crate) async fn handler(AsAdmin(ctx): AsAdmin, shape: Shape) -> Result<Response, Failure> {
    let nodes = nodes::list(&ctx).await?.iter().map(shown).collect();
    Ok(whole(&shape, nodes, &format!("{}/admin/nodes", ctx.settings.api_url)))
}

fn shown(NodeState { node, alive, in_line }: &NodeState) -> Value {
    json!({
        "id": node.id,
        "name": node.name,
        "roles": node.roles,
        "version": node.version,
        "started": time(node.started),
        "seen": time(node.seen),
        "alive": alive,
        "generation": node.generation,
        "in_line": in_line,
        "problem": node.problem,
    })
}
