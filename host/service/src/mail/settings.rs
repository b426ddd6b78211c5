//! How a person wants to be written to.

use repono_domain::{MailSettings, Problem, UserId, When};

use crate::{Context, Error, Result};

/// How this person wants to be written to: oneself, or anyone for administrators.
pub async fn settings(ctx: &Context, person: UserId) -> Result<MailSettings> {
    if !ctx.caller.sees_all_of(person) {
        return Err(Error::Forbidden);
    }
    known(ctx, person).await?;
    ctx.database.mail_settings(person).await
}

/// Changes how this person is written to from now on: oneself, or anyone for administrators.
///
/// # Errors
/// `InvalidDocument` with every problem.
#[tracing::instrument(name = "mail.change_settings", skip_all, fields(user.id = %person))]
pub async fn change_settings(ctx: &Context, person: UserId, settings: &MailSettings) -> Result<()> {
    if !ctx.caller.may_change(person) {
        return Err(Error::Forbidden);
    }
    known(ctx, person).await?;
    let problems = problems(settings);
    if !problems.is_empty() {
        return Err(Error::InvalidDocument(problems));
    }
    ctx.database.keep_mail_settings(person, settings).await
}

async fn known(ctx: &Context, person: UserId) -> Result<()> {
    match ctx.database.user(person).await? {
        Some(_) => Ok(()),
        None => Err(Error::NotFound(format!("There is no user {person}."))),
    }
}

fn problems(settings: &MailSettings) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(language) = &settings.language
        && !is_language(&language.to_lowercase())
    {
        let what = format!("{language:?} is no language: `de`, or `de-AT`.");
        problems.push(Problem::error("/language", "invalid-language", what));
    }
    if settings.tasks == When::Immediately {
        let what =
            "Of tasks that were given up people are told once a day at most: `daily`, or `off`.";
        problems.push(Problem::error("/tasks", "too-often", what));
    }
    problems
}

/// Whether this is a language as in BCP 47, in lower case.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_first = |part: &str| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_next = |part: &str| {
        (1..=8).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= 35 && parts.next().is_some_and(is_first) && parts.all(is_next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_at_once() {
        let settings = MailSettings {
            language: Some("../de".to_owned()),
            tasks: When::Immediately,
            ..MailSettings::default()
        };

        let fields: Vec<_> = problems(&settings).into_iter().map(|problem| problem.at).collect();

        assert_eq!(fields, ["/language", "/tasks"]);
        assert_eq!(problems(&MailSettings::default()), []);
    }

    #[test]
    fn a_language_is_one_of_bcp_47() {
        for language in ["de", "de-at", "zh-hant-tw", "gsw"] {
            assert!(is_language(language), "{language}");
        }
        for none in ["", "d", "german", "de_at", "de-", "de/at", "..", "DE"] {
            assert!(!is_language(none), "{none:?}");
        }
    }
}
