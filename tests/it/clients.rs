//! The clients that the tests drive are those that the adapters were checked against.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::manifest;

/// Adapter to version, from the one file that pins them.
fn pinned() -> BTreeMap<String, String> {
    let text = fs::read_to_string(manifest().join("tests/clients/versions.json")).unwrap();
    let pins: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    pins.into_iter()
        .filter(|(name, _)| name != "node")
        .map(|(name, pin)| (name, pin["version"].as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn pinned_clients_are_the_versions_that_adapters_were_checked_with() {
    let pinned = pinned();
    let checked: BTreeMap<String, String> = hookgate::adapter::all()
        .iter()
        .filter(|adapter| pinned.contains_key(adapter.name))
        .map(|adapter| (adapter.name.to_owned(), adapter.checked.version.to_owned()))
        .collect();
    assert_eq!(pinned, checked);
}
