//! What the metrics of this crate mean.

/// Says so to the recorder that is installed. Handles belong to the recorder that is installed when
/// a backend is opened.
pub fn describe_metrics() {
    crate::sql::describe();
    crate::search::observed::describe();
    crate::remote_cache::describe();
    crate::otlp::describe();
}
