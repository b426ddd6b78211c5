//! [`crate::ports::Mailer`]: a letter arrives as it was written, or the sender is told.

use super::samples::number;
use crate::Kind;
use crate::ports::{Mail, Mailer};

/// Runs the whole suite. `arrived` answers the letters with the id of this one, as their reader sees
/// them.
pub async fn keeps_the_contract(mailer: &dyn Mailer, arrived: impl AsyncFn(&Mail) -> Vec<Mail>) {
    a_letter_arrives_as_it_was_written(mailer, &arrived).await;
    any_text_arrives(mailer, &arrived).await;
    nothing_in_a_letter_becomes_a_header(mailer, &arrived).await;
    a_letter_sent_again_is_the_same_letter(mailer, &arrived).await;
    an_address_that_is_none_is_refused(mailer).await;
}

async fn a_letter_arrives_as_it_was_written(
    mailer: &dyn Mailer,
    arrived: &impl AsyncFn(&Mail) -> Vec<Mail>,
) {
    let plain = mail("Your record is published");
    let both = Mail { html: Some("<p>See <b>here</b>.</p>".to_owned()), ..mail("In two forms") };

    for mail in [plain, both] {
        mailer.send(&mail).await.unwrap();

        assert_eq!(read(arrived(&mail).await), read(vec![mail]));
    }
}

async fn any_text_arrives(mailer: &dyn Mailer, arrived: &impl AsyncFn(&Mail) -> Vec<Mail>) {
    let long = "Größen, Maße, Übermäßiges, ".repeat(8);
    let mail = Mail {
        text: format!(
            "Grüße aus Graz, привет, こんにちは 🎓\n.\n..\nFrom here\n{}\n",
            "weit ".repeat(2000).trim_end()
        ),
        ..mail(long.trim_end())
    };

    mailer.send(&mail).await.unwrap();

    assert_eq!(read(arrived(&mail).await), read(vec![mail]));
}

async fn nothing_in_a_letter_becomes_a_header(
    mailer: &dyn Mailer,
    arrived: &impl AsyncFn(&Mail) -> Vec<Mail>,
) {
    let hostile = mail("Harmless\r\nBcc: everybody@example.org\r\n\r\n<h1>Other text</h1>");

    mailer.send(&hostile).await.unwrap();

    let arrived = arrived(&hostile).await;
    assert_eq!(arrived.len(), 1);
    assert_eq!(
        (&arrived[0].to, arrived[0].text.trim_end()),
        (&hostile.to, hostile.text.trim_end())
    );
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&arrived[0].subject), words(&hostile.subject));
}

async fn a_letter_sent_again_is_the_same_letter(
    mailer: &dyn Mailer,
    arrived: &impl AsyncFn(&Mail) -> Vec<Mail>,
) {
    let mail = mail("Once and again");

    mailer.send(&mail).await.unwrap();
    mailer.send(&mail).await.unwrap();

    let (arrived, wanted) = (read(arrived(&mail).await), read(vec![mail]));
    assert!(!arrived.is_empty() && arrived.iter().all(|one| *one == wanted[0]), "{arrived:?}");
}

async fn an_address_that_is_none_is_refused(mailer: &dyn Mailer) {
    for to in ["", "nobody", "a@b@c", "a b@example.org", "a@example.org\r\nBcc: b@example.org"] {
        let refused = mailer.send(&Mail { to: to.to_owned(), ..mail("To nobody") }).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), Kind::Invalid, "{to:?}: {refused}");
    }
}

/// As people read them: line breaks at the end of a text are nobody's.
fn read(mut mails: Vec<Mail>) -> Vec<Mail> {
    for mail in &mut mails {
        mail.text.truncate(mail.text.trim_end().len());
        if let Some(html) = &mut mail.html {
            html.truncate(html.trim_end().len());
        }
    }
    mails
}

/// A letter that no other test sends.
fn mail(subject: &str) -> Mail {
    let id = format!("test-{}", number());
    Mail {
        to: format!("{id}@example.org"),
        id,
        subject: subject.to_owned(),
        text: "Line one\nand line two\n".to_owned(),
        html: None,
    }
}
