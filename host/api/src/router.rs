//! All routes.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use repono_service::Services;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::envelope::{envelope, time_limit};
use crate::error::Failure;
use crate::meter::Meter;
use crate::options::{App, Options};
use crate::{admin, health, jobs, me, not_yet, openapi, records, vocabularies};

/// Everything that is served: `/api/…` and `/health/…`.
pub fn router(services: Arc<Services>, options: Options) -> axum::Router {
    let (ordinary, long) = (ordinary().split_for_parts().0, long().split_for_parts().0);
    served(services, options, ordinary.merge(not_yet::routes()), long)
}

/// How a process is that serves nothing else: `/health/…`.
pub fn health_router(services: Arc<Services>, options: Options) -> axum::Router {
    served(services, options, of_health().split_for_parts().0, axum::Router::new())
}

fn served(
    services: Arc<Services>,
    options: Options,
    ordinary: axum::Router<App>,
    long: axum::Router<App>,
) -> axum::Router {
    let app = App { services, options: Arc::new(options), meter: Arc::new(Meter::new()) };
    ordinary
        .layer(from_fn_with_state(app.clone(), time_limit))
        .merge(long)
        .fallback(async || Failure::NoSuchUrl)
        .method_not_allowed_fallback(async || Failure::MethodNotAllowed)
        // Bodies have limits of their own, see `extract` and `Options`.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), envelope))
        .with_state(app)
}

/// The routes that are there, with their description.
pub(crate) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::frame()).merge(ordinary()).merge(long())
}

fn ordinary() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(records::search::handler, records::create::handler))
        .routes(routes!(records::read::handler))
        .routes(routes!(
            records::read_draft::handler,
            records::save_draft::handler,
            records::edit::handler,
            records::delete_draft::handler
        ))
        .routes(routes!(records::publish::handler))
        .routes(routes!(records::reserve_pid::handler, records::discard_pid::handler))
        .routes(routes!(records::versions::handler, records::new_version::handler))
        .routes(routes!(records::latest::handler))
        .routes(routes!(records::delete::handler))
        .routes(routes!(records::restore::handler))
        .routes(routes!(records::revisions::handler))
        .routes(routes!(records::read_revision::handler))
        .routes(routes!(records::export::handler))
        .routes(routes!(records::search_own::handler))
        .routes(routes!(me::read::handler))
        .routes(routes!(me::mail::read, me::mail::change))
        .merge(of_vocabularies())
        .merge(of_administrators())
        .merge(of_jobs())
        .merge(of_health())
        .routes(routes!(openapi::handler))
}

fn of_health() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::live::handler))
        .routes(routes!(health::ready::handler))
        .routes(routes!(health::ping::handler))
}

/// Routes on which only the client's patience counts.
fn long() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(records::import::handler))
        .routes(routes!(records::export_all::handler))
        .routes(routes!(admin::plugins::install::handler))
        .routes(routes!(admin::plugins::activate::handler))
        .routes(routes!(admin::plugins::rollback::handler))
        .routes(routes!(admin::queues::purge::handler))
        .routes(routes!(admin::indices::rebuild::handler))
        .routes(routes!(admin::indices::reconcile::handler))
        .routes(routes!(admin::indices::rollback::handler))
}

fn of_vocabularies() -> OpenApiRouter<App> {
    use vocabularies::named::{affiliations, awards, funders, names, subjects};
    OpenApiRouter::new()
        .routes(routes!(vocabularies::list::handler))
        .routes(routes!(vocabularies::search::handler))
        .routes(routes!(vocabularies::read::handler))
        .routes(routes!(affiliations::search))
        .routes(routes!(affiliations::read))
        .routes(routes!(awards::search))
        .routes(routes!(awards::read))
        .routes(routes!(funders::search))
        .routes(routes!(funders::read))
        .routes(routes!(names::search))
        .routes(routes!(names::read))
        .routes(routes!(subjects::search))
        .routes(routes!(subjects::read))
}

fn of_administrators() -> OpenApiRouter<App> {
    use admin::{
        dois, indices, mail, nodes, plugins, queues, schedules, tasks, tokens, users, webhooks,
        workflows,
    };
    OpenApiRouter::new()
        .routes(routes!(plugins::list::handler))
        .routes(routes!(plugins::read::handler, plugins::remove::handler))
        .routes(routes!(plugins::deactivate::handler))
        .routes(routes!(dois::list::handler))
        .routes(routes!(dois::read::handler))
        .routes(routes!(dois::retry::handler))
        .routes(routes!(dois::retry_failed::handler))
        .routes(routes!(indices::list::handler))
        .routes(routes!(indices::retry::handler))
        .routes(routes!(mail::check::handler))
        .routes(routes!(mail::preview::handler))
        .routes(routes!(mail::try_out::handler))
        .routes(routes!(nodes::handler))
        .routes(routes!(queues::list::handler))
        .routes(routes!(queues::read::handler))
        .routes(routes!(queues::pause::handler))
        .routes(routes!(queues::resume::handler))
        .routes(routes!(tasks::list::handler, tasks::enqueue::handler))
        .routes(routes!(tasks::kinds::handler))
        .routes(routes!(tasks::read::handler))
        .routes(routes!(tasks::logs::handler))
        .routes(routes!(tasks::retry::handler))
        .routes(routes!(tasks::cancel::handler))
        .routes(routes!(workflows::start::handler))
        .routes(routes!(workflows::read::handler))
        .routes(routes!(workflows::cancel::handler))
        .routes(routes!(schedules::list::handler, schedules::create::handler))
        .routes(routes!(
            schedules::read::handler,
            schedules::change::handler,
            schedules::remove::handler
        ))
        .routes(routes!(schedules::pause::handler))
        .routes(routes!(schedules::resume::handler))
        .routes(routes!(schedules::run::handler))
        .routes(routes!(users::list::handler, users::create::handler))
        .routes(routes!(users::mail::read, users::mail::change))
        .routes(routes!(webhooks::list::handler, webhooks::create::handler))
        .routes(routes!(webhooks::read::handler, webhooks::remove::handler))
        .routes(routes!(webhooks::deliveries::handler))
        .routes(routes!(webhooks::enable::handler))
        .routes(routes!(webhooks::try_out::handler))
        .routes(routes!(tokens::list::handler, tokens::create::handler))
        .routes(routes!(tokens::revoke::handler))
}

fn of_jobs() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(jobs::list::handler, jobs::create::handler))
        .routes(routes!(jobs::read::handler, jobs::change::handler, jobs::remove::handler))
        .routes(routes!(jobs::runs::handler, jobs::start::handler))
        .routes(routes!(jobs::read_run::handler, jobs::remove_run::handler))
        .routes(routes!(jobs::logs::handler))
        .routes(routes!(jobs::all_logs::handler))
        .routes(routes!(jobs::stop::handler))
        .routes(routes!(jobs::tasks::handler))
        .routes(routes!(jobs::task_args::handler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_routes_are_in_each_others_way() {
        let routes = documented().split_for_parts().0.merge(not_yet::routes());

        assert!(routes.has_routes());
    }
}
