//! Metrics, as Prometheus reads them.

use std::collections::BTreeMap;

use nom_openmetrics::{Family, MetricDescriptor};

use crate::Client;

/// What a process told of itself at one moment.
pub struct Scrape {
    samples: Vec<Sample>,
    /// What each metric is: `histogram`.
    kinds: BTreeMap<String, String>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    /// Asks the process that listens for it.
    ///
    /// # Panics
    /// When there is no answer, or one that Prometheus would not read.
    pub async fn of(address: &str) -> Self {
        let client = Client::of(&format!("http://{address}"), None);
        let reply = client.get("/metrics").await.expect(200);
        assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"));
        let text = reply.text();
        // Empty lines are ignored, says the format; the parser has none.
        let lines: String = text.split_inclusive('\n').filter(|line| *line != "\n").collect();
        let (rest, families) = nom_openmetrics::parser::prometheus(&lines).unwrap();
        assert_eq!(rest, "");
        let mut scrape = Self { samples: Vec::new(), kinds: BTreeMap::new() };
        for family in &families {
            scrape.add(family);
        }
        scrape
    }

    fn add(&mut self, family: &Family<'_>) {
        for descriptor in &family.descriptors {
            if let MetricDescriptor::Type { metric, r#type } = descriptor {
                let kind = r#type.to_string().to_lowercase();
                let twice = self.kinds.insert((*metric).to_owned(), kind);
                assert_eq!(twice, None, "{metric} comes twice");
            }
        }
        for sample in &family.samples {
            let labels = sample.labels().iter();
            self.samples.push(Sample {
                name: sample.name().to_owned(),
                labels: labels.map(|label| (label.name.to_owned(), label.value.clone())).collect(),
                value: sample.number(),
            });
        }
    }

    /// The sum of all samples of this name with these labels.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |sample: &&Sample| {
            let has = |(label, value): &(&str, &str)| {
                sample.labels.get(*label).is_some_and(|found| found == value)
            };
            sample.name == name && labels.iter().all(has)
        };
        self.samples.iter().filter(fits).map(|sample| sample.value).sum()
    }

    /// What a metric is: `counter`, `gauge` or `histogram`; none if it is not there.
    pub fn kind(&self, metric: &str) -> Option<&str> {
        self.kinds.get(metric).map(String::as_str)
    }

    /// The metrics, by name.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// Every label of every sample: name and value.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let labels = self.samples.iter().flat_map(|sample| &sample.labels);
        labels.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
