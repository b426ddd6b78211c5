//! A server for one test.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use repono_domain::{Caller, Scope, UserId};
use repono_server::app::{App, AppConfig};
use repono_service::{Context, accounts};
use serde_json::Value;

use crate::{Reply, template};

type Http = hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>;

/// A running server, and clients of three users: an administrator and two depositors.
pub struct TestApp {
    /// Everything below HTTP.
    pub app: Box<App>,
    /// User 1.
    pub admin: Client,
    /// User 2.
    pub alice: Client,
    /// User 3.
    pub bob: Client,
    /// Nobody.
    pub anonymous: Client,
    folder: tempfile::TempDir,
}

impl TestApp {
    /// A server with the shipped plugins.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        template::copy(template::with_plugins().await, folder.path());
        Self::on(folder, |_| {}).await
    }

    /// A server without any plugin.
    pub async fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        template::copy_compiled(folder.path());
        Self::on(folder, |_| {}).await
    }

    /// A server with the shipped plugins, started as `change` says.
    pub async fn with(change: impl FnOnce(&mut AppConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        template::copy(template::with_plugins().await, folder.path());
        Self::on(folder, change).await
    }

    /// A server on services that others share: its folder holds compiled plugins alone.
    #[cfg(feature = "services")]
    pub(crate) async fn node(change: impl FnOnce(&mut AppConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        template::with_plugins().await;
        template::copy_compiled(folder.path());
        Self::on(folder, change).await
    }

    /// A server on a folder that another has left.
    pub async fn on(folder: tempfile::TempDir, change: impl FnOnce(&mut AppConfig)) -> Self {
        let mut config = template::config(folder.path());
        change(&mut config);
        let app = Box::new(App::start(config).await.expect("the server starts"));
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        let ctx = app.services.as_system();
        let client =
            |secret: Option<String>| Client { http: http.clone(), url: app.url.clone(), secret };
        let mut secrets = Vec::new();
        for (number, email) in
            [(1, "admin@localhost"), (2, "alice@example.org"), (3, "bob@example.org")]
        {
            secrets.push(token(&ctx, number, email).await);
        }
        let mut secrets = secrets.into_iter();
        let (admin, alice, bob) =
            (client(secrets.next()), client(secrets.next()), client(secrets.next()));
        let anonymous = client(None);
        Self { app, admin, alice, bob, anonymous, folder }
    }

    /// Where its data lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A context of the service, below HTTP, with a user's rights.
    pub fn context(&self, user: i64) -> Context {
        let caller = Caller::User { id: UserId(user), admin: user == 1, writes: true };
        Context { caller, services: std::sync::Arc::clone(&self.app.services) }
    }

    /// Stops the server and starts another on the same data.
    pub async fn restarted(self) -> Self {
        let Self { app, folder, .. } = self;
        app.stop().await;
        Self::on(folder, |_| {}).await
    }

    /// Stops the server and keeps its data.
    pub async fn stop(self) -> tempfile::TempDir {
        self.app.stop().await;
        self.folder
    }

    /// Installs a component and puts it in force; fails the test if either fails.
    pub async fn activate(&self, component: &PathBuf, grants: &[&str]) -> Value {
        let bytes = std::fs::read(component).unwrap();
        let grants = grants.iter().flat_map(|grant| ["&grant=", grant]).collect::<String>();
        let reply = self
            .admin
            .send(
                Method::POST,
                &format!("/api/admin/plugins?activate=true{grants}"),
                "application/wasm",
                bytes,
            )
            .await;
        assert!((200..300).contains(&reply.status), "{} {}", reply.status, reply.text());
        let last = reply.lines().pop().unwrap_or_default();
        assert!(last.get("error").is_none(), "{last}");
        last
    }
}

async fn token(ctx: &Context, number: i64, email: &str) -> String {
    if ctx.database.user(UserId(number)).await.unwrap().is_none() {
        accounts::create_user(ctx, email, number == 1).await.unwrap();
    }
    let mut scopes = vec![Scope::Read, Scope::Write];
    if number == 1 {
        scopes.push(Scope::Admin);
    }
    accounts::create_token(ctx, UserId(number), "test", scopes, None).await.unwrap().secret
}

/// Sends requests as one user.
#[derive(Clone)]
pub struct Client {
    http: Http,
    url: String,
    secret: Option<String>,
}

impl Client {
    /// A client of any server.
    pub fn of(url: &str, secret: Option<&str>) -> Self {
        let http = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
        Self { http, url: url.to_owned(), secret: secret.map(str::to_owned) }
    }

    /// A client with another secret, or none, of the same server.
    #[must_use]
    pub fn with_secret(&self, secret: Option<&str>) -> Self {
        Self { secret: secret.map(str::to_owned), ..self.clone() }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "", Vec::new()).await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, "application/json", body.to_string()).await
    }

    /// `POST` without a body.
    pub async fn act(&self, path: &str) -> Reply {
        self.send(Method::POST, path, "", Vec::new()).await
    }

    /// `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, "application/json", body.to_string()).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, "", Vec::new()).await
    }

    /// Any method, content type (empty: none) and body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> Reply {
        let headers: &[(&str, &str)] =
            if content_type.is_empty() { &[] } else { &[("content-type", content_type)] };
        self.send_with(method, path, headers, body).await
    }

    /// Any method, headers and body.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        self.try_send(method, path, headers, body).await.expect("the server answers")
    }

    /// As [`Client::send_with`], for servers that may not answer.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Reply, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(secret) = &self.secret {
            request = request.header("authorization", format!("Bearer {secret}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).map_err(|error| error.to_string())?;
        let response = self.http.request(request).await.map_err(|error| format!("{error:?}"))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}
