//! `InvenioRDM`'s ping.

/// Answers `OK`.
#[utoipa::path(
    get,
    path = "/api/ping",
    operation_id = "ping",
    tag = "health",
    responses((status = 200, description = "OK", body = String, content_type = "text/plain")),
)]
pub(crate) async fn handler() -> &'static str {
    "OK"
}
