//! Letters.

use harness::TestApp;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_letters_are_kept_in_the_data_folder() {
    let app = TestApp::new().await;

    let sent = app.admin.post("/api/admin/mail/try", &json!({"to": "it@example.org"})).await;

    let id = sent.expect(200).id();
    let kept: Vec<_> = std::fs::read_dir(app.folder().join("mail/new")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    let letter = std::fs::read_to_string(kept[0].as_ref().unwrap().path()).unwrap();
    assert!(letter.contains(&format!("Message-ID: <{id}@localhost>")), "{letter}");
    assert!(letter.contains("To: it@example.org"), "{letter}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_told() {
    let app = TestApp::new().await;

    let sent = app.admin.post("/api/admin/mail/try", &json!({"to": "it at example.org"})).await;

    let told = sent.expect(400).text();
    assert!(told.contains("it at example.org") && told.contains("address"), "{told}");
}
