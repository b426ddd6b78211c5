//! The whole app, in this process.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use repono_server::app::{App, AppConfig};
use repono_server::config::Config;

async fn start(folder: &Path) -> anyhow::Result<App> {
    let mut config = Config::default();
    "127.0.0.1:0".clone_into(&mut config.server.listen);
    config.data.dir = folder.to_owned();
    // Compiling the embedded ones takes its time and is tested where they are.
    config.plugins.embedded = false;
    App::start(AppConfig::new(config)).await
}

/// The status line and all that follows, over a connection of its own.
fn get(app: &App, path: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(app.address)?;
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    write!(connection, "{head}authorization: Bearer {}\r\n\r\n", app.local_secret)?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_starts_serves_its_local_operator_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await.unwrap();
    assert!(folder.path().join("server.json").exists());

    let users = get(&app, "/api/admin/users").unwrap();

    assert!(users.starts_with("HTTP/1.1 200"), "{users}");
    assert!(users.contains("admin@localhost"), "{users}");
    let address = app.address;
    app.stop().await;
    assert!(!folder.path().join("server.json").exists());
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_serves_one_app_after_the_other_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path()).await.unwrap();

    let at_once = start(folder.path()).await.err().unwrap().to_string();
    assert!(at_once.contains("is in use by"), "{at_once}");
    assert!(at_once.contains(&first.url), "{at_once}");
    first.stop().await;

    let second = start(folder.path()).await.unwrap();
    let users = second.services.database.users().await.unwrap();
    second.stop().await;
    assert_eq!(users.iter().map(|user| user.id.0).collect::<Vec<_>>(), [1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::default();
    config.server.listen = taken.local_addr().unwrap().to_string();
    config.data.dir = folder.path().to_owned();

    let error = App::start(AppConfig::new(config)).await.err().unwrap().to_string();

    assert!(error.contains("cannot be listened on") && error.contains("--listen"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_answered_before_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(folder.path()).await.unwrap();
    let mut connection = TcpStream::connect(app.address).unwrap();
    let head = "POST /api/admin/users HTTP/1.1\r\nhost: localhost\r\ncontent-length: 23\r\n";
    let secret = &app.local_secret;
    write!(
        connection,
        "{head}content-type: application/json\r\nauthorization: Bearer {secret}\r\n\r\n{{\"email\":"
    )
    .unwrap();
    // Begun, and not yet whole.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;

    let stopping = tokio::spawn(app.stop());
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    write!(connection, "\"a@b.example\"}}").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();

    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    stopping.await.unwrap();
}
