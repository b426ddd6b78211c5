use std::sync::Arc;

use mailparse::{MailHeaderMap as _, ParsedMail};
use repono_service::Kind;
use repono_service::ports::contract::{HeldClock, mailer};
use repono_service::ports::{Mail, Mailer as _};

use super::Maildir;

fn open(folder: &std::path::Path) -> Maildir {
    Maildir::in_folder(folder, "Repono <repono@example.org>", Arc::new(HeldClock::new())).unwrap()
}

/// The letters with this id.
fn kept(folder: &std::path::Path, id: &str) -> Vec<Mail> {
    let read =
        |entry: std::io::Result<std::fs::DirEntry>| std::fs::read(entry.unwrap().path()).unwrap();
    let letters = std::fs::read_dir(folder.join("new")).unwrap().map(read);
    let letters = letters.map(|letter| shown(&mailparse::parse_mail(&letter).unwrap()));
    letters.filter(|letter| letter.id == id).collect()
}

fn shown(letter: &ParsedMail<'_>) -> Mail {
    let header = |name| letter.headers.get_first_value(name).unwrap();
    let part = |kind: &str| {
        let part = letter.parts().find(|part| part.ctype.mimetype == kind)?;
        Some(part.get_body().unwrap().replace("\r\n", "\n"))
    };
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("From"), "Repono <repono@example.org>");
    let id = header("Message-ID");
    Mail {
        id: id.strip_prefix('<').unwrap().strip_suffix("@example.org>").unwrap().to_owned(),
        to: header("To"),
        subject: header("Subject"),
        text: part("text/plain").unwrap().trim_end().to_owned(),
        html: part("text/html"),
    }
}

#[tokio::test]
async fn the_contract_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");

    mailer::keeps_the_contract(&open(&folder), async |mail| kept(&folder, &mail.id)).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_may_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("mail");
    std::fs::write(&taken, "a file").unwrap();
    let mail = Mail {
        id: "one".to_owned(),
        to: "a@example.org".to_owned(),
        subject: "Later".to_owned(),
        text: "Text".to_owned(),
        html: None,
    };

    let refused = open(&taken).send(&mail).await.unwrap_err();
    std::fs::remove_file(&taken).unwrap();
    open(&taken).send(&mail).await.unwrap();

    assert_eq!(refused.kind(), Kind::Unavailable, "{refused}");
    assert_eq!(kept(&taken, "one"), [mail]);
}

#[test]
fn a_sender_that_is_none_is_told() {
    for from in ["", "Repono", "<>", "a@example.org\r\nBcc: b@example.org"] {
        let clock = Arc::new(HeldClock::new());
        let refused = Maildir::in_folder(std::path::Path::new("mail"), from, clock).err().unwrap();
        assert!(refused.to_string().contains("sender"), "{refused}");
    }
}
