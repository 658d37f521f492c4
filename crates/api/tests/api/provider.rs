//! Providers for the tests: one that works, and one that is broken.

use syncline_connectors::Registry;

/// A provider with streams that keep states.
pub fn ledger() -> Registry {
    Registry::from_manifests([("ledger", include_str!("providers/ledger.yaml"))])
}

pub fn registry() -> Registry {
    Registry::from_manifests([
        ("broken", "streams: [oh, no"),
        ("books", include_str!("providers/books.yaml")),
    ])
}
