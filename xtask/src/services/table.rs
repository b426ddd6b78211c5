//! Every service, with its port.

use std::ops::RangeInclusive;

use super::recipes::{
    Elasticmq, Engine, Exim, Mailsink, Memcached, Mysql, Postgresql, Rabbitmq, Recipe, Redis,
};

/// A server that tests can have.
pub(crate) struct Service {
    /// As one names it on the command line.
    pub(crate) name: &'static str,
    /// The environment variable in which tests find its URL; services of one kind share it.
    pub(crate) variable: &'static str,
    /// Where it listens, on the loopback address alone.
    pub(crate) port: u16,
    /// The tests that every service of its kind must pass: a word in their names, that of the
    /// adapter's module. None: it only helps others.
    pub(crate) suite: Option<&'static str>,
    pub(super) recipe: &'static dyn Recipe,
}

impl Service {
    /// Where tests find it.
    pub(crate) fn url(&self) -> String {
        self.recipe.url(self.port)
    }
}

const POSTGRESQL: &str = "REPONO_TEST_POSTGRESQL";
const MYSQL: &str = "REPONO_TEST_MYSQL";
const SEARCH: &str = "REPONO_TEST_SEARCH";
const REDIS: &str = "REPONO_TEST_REDIS";
const MEMCACHED: &str = "REPONO_TEST_MEMCACHED";
const RABBITMQ: &str = "REPONO_TEST_RABBITMQ";
const SQS: &str = "REPONO_TEST_SQS";
const SMTP: &str = "REPONO_TEST_SMTP";
const MAILSINK: &str = "REPONO_TEST_MAILSINK";

/// Up to this Java has the security manager that they cannot do without.
const JAVA_17: RangeInclusive<u32> = 17..=17;
const JAVA_21: RangeInclusive<u32> = 21..=u32::MAX;

/// The first of each kind is what is started if nothing is named. The ports are below those that
/// Linux gives away by itself, and not the usual ones.
pub(crate) static TABLE: &[Service] = &[
    Service {
        name: "postgresql",
        variable: POSTGRESQL,
        port: 15432,
        suite: Some("postgres"),
        recipe: &Postgresql,
    },
    Service {
        name: "mariadb",
        variable: MYSQL,
        port: 13306,
        suite: Some("mysql"),
        recipe: &Mysql::MARIADB,
    },
    Service {
        name: "opensearch",
        variable: SEARCH,
        port: 19200,
        suite: Some("opensearch"),
        recipe: &Engine {
            kind: "opensearch",
            pins: include_str!("engines/opensearch.toml"),
            java: JAVA_17,
        },
    },
    Service {
        name: "redis",
        variable: REDIS,
        port: 16379,
        suite: Some("redis"),
        recipe: &Redis::REDIS,
    },
    Service {
        name: "memcached",
        variable: MEMCACHED,
        port: 21211,
        suite: Some("memcached"),
        recipe: &Memcached,
    },
    Service {
        name: "rabbitmq",
        variable: RABBITMQ,
        port: 15673,
        suite: Some("rabbitmq"),
        recipe: &Rabbitmq::DEBIAN,
    },
    Service {
        name: "elasticmq",
        variable: SQS,
        port: 19324,
        suite: Some("sqs"),
        recipe: &Elasticmq,
    },
    Service { name: "mailsink", variable: MAILSINK, port: 18025, suite: None, recipe: &Mailsink },
    Service { name: "exim", variable: SMTP, port: 18027, suite: None, recipe: &Exim },
    Service {
        name: "opensearch-1",
        variable: SEARCH,
        port: 19201,
        suite: Some("opensearch"),
        recipe: &Engine {
            kind: "opensearch",
            pins: include_str!("engines/opensearch-1.toml"),
            java: JAVA_17,
        },
    },
    Service {
        name: "opensearch-3",
        variable: SEARCH,
        port: 19203,
        suite: Some("opensearch"),
        recipe: &Engine {
            kind: "opensearch",
            pins: include_str!("engines/opensearch-3.toml"),
            java: JAVA_21,
        },
    },
    Service {
        name: "elasticsearch",
        variable: SEARCH,
        port: 19207,
        suite: Some("opensearch"),
        recipe: &Engine {
            kind: "elasticsearch",
            pins: include_str!("engines/elasticsearch.toml"),
            java: JAVA_17,
        },
    },
    Service {
        name: "mysql",
        variable: MYSQL,
        port: 13307,
        suite: Some("mysql"),
        recipe: &Mysql::MYSQL,
    },
    Service {
        name: "valkey",
        variable: REDIS,
        port: 16380,
        suite: Some("redis"),
        recipe: &Redis::VALKEY,
    },
    Service {
        name: "rabbitmq-4",
        variable: RABBITMQ,
        port: 15683,
        suite: Some("rabbitmq"),
        recipe: &Rabbitmq::NEWER,
    },
];

/// The first of each kind.
pub(crate) fn first_of_each_kind() -> Vec<&'static Service> {
    let mut first: Vec<&'static Service> = Vec::new();
    for service in TABLE {
        if first.iter().all(|other| other.variable != service.variable) {
            first.push(service);
        }
    }
    first
}

/// The service of this name, or a sentence with the names there are.
pub(super) fn named(name: &str) -> Result<&'static Service, String> {
    TABLE.iter().find(|service| service.name == name).ok_or_else(|| {
        let known: Vec<_> = TABLE.iter().map(|service| service.name).collect();
        format!("there is no service {name}; there are {}", known.join(", "))
    })
}
