//! `docker-compose.services.yml` has the same services.

use serde_json::Value;

use super::{TABLE, first_of_each_kind};

fn services() -> Value {
    let path = crate::root().join("docker-compose.services.yml");
    let text = std::fs::read_to_string(path).unwrap();
    let file: Value = serde_saphyr::from_str(&text).unwrap();
    file["services"].clone()
}

#[test]
fn every_service_is_in_both() {
    let names: Vec<_> = services().as_object().unwrap().keys().cloned().collect();

    let mut ours: Vec<_> = TABLE.iter().map(|service| service.name.to_owned()).collect();
    ours.sort_unstable();
    assert_eq!(names, ours);
}

#[test]
fn the_same_url_leads_to_both() {
    for service in TABLE {
        let other = &services()[service.name];

        let port = format!("127.0.0.1:{}:", service.port);
        let published = other["ports"].as_array().unwrap();
        assert!(published[0].as_str().unwrap().starts_with(&port), "{}: {port}", service.name);

        let url = service.url();
        let Some((user, _)) = url.split_once("://").and_then(|(_, rest)| rest.split_once('@'))
        else {
            continue;
        };
        let (user, password) = user.split_once(':').unwrap();
        // One without settings takes any user.
        let Some(settings) = other["environment"].as_object() else { continue };
        for (part, value) in [("_USER", user), ("_PASS", password)] {
            let found = settings.iter().any(|(name, set)| name.contains(part) && set == value);
            assert!(found, "{}: no {part} is {value}", service.name);
        }
        let Some(database) = url.split('/').nth(3) else { continue };
        let names = ["POSTGRES_DB", "MARIADB_DATABASE", "MYSQL_DATABASE"];
        assert!(names.iter().any(|name| other["environment"][name] == database), "{url}");
    }
}

#[test]
fn what_is_first_of_its_kind_needs_no_asking() {
    let first: Vec<_> = first_of_each_kind().iter().map(|service| service.name).collect();

    for service in TABLE {
        let on_request = services()[service.name].get("profiles").is_some();
        assert_eq!(on_request, !first.contains(&service.name), "{}", service.name);
    }
}

#[test]
fn images_are_pinned() {
    for (name, service) in services().as_object().unwrap() {
        let image = service["image"].as_str().unwrap();
        let tag = image.rsplit(':').next().unwrap();
        let numbers: Vec<_> =
            tag.split(['.', '-']).filter_map(|part| part.parse::<u32>().ok()).collect();
        assert!(numbers.len() >= 2, "{name}: {image}");
    }
}

#[test]
fn engines_are_of_the_version_that_is_pinned() {
    for service in TABLE.iter().filter(|service| service.suite == Some("opensearch")) {
        let pins = crate::root().join("xtask/src/services/engines");
        let pins = std::fs::read_to_string(pins.join(format!("{}.toml", service.name))).unwrap();
        let image = services()[service.name]["image"].as_str().unwrap().to_owned();

        let version = image.rsplit(':').next().unwrap();
        assert!(pins.contains(&format!(":{version}:zip\"")), "{}: {version}", service.name);
    }
}
