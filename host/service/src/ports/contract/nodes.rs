//! [`crate::ports::Nodes`]: every node is known as it last said; a duty is one node's at a time.

use jiff::SignedDuration;
use repono_domain::{Node, WorkedQueue};

use super::HeldClock;
use super::samples::time;
use crate::ports::Nodes;

const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Runs the whole suite on a database that knows no node.
pub async fn keeps_the_contract(database: &dyn Nodes, clock: &HeldClock) {
    time_does_not_go_back(database).await;
    a_node_is_known_as_it_last_said_until_it_is_forgotten(database).await;
    a_duty_is_one_nodes_until_its_lease_is_over(database, clock).await;
    a_duty_is_free_when_its_node_resigns_or_is_forgotten(database).await;
    of_many_that_want_a_duty_one_gets_it(database).await;
}

async fn time_does_not_go_back(database: &dyn Nodes) {
    let before = database.time().await.unwrap();

    assert!(database.time().await.unwrap() >= before);
}

async fn a_node_is_known_as_it_last_said_until_it_is_forgotten(database: &dyn Nodes) {
    let mut first = node("a", "db'; --\u{e9}");
    database.note_node(&first).await.unwrap();
    let second = node("b", "zeta");
    database.note_node(&second).await.unwrap();
    first.seen = time(9);
    first.generation = 7;
    first.problem = Some("the plugin \"rdm\" cannot be loaded".to_owned());
    database.note_node(&first).await.unwrap();

    assert_eq!(database.nodes().await.unwrap(), [first, second]);

    database.forget_node("a").await.unwrap();
    database.forget_node("a").await.unwrap();
    database.forget_node("b").await.unwrap();
    assert_eq!(database.nodes().await.unwrap(), []);
}

async fn a_duty_is_one_nodes_until_its_lease_is_over(database: &dyn Nodes, clock: &HeldClock) {
    assert!(database.lead("schedule", "a", LEASE).await.unwrap());
    assert!(!database.lead("schedule", "b", LEASE).await.unwrap());
    assert!(database.lead("other", "b", LEASE).await.unwrap(), "another duty");

    clock.pass(SignedDuration::from_secs(6));
    assert!(database.lead("schedule", "a", LEASE).await.unwrap(), "kept");
    clock.pass(SignedDuration::from_secs(6));
    assert!(!database.lead("schedule", "b", LEASE).await.unwrap());
    clock.pass(SignedDuration::from_secs(6));
    assert!(database.lead("schedule", "b", LEASE).await.unwrap(), "taken over");
    assert!(!database.lead("schedule", "a", LEASE).await.unwrap());
}

async fn a_duty_is_free_when_its_node_resigns_or_is_forgotten(database: &dyn Nodes) {
    assert!(database.lead("resigned", "a", LEASE).await.unwrap());
    database.resign("resigned", "b").await.unwrap();
    assert!(!database.lead("resigned", "b", LEASE).await.unwrap(), "it was not b's to resign");
    database.resign("resigned", "a").await.unwrap();
    assert!(database.lead("resigned", "b", LEASE).await.unwrap());

    database.forget_node("b").await.unwrap();
    assert!(database.lead("resigned", "a", LEASE).await.unwrap());
}

async fn of_many_that_want_a_duty_one_gets_it(database: &dyn Nodes) {
    let names: Vec<_> = (0..8).map(|number| format!("node-{number}")).collect();
    let wishes = names.iter().map(|name| database.lead("wanted", name, LEASE));

    let granted = futures::future::join_all(wishes).await;

    assert_eq!(granted.into_iter().filter(|granted| *granted.as_ref().unwrap()).count(), 1);
}

fn node(id: &str, name: &str) -> Node {
    Node {
        id: id.to_owned(),
        name: name.to_owned(),
        roles: vec!["serve".to_owned(), "work".to_owned()],
        version: "0.1.0".to_owned(),
        started: time(1),
        seen: time(2),
        generation: 3,
        problem: None,
        works_on: Some(vec![
            WorkedQueue { queue: "default".to_owned(), workers: None },
            WorkedQueue { queue: "indexing".to_owned(), workers: Some(4) },
        ]),
    }
}
