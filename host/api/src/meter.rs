//! How many requests there are, and how long they take: by method, route and status, and never by
//! what is asked for.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use http::{Method, StatusCode};
use metrics::{Gauge, Histogram, Unit, describe_gauge, describe_histogram, gauge, histogram};

const DURATION: &str = "http_server_request_duration_seconds";
const ACTIVE: &str = "http_server_active_requests";

/// Says what the metrics of HTTP mean, to the recorder that is installed.
pub fn describe_metrics() {
    describe_histogram!(DURATION, Unit::Seconds, "Requests, until their answers began.");
    describe_gauge!(ACTIVE, "Requests whose answers have not begun.");
}

/// Measures requests. Handles are made when they are first wanted, and kept.
pub(crate) struct Meter {
    routes: RwLock<HashMap<String, Arc<Route>>>,
    active: [Gauge; METHODS.len()],
}

/// Methods with a name of their own, and what stands for all others.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", OTHER];
const OTHER: &str = "_OTHER";

/// A method as metrics and traces call it.
pub(crate) fn name(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

struct Route {
    template: String,
    durations: RwLock<HashMap<(&'static str, StatusCode), Histogram>>,
}

/// A request under way; dropped, it is not any more.
pub(crate) struct Begun<'m> {
    route: Arc<Route>,
    method: &'static str,
    active: &'m Gauge,
    at: Instant,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let active = METHODS.map(|method| gauge!(ACTIVE, "http_request_method" => method));
        Self { routes: RwLock::default(), active }
    }

    /// A request to a route, which is empty if there is none.
    pub(crate) fn begin(&self, method: &Method, route: &str) -> Begun<'_> {
        let method = name(method);
        let place = METHODS.iter().position(|known| *known == method).unwrap_or_default();
        let active = &self.active[place];
        active.increment(1.0);
        Begun { route: self.route(route), method, active, at: Instant::now() }
    }

    fn route(&self, template: &str) -> Arc<Route> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = routes.get(template) {
            return Arc::clone(route);
        }
        drop(routes);
        let template = template.to_owned();
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let route = routes.entry(template.clone());
        let new = || Arc::new(Route { template, durations: RwLock::default() });
        Arc::clone(route.or_insert_with(new))
    }
}

impl Begun<'_> {
    /// Its answer begins.
    pub(crate) fn answered(self, status: StatusCode) {
        self.route.record(self.method, status, self.at);
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.active.decrement(1.0);
    }
}

impl Route {
    fn record(&self, method: &'static str, status: StatusCode, begun: Instant) {
        let durations = self.durations.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(duration) = durations.get(&(method, status)) {
            duration.record(begun.elapsed());
            return;
        }
        drop(durations);
        let mut labels = vec![
            ("http_request_method", method.to_owned()),
            ("http_response_status_code", status.as_str().to_owned()),
        ];
        if !self.template.is_empty() {
            labels.push(("http_route", self.template.clone()));
        }
        let duration = histogram!(DURATION, &labels);
        duration.record(begun.elapsed());
        let mut durations = self.durations.write().unwrap_or_else(PoisonError::into_inner);
        durations.insert((method, status), duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_nobody_knows_share_a_name() {
        assert_eq!(name(&Method::PUT), "PUT");
        assert_eq!(name(&Method::from_bytes(b"BREW").unwrap()), OTHER);
    }

    #[test]
    fn handles_are_made_once() {
        let meter = Meter::new();

        for _ in 0..3 {
            meter.begin(&Method::GET, "/api/{collection}").answered(StatusCode::OK);
        }
        meter.begin(&Method::GET, "/api/{collection}").answered(StatusCode::NOT_FOUND);

        let routes = meter.routes.read().unwrap();
        assert_eq!(routes.len(), 1);
        assert_eq!(routes["/api/{collection}"].durations.read().unwrap().len(), 2);
    }
}
