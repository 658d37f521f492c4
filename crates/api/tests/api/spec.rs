//! The OpenAPI document: committed as it is generated, complete, and true to the contract.

use serde_json::Value;
use syncline_api::{openapi, openapi_json};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");

#[test]
fn the_committed_document_is_the_generated_one() {
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    if committed != openapi_json() {
        if std::env::var_os("SYNCLINE_UPDATE_OPENAPI").is_some() {
            std::fs::write(COMMITTED, openapi_json()).unwrap();
        }
        panic!(
            "openapi/openapi.json is not what the handlers say: \
             run `syncline openapi > openapi/openapi.json`"
        );
    }
}
