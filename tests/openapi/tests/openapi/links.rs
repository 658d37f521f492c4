//! Every link leads to an operation, by parameters that it takes and values that are there.

use std::collections::BTreeMap;

use serde_json::Value;
use syncline_openapi_checks::Spec;

/// Operations by their id, with their paths.
fn operations(document: &Value) -> BTreeMap<&str, (&str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().values();
            methods.map(move |operation| {
                let id = operation["operationId"].as_str().unwrap();
                (id, (path.as_str(), operation))
            })
        })
        .collect()
}

/// What an expression finds in the examples of the answer that it is about.
fn evaluate(operation: &Value, response: &Value, expression: &str) -> Option<Value> {
    if let Some(pointer) = expression.strip_prefix("$response.body#") {
        let example = &response["content"]["application/json"]["example"];
        return example.pointer(pointer).cloned();
    }
    if let Some(header) = expression.strip_prefix("$response.header.") {
        return response["headers"].get(header).cloned();
    }
    let name = expression.strip_prefix("$request.path.")?;
    let parameters = operation["parameters"].as_array()?;
    let own = parameters
        .iter()
        .find(|own| own["name"] == name && own["in"] == "path");
    own.cloned()
}

#[test]
fn every_link_can_be_followed() {
    let document = Spec::file("openapi.json");
    let operations = operations(&document);
    let mut count = 0;
    for (id, (_, operation)) in &operations {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (name, link) in response["links"].as_object().into_iter().flatten() {
                count += 1;
                let place = format!("{id} {status} {name}");
                let (path, to) = operations[link["operationId"].as_str().unwrap()];
                let parameters = link["parameters"].as_object().unwrap();
                for (parameter, expression) in parameters {
                    let taken = to["parameters"].as_array().unwrap();
                    assert!(
                        taken.iter().any(|own| own["name"] == *parameter),
                        "{place}: {path} takes no {parameter}"
                    );
                    let value = evaluate(operation, response, expression.as_str().unwrap());
                    assert!(value.is_some(), "{place}: nothing at {expression}");
                }
                let blanks = path.matches('{').count();
                let filled = parameters
                    .keys()
                    .filter(|name| path.contains(&format!("{{{name}}}")));
                assert_eq!(filled.count(), blanks, "{place}: {path} is not filled");
            }
        }
    }
    assert!(count > 40, "only {count} links");
}

#[test]
fn the_main_path_is_linked() {
    let document = Spec::file("openapi.json");
    let operations = operations(&document);
    for (from, status, to, parameter, expression) in [
        (
            "create_connection",
            "201",
            "request_sync",
            "connection_id",
            "$response.body#/id",
        ),
        (
            "request_sync",
            "200",
            "read_sync",
            "sync_id",
            "$response.body#/0/id",
        ),
        (
            "request_sync",
            "200",
            "cancel_sync",
            "sync_id",
            "$response.body#/0/id",
        ),
        (
            "request_sync",
            "200",
            "read_batch",
            "batch_id",
            "$response.header.Syncline-Batch-Id",
        ),
        (
            "request_sync",
            "200",
            "list_records",
            "model_id",
            "$response.body#/0/model_id",
        ),
        (
            "list_records",
            "200",
            "list_records",
            "cursor",
            "$response.header.Next-Cursor",
        ),
        (
            "list_records",
            "200",
            "read_record",
            "record_id",
            "$response.body#/0/id",
        ),
        (
            "list_records",
            "200",
            "read_record",
            "model_id",
            "$request.path.model_id",
        ),
        (
            "list_providers",
            "200",
            "read_provider",
            "provider_name",
            "$response.body#/0/name",
        ),
    ] {
        let (_, operation) = operations[from];
        let link = &operation["responses"][status]["links"][to];
        assert_eq!(link["parameters"][parameter], expression, "{from} to {to}");
    }
}
