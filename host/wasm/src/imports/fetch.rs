//! `fetch`: HTTP to the hosts that the operator has granted, sent by the task's host.

use std::sync::Arc;

use repono_service::ports::{FetchRequest, Fetched};

use super::task;
use crate::bindings::imports_v1::repono::plugin::fetch::{Host, Request, Response};
use crate::state::State;

impl Host for State {
    fn send(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Response, String>>> {
        let (host, hosts) = (task(self)?, Arc::clone(&self.hosts));
        let requests = requests.into_iter().map(asked).collect();
        let answers = self.leash.wait(host.fetch(&hosts, requests))?;
        let told = |answer: Fetched| match answer {
            Ok(answer) => {
                Ok(Response { status: answer.status, headers: answer.headers, body: answer.body })
            }
            Err(failure) => Err(format!("{}: {failure}", failure.code())),
        };
        Ok(answers.into_iter().map(told).collect())
    }
}

fn asked(request: Request) -> FetchRequest {
    let Request { method, url, headers, body } = request;
    FetchRequest { method, url, headers, body }
}
