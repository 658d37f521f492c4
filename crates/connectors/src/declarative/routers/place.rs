//! Where among its partitions a stream stands, as it is stored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Behind which partitions; each form belongs to a router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::declarative) enum RouterPlace {
    List {
        index: usize,
    },
    Substream {
        /// Which of its parents.
        parent: usize,
        /// Where the page begins that the record stands in.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        at: Map<String, Value>,
        /// Which record of that page.
        index: usize,
        /// Of its partition: another one in its place means that the page has changed.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        mark: String,
    },
    Product {
        first: Box<RouterPlace>,
        /// Which partition of each other router.
        rest: Vec<usize>,
        mark: String,
    },
    Union {
        /// Which of its routers.
        router: usize,
        at: Box<RouterPlace>,
    },
}
