//! Where tests find real services.

/// The URL in an environment variable such as `REPONO_TEST_REDIS`.
#[expect(clippy::disallowed_methods, reason = "tests are told in no other way")]
pub(crate) fn url(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: `cargo xtask services up` starts the service and `cargo xtask test --services` sets it")
    })
}
