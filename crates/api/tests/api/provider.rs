//! Providers for the tests: one that works, and one that is broken.

use syncline_connectors::Registry;

pub fn registry() -> Registry {
    Registry::from_manifests([
        ("broken", "streams: [oh, no"),
        ("books", include_str!("providers/books.yaml")),
    ])
}
