//! Letters, written from templates.
//!
//! `record-published.de.txt` is the text of a message in a language, its first line the subject;
//! `record-published.de.html` beside it is the same for those who like it better, and may be missing.
//! What an operator has takes the place of what is within the program, message by message and
//! language by language.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::Value;

use super::Message;
use crate::{Error, Result};

/// The last language in which something is said: every message is there.
const ENGLISH: &str = "en";
/// What writing one letter may cost: a loop in a template ends.
const FUEL: u64 = 200_000;
/// Begins the names of templates within the program.
const SHIPPED: &str = "built-in ";

/// Name and text of a template.
macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

const TEXTS: [(&str, &str); 20] = shipped!(
    "record-published.en.txt",
    "record-published.en.html",
    "record-published.de.txt",
    "record-published.de.html",
    "record-deleted.en.txt",
    "record-deleted.en.html",
    "record-deleted.de.txt",
    "record-deleted.de.html",
    "record-restored.en.txt",
    "record-restored.en.html",
    "record-restored.de.txt",
    "record-restored.de.html",
    "webhook-disabled.en.txt",
    "webhook-disabled.en.html",
    "webhook-disabled.de.txt",
    "webhook-disabled.de.html",
    "digest.en.txt",
    "digest.en.html",
    "digest.de.txt",
    "digest.de.html",
);

/// A letter that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// For everybody.
    pub text: String,
    /// The same for those who like it better.
    pub html: Option<String>,
}

/// All templates, in all languages.
pub struct Templates {
    environment: Environment<'static>,
    /// Names of those that can be used, and of those that cannot.
    names: BTreeSet<String>,
    /// Why a template cannot be used, by its name.
    broken: BTreeMap<String, String>,
    /// In which people are written to who have chosen none.
    language: String,
}

impl Templates {
    /// What is within the program, and what an operator has in its place, by the names of files.
    pub fn new(language: &str, own: BTreeMap<String, String>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        let mut templates = Self {
            environment,
            names: BTreeSet::new(),
            broken: BTreeMap::new(),
            language: language.to_lowercase(),
        };
        for (name, text) in TEXTS {
            templates.add(format!("{SHIPPED}{name}"), text.to_owned());
        }
        for (name, text) in own {
            let name = name.to_lowercase();
            if parts(&name).is_none() {
                let why = "it is none: MESSAGE.LANGUAGE.txt or MESSAGE.LANGUAGE.html, where MESSAGE is one of";
                let all = Message::ALL.map(Message::name).join(", ");
                templates.broken.insert(name, format!("{why} {all}"));
            } else {
                templates.add(name, text);
            }
        }
        for name in &templates.names {
            if !templates.names.contains(&beside(name, "txt")) {
                let why = "there is no text beside it".to_owned();
                templates.broken.insert(name.clone(), why);
            }
        }
        templates
    }

    /// Writes a letter in this language, or in the next one that there is: `de-AT`, `de`, that of the
    /// repository, English.
    ///
    /// # Errors
    /// `Invalid`: the template cannot be used, with its name, its line and what is wrong.
    pub fn write(
        &self,
        message: Message,
        language: Option<&str>,
        facts: &Value,
    ) -> Result<Written> {
        let name = self.find(message, language)?;
        let whole = self.render(&name, facts)?;
        let (head, text) = whole.split_once('\n').unwrap_or((&whole, ""));
        let subject = head.strip_prefix("Subject:").map(str::trim).filter(|line| !line.is_empty());
        let Some(subject) = subject else {
            return Err(unusable(&name, "its first line is not `Subject: …`"));
        };
        let html = beside(&name, "html");
        let html = if self.names.contains(&html) { Some(self.render(&html, facts)?) } else { None };
        Ok(Written {
            subject: subject.to_owned(),
            text: text.trim_start_matches('\n').to_owned(),
            html,
        })
    }

    /// Languages in which anything is said.
    pub fn languages(&self) -> BTreeSet<String> {
        let of = |name: &String| {
            parts(name.trim_start_matches(SHIPPED)).map(|(_, language)| language.to_owned())
        };
        self.names.iter().filter_map(of).collect()
    }

    /// A sentence for each template that cannot be used, or that says nothing to its example.
    pub fn problems(&self) -> Vec<String> {
        let mut told: BTreeSet<String> =
            self.broken.iter().map(|(name, why)| unusable(name, why).to_string()).collect();
        for message in Message::ALL {
            for language in self.languages() {
                let facts =
                    super::filled("https://repo.example.org", "ada@example.org", message.example());
                if let Err(error) = self.write(message, Some(&language), &facts) {
                    told.insert(error.to_string());
                }
            }
        }
        told.into_iter().collect()
    }

    fn add(&mut self, name: String, text: String) {
        if let Err(error) = self.environment.add_template_owned(name.clone(), text) {
            self.broken.insert(name.clone(), error.to_string());
        }
        self.names.insert(name);
    }

