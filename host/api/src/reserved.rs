//! Names that collections cannot have.

/// First path segments below `/api` that are taken: by this API, by `InvenioRDM`'s routes whether
/// they are here yet or not, and by what is likely to come. A collection of such a name would be
/// hidden by them.
pub const RESERVED_NAMES: &[&str] = &[
    "account",
    "admin",
    "affiliations",
    "audit-logs",
    "awards",
    "banners",
    "change-password",
    "collections",
    "communities",
    "confirm-email",
    "deposit",
    "docs",
    "domains",
    "files",
    "forgot-password",
    "funders",
    "graphql",
    "groups",
    "health",
    "iiif",
    "jobs",
    "login",
    "logout",
    "logs",
    "me",
    "metrics",
    "names",
    "oai2d",
    "oaipmh",
    "oauth",
    "openapi",
    "pages",
    "ping",
    "register",
    "requests",
    "reset-password",
    "search",
    "send-confirmation-email",
    "sessions",
    "static",
    "stats",
    "subjects",
    "tasks",
    "user",
    "users",
    "vocabularies",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_first_segment_of_a_route_is_reserved() {
        let documented = crate::openapi().paths.paths.into_keys();
        let missing = crate::not_yet::paths().map(str::to_owned);
        let first = |path: String| {
            path.strip_prefix("/api/")
                .map(|path| path.split('/').next().unwrap_or_default().to_owned())
        };

        let taken = documented.chain(missing).filter_map(first);
        let taken = taken.filter(|name| !name.starts_with('{') && !name.contains('.'));

        for name in taken {
            assert!(RESERVED_NAMES.contains(&name.as_str()), "{name} is not reserved");
        }
    }

    #[test]
    fn reserved_names_are_sorted_and_leave_records_alone() {
        assert!(RESERVED_NAMES.is_sorted());
        assert!(!RESERVED_NAMES.contains(&"records"));
    }
}
