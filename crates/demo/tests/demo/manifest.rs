use serde_json::Value;
use syncline_demo::{MANIFEST, Model};

use crate::reader::{small, start};

fn manifest() -> Value {
    yaml_serde::from_str(MANIFEST).unwrap()
}

#[test]
fn every_model_is_a_stream_whose_schema_names_exactly_its_fields() {
    let demo = start(small());
    let manifest = manifest();
    let streams = manifest["streams"].as_array().unwrap();
    assert_eq!(streams.len(), Model::ALL.len());
    for (stream, model) in streams.iter().zip(Model::ALL) {
        assert_eq!(stream["name"], model.as_str());
        let schema = stream["schema_loader"]["schema"]["properties"]
            .as_object()
            .unwrap();
        for record in demo.truth(model) {
            let fields = record.as_object().unwrap();
            assert!(
                fields.keys().all(|field| schema.contains_key(field)),
                "{record}"
            );
            assert!(
                schema.keys().all(|field| fields.contains_key(field)),
                "{record}"
            );
        }
    }
}

#[test]
fn the_secret_is_marked_and_only_the_address_and_the_token_are_required() {
    let specification = &manifest()["spec"]["connection_specification"];
    assert_eq!(
        specification["required"],
        serde_json::json!(["base_url", "api_token"])
    );
    assert_eq!(
        specification["properties"]["api_token"]["airbyte_secret"],
        true
    );
}
