//! Routes of `InvenioRDM` that are not there yet: they answer so, and never as if there were no such
//! thing.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::error::Failure;
use crate::options::App;

const ANY: MethodFilter = MethodFilter::GET
    .or(MethodFilter::POST)
    .or(MethodFilter::PUT)
    .or(MethodFilter::PATCH)
    .or(MethodFilter::DELETE);
const WRITES: MethodFilter = MethodFilter::POST.or(MethodFilter::PUT).or(MethodFilter::DELETE);

const FILES: &str = "Files are not kept by this version of Repono yet; deposit records with files.enabled set to false.";
const COMMUNITIES: &str = "Communities are not there yet.";
const REQUESTS: &str = "Requests and reviews are not there yet.";
const ACCESS: &str = "Access links, grants and access requests are not there yet; a restricted record is seen by its owner and administrators.";
const QUOTAS: &str = "Quotas are not there yet.";
const TERMS: &str = "Terms cannot be changed one by one yet; vocabularies come with plugins.";
const ACCOUNTS: &str = "Signing in and administering accounts here is not there yet; see /api/admin/users and /api/admin/tokens.";
const STATS: &str = "Statistics are not there yet.";
const IIIF: &str = "Images are not served yet.";
const OAI: &str = "OAI-PMH is not there yet.";
const PAGES: &str = "Pages and banners are not there yet.";
const AUDIT: &str =
    "The audit log is not there yet; a record's history is at /api/records/{id}/revisions.";
const REMOVAL: &str = "Asking for a record's deletion is not there yet; administrators delete with DELETE /api/records/{id}/delete.";

/// Paths with the methods they have and what is missing.
const MISSING: &[(&str, MethodFilter, &str)] = &[
    (
        "/api/{collection}/{id}",
        MethodFilter::PUT.or(MethodFilter::DELETE),
        "A published record is changed through its draft, and deleted with DELETE /api/records/{id}/delete.",
    ),
    ("/api/{collection}/{id}/files", ANY, FILES),
    ("/api/{collection}/{id}/files/{*key}", ANY, FILES),
    ("/api/{collection}/{id}/files-archive", ANY, FILES),
    ("/api/{collection}/{id}/media-files", ANY, FILES),
    ("/api/{collection}/{id}/media-files/{*key}", ANY, FILES),
    ("/api/{collection}/{id}/media-files-archive", ANY, FILES),
    ("/api/{collection}/{id}/draft/files", ANY, FILES),
    ("/api/{collection}/{id}/draft/files/{*key}", ANY, FILES),
    ("/api/{collection}/{id}/draft/files-archive", ANY, FILES),
    ("/api/{collection}/{id}/draft/media-files", ANY, FILES),
    ("/api/{collection}/{id}/draft/media-files/{*key}", ANY, FILES),
    ("/api/{collection}/{id}/draft/media-files-archive", ANY, FILES),
    ("/api/{collection}/{id}/draft/actions/files-import", MethodFilter::POST, FILES),
    ("/api/{collection}/{id}/draft/actions/submit-review", MethodFilter::POST, REQUESTS),
    ("/api/{collection}/{id}/draft/review", ANY, REQUESTS),
    ("/api/{collection}/{id}/access", ANY, ACCESS),
    ("/api/{collection}/{id}/access/{*what}", ANY, ACCESS),
    ("/api/{collection}/{id}/communities", ANY, COMMUNITIES),
    ("/api/{collection}/{id}/communities-suggestions", ANY, COMMUNITIES),
    ("/api/{collection}/{id}/requests", ANY, REQUESTS),
    ("/api/{collection}/{id}/request-deletion", ANY, REMOVAL),
    ("/api/{collection}/{id}/file-modification", ANY, FILES),
    ("/api/{collection}/{id}/quota", ANY, QUOTAS),
    ("/api/{collection}/{id}/quota-increase", ANY, QUOTAS),
    ("/api/account/{*what}", ANY, QUOTAS),
    ("/api/affiliations", MethodFilter::POST, TERMS),
    ("/api/affiliations/{id}", WRITES, TERMS),
    ("/api/audit-logs", ANY, AUDIT),
    ("/api/audit-logs/", ANY, AUDIT),
    ("/api/audit-logs/{*what}", ANY, AUDIT),
    ("/api/awards", MethodFilter::POST, TERMS),
    ("/api/awards/{id}", WRITES, TERMS),
    ("/api/banners", ANY, PAGES),
    ("/api/banners/", ANY, PAGES),
    ("/api/banners/{*what}", ANY, PAGES),
    ("/api/change-password", ANY, ACCOUNTS),
    ("/api/collections/{*what}", ANY, COMMUNITIES),
    ("/api/communities", ANY, COMMUNITIES),
    ("/api/communities/{*what}", ANY, COMMUNITIES),
    ("/api/confirm-email", ANY, ACCOUNTS),
    ("/api/domains", ANY, ACCOUNTS),
    ("/api/domains/{*what}", ANY, ACCOUNTS),
    ("/api/files", ANY, FILES),
    ("/api/files/{*what}", ANY, FILES),
    ("/api/forgot-password", ANY, ACCOUNTS),
    ("/api/funders", MethodFilter::POST, TERMS),
    ("/api/funders/{id}", WRITES, TERMS),
    ("/api/groups", ANY, ACCOUNTS),
    ("/api/groups/{*what}", ANY, ACCOUNTS),
    ("/api/iiif/{*what}", ANY, IIIF),
    ("/api/login", ANY, ACCOUNTS),
    ("/api/logout", ANY, ACCOUNTS),
    ("/api/names", MethodFilter::POST, TERMS),
    ("/api/names/{id}", WRITES, TERMS),
    ("/api/names/{id}/{value}", ANY, "Names by their identifiers are not there yet."),
    ("/api/oaipmh/{*what}", ANY, OAI),
    ("/api/oauth/{*what}", ANY, ACCOUNTS),
    ("/api/pages", ANY, PAGES),
    ("/api/pages/{*what}", ANY, PAGES),
    ("/api/register", ANY, ACCOUNTS),
    ("/api/requests", ANY, REQUESTS),
    ("/api/requests/", ANY, REQUESTS),
    ("/api/requests/{*what}", ANY, REQUESTS),
    ("/api/reset-password", ANY, ACCOUNTS),
    ("/api/send-confirmation-email", ANY, ACCOUNTS),
    ("/api/sessions", ANY, ACCOUNTS),
    ("/api/sessions/{*what}", ANY, ACCOUNTS),
    ("/api/stats", ANY, STATS),
    ("/api/subjects", MethodFilter::POST, TERMS),
    ("/api/subjects/{id}", WRITES, TERMS),
    ("/api/user/communities", ANY, COMMUNITIES),
    ("/api/user/requests", ANY, REQUESTS),
    ("/api/users", ANY, ACCOUNTS),
    ("/api/users/{*what}", ANY, ACCOUNTS),
    ("/api/vocabularies/{type}", MethodFilter::POST, TERMS),
    ("/api/vocabularies/{type}/{id}", WRITES, TERMS),
];

/// All of them.
pub(crate) fn routes() -> Router<App> {
    MISSING.iter().fold(Router::new(), |router, (path, methods, sentence)| {
        router.route(path, answers(*methods, sentence))
    })
}

/// Their paths.
#[cfg(test)]
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    MISSING.iter().map(|(path, ..)| *path)
}

fn answers(methods: MethodFilter, sentence: &'static str) -> MethodRouter<App> {
    on(methods, move || async move { Failure::NotYet(sentence.into()) })
}