    fn find(&self, message: Message, language: Option<&str>) -> Result<String> {
        let chosen = language.map(str::to_lowercase);
        let languages = [chosen.as_deref().unwrap_or_default(), &self.language, ENGLISH];
        let languages = languages
            .into_iter()
            .flat_map(|language| [language, language.split('-').next().unwrap_or_default()]);
        for language in languages {
            let name = format!("{}.{language}.txt", message.name());
            if self.names.contains(&name) {
                return Ok(name);
            }
            let shipped = format!("{SHIPPED}{name}");
            if self.names.contains(&shipped) {
                return Ok(shipped);
            }
        }
        let name = message.name();
        Err(Error::Internal(format!("the message {name} is not said in English"), None))
    }

    fn render(&self, name: &str, facts: &Value) -> Result<String> {
        if let Some(why) = self.broken.get(name) {
            return Err(unusable(name, why));
        }
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(Serde(facts)));
        rendered.map_err(|error| unusable(name, &error.to_string()))
    }
}

fn unusable(name: &str, why: &str) -> Error {
    Error::Invalid(format!("the mail template {name} cannot be used: {why}"))
}

/// The other part of the same letter.
fn beside(name: &str, ending: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}.{ending}")
}

/// Message and language, if this is the name of a template.
fn parts(name: &str) -> Option<(Message, &str)> {
    let (stem, ending) = name.rsplit_once('.')?;
    let (message, language) = stem.split_once('.')?;
    let is_language = super::settings::is_language(language);
    let is_template = matches!(ending, "txt" | "html") && is_language;
    is_template.then(|| Message::named(message).ok().map(|message| (message, language)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(own: &[(&str, &str)]) -> Templates {
        let own = own.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Templates::new("en", own.collect())
    }

    fn write(templates: &Templates, language: Option<&str>) -> Result<Written> {
        let facts = super::super::filled(
            "https://repo.example.org",
            "ada@example.org",
            Message::RecordPublished.example(),
        );
        templates.write(Message::RecordPublished, language, &facts)
    }

    #[test]
    fn every_message_is_there_in_english_and_german_with_text_and_html() {
        let templates = with(&[]);

        assert_eq!(templates.problems(), [""; 0]);
        assert_eq!(templates.languages().into_iter().collect::<Vec<_>>(), ["de", "en"]);
        for message in Message::ALL {
            let facts = super::super::filled("https://x.org", "a@x.org", message.example());
            let write = |language| templates.write(message, Some(language), &facts).unwrap();
            let (english, german) = (write("en"), write("de"));
            assert_ne!(english.subject, german.subject);
            assert!(english.html.is_some() && german.html.is_some(), "{message:?}");
        }
    }

    #[test]
    fn who_wants_another_language_gets_the_next_one_that_there_is() {
        let own = [("record-published.it.txt", "Subject: Pubblicato\n\nCiao")];
        let templates = Templates::new(
            "it",
            BTreeMap::from(own.map(|(name, text)| (name.to_owned(), text.to_owned()))),
        );

        let subject = |language| write(&templates, language).unwrap().subject;

        assert!(subject(Some("de-AT")).starts_with("Ihr Eintrag"), "{}", subject(Some("de-AT")));
        assert_eq!(subject(Some("fr")), "Pubblicato");
        assert_eq!(subject(None), "Pubblicato");
        let deleted = super::super::filled("", "", Message::RecordDeleted.example());
        let deleted = templates.write(Message::RecordDeleted, Some("fr"), &deleted).unwrap();
        assert!(deleted.subject.starts_with("Your record"), "{}", deleted.subject);
    }

    #[test]
    fn what_an_operator_has_takes_the_place_of_both_parts() {
        let templates = with(&[("record-published.en.txt", "Subject: {{ title }}\n\nHello")]);

        let written = write(&templates, None).unwrap();

        assert!(written.subject.starts_with("Soil moisture"), "{written:?}");
        assert_eq!((written.text.as_str(), written.html), ("Hello", None));
    }

    #[test]
    fn nothing_of_a_record_becomes_html() {
        let html = write(&with(&[]), None).unwrap().html.unwrap();

        assert!(html.contains("&lt;raw data&gt;") && !html.contains("<raw data>"), "{html}");
    }

    #[test]
    fn a_template_that_cannot_be_used_says_so_with_its_name_and_line() {
        for (text, why) in [
            ("Subject: {{ title", "syntax error"),
            ("Subject: a\n\n{{ titel }}", "undefined"),
            ("Hello", "Subject"),
            ("Subject: \nHello", "Subject"),
            (
                "Subject: a\n{% for a in range(9999) %}{% for b in range(9999) %}.{% endfor %}{% endfor %}",
                "fuel",
            ),
        ] {
            let templates = with(&[("record-published.en.txt", text)]);

            let told = write(&templates, None).unwrap_err();

            assert_eq!(told.kind(), crate::Kind::Invalid);
            let told = told.to_string();
            assert!(told.contains("record-published.en.txt") && told.contains(why), "{told}");
            assert_eq!(templates.problems(), [told]);
        }
    }

    #[test]
    fn a_file_that_is_no_template_is_told() {
        for name in [
            "unknown-message.en.txt",
            "record-published.txt",
            "record-published.en.md",
            "notes",
            "record-published.fr.html",
        ] {
            let problems = with(&[(name, "Subject: a\n")]).problems();

            assert!(problems.len() == 1 && problems[0].contains(name), "{problems:?}");
        }
    }
}
