//! Each rule finds what it is for, and nothing in what is safe.

use serde_json::{Value, json};
use syncline_openapi_checks::breaking::{Change, Rule, changes, unannounced};

fn document() -> Value {
    json!({
        "security": [{ "bearer": [] }],
        "paths": { "/things": {
            "get": {
                "operationId": "list_things",
                "tags": ["things"],
                "security": [{}],
                "parameters": [{ "name": "limit", "in": "query", "schema": { "type": "integer", "maximum": 100 } }],
                "responses": {
                    "200": {
                        "headers": { "Next-Cursor": { "schema": { "type": "string" } } },
                        "content": { "application/json": {
                            "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
                        } },
                    },
                    "404": { "$ref": "#/components/responses/NotFound" },
                },
            },
            "post": {
                "operationId": "make_thing",
                "tags": ["things"],
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewThing" } } } },
                "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } },
            },
        } },
        "components": {
            "responses": { "NotFound": { "content": { "application/json": { "schema": { "type": "string" } } } } },
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["id", "kind"],
                    "properties": {
                        "id": { "type": "integer", "format": "int64" },
                        "kind": { "$ref": "#/components/schemas/Kind" },
                        "at": { "type": ["string", "null"], "format": "date-time" },
                        "last": { "oneOf": [{ "$ref": "#/components/schemas/Thing" }, { "type": "null" }] },
                    },
                },
                "Kind": { "type": "string", "enum": ["a", "b"] },
                "NewThing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": { "type": "string", "minLength": 1, "maxLength": 255 },
                        "size": { "type": ["integer", "null"], "format": "int32" },
                        "kind": { "$ref": "#/components/schemas/Kind" },
                        "at": { "type": "string" },
                    },
                },
            },
        },
    })
}

/// What is found after the value at a pointer was replaced (`null` removes it).
fn after(edits: &[(&str, Value)]) -> Vec<Change> {
    let mut newer = document();
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = newer.pointer_mut(parent).unwrap();
        let key = key.replace("~1", "/");
        match (parent, value) {
            (Value::Object(map), Value::Null) => drop(map.remove(&key)),
            (Value::Object(map), value) => drop(map.insert(key, value.clone())),
            (Value::Array(items), value) => items[key.parse::<usize>().unwrap()] = value.clone(),
            _ => unreachable!(),
        }
    }
    changes(&document(), &newer)
}

const GET: &str = "/paths/~1things/get";
const POST: &str = "/paths/~1things/post";
const THING: &str = "/components/schemas/Thing";
const NEW: &str = "/components/schemas/NewThing";

#[test]
fn each_rule_finds_its_change() {
    let new_body = format!("{POST}/requestBody");
    let cases: Vec<(String, Value, &str, Rule)> = vec![
        (
            "/paths/~1things".to_owned(),
            Value::Null,
            "POST /things",
            Rule::OperationRemoved,
        ),
        (
            GET.to_owned(),
            Value::Null,
            "GET /things",
            Rule::OperationRemoved,
        ),
        (
            format!("{GET}/operationId"),
            json!("things"),
            "GET /things",
            Rule::OperationRenamed,
        ),
        (
            format!("{GET}/tags"),
            json!(["other"]),
            "GET /things",
            Rule::OperationRenamed,
        ),
        (
            format!("{GET}/security"),
            Value::Null,
            "GET /things",
            Rule::SecurityAdded,
        ),
        (
            format!("{GET}/parameters"),
            json!([]),
            "GET /things",
            Rule::ParameterRemoved,
        ),
        (
            format!("{GET}/parameters/0/required"),
            json!(true),
            "GET /things",
            Rule::ParameterRequired,
        ),
        (
            format!("{POST}/parameters"),
            json!([{ "name": "key", "in": "header", "required": true, "schema": {} }]),
            "POST /things",
            Rule::ParameterRequired,
        ),
        (
            new_body.clone(),
            Value::Null,
            "POST /things",
            Rule::BodyRemoved,
        ),
        (
            format!("{new_body}/required"),
            json!(true),
            "POST /things",
            Rule::BodyRequired,
        ),
        (
            format!("{new_body}/content"),
            json!({}),
            "POST /things",
            Rule::MediaTypeRemoved,
        ),
        (
            format!("{GET}/responses/200/content"),
            json!({}),
            "GET /things",
            Rule::MediaTypeRemoved,
        ),
        (
            format!("{GET}/responses/404"),
            Value::Null,
            "GET /things",
            Rule::ResponseRemoved,
        ),
        (
            format!("{GET}/responses/200/headers"),
            json!({}),
            "GET /things",
            Rule::HeaderRemoved,
        ),
        (
            format!("{POST}/responses/201/content/application~1json/schema"),
            json!({ "$ref": "#/components/schemas/Kind" }),
            "POST /things 201",
            Rule::TypeRenamed,
        ),
        (
            format!("{THING}/properties/at"),
            Value::Null,
            "Thing.at",
            Rule::FieldRemoved,
        ),
        (
            format!("{NEW}/properties/at"),
            Value::Null,
            "NewThing.at",
            Rule::FieldRemoved,
        ),
        (
            format!("{NEW}/required"),
            json!(["name", "at"]),
            "NewThing.at",
            Rule::FieldRequired,
        ),
        (
            format!("{THING}/required"),
            json!(["id"]),
            "Thing.kind",
            Rule::FieldOptional,
        ),
        (
            format!("{THING}/properties/id/type"),
            json!("string"),
            "Thing.id",
            Rule::TypeChanged,
        ),
        (
            format!("{THING}/properties/id/type"),
            json!("number"),
            "Thing.id",
            Rule::TypeChanged,
        ),
        (
            format!("{NEW}/properties/name/type"),
            json!("integer"),
            "NewThing.name",
            Rule::TypeChanged,
        ),
        (
            format!("{NEW}/properties/size/type"),
            json!("integer"),
            "NewThing.size",
            Rule::NullChanged,
        ),
        (
            format!("{THING}/properties/id/type"),
            json!(["integer", "null"]),
            "Thing.id",
            Rule::NullChanged,
        ),
        (
            "/components/schemas/Kind/enum".to_owned(),
            json!(["a"]),
            "Kind",
            Rule::EnumChanged,
        ),
        (
            "/components/schemas/Kind/enum".to_owned(),
            json!(["a", "b", "c"]),
            "Kind",
            Rule::EnumChanged,
        ),
        (
            format!("{NEW}/properties/at/enum"),
            json!(["now"]),
            "NewThing.at",
            Rule::EnumChanged,
        ),
        (
            format!("{NEW}/properties/at/format"),
            json!("date-time"),
            "NewThing.at",
            Rule::FormatChanged,
        ),
        (
            format!("{THING}/properties/at/format"),
            Value::Null,
            "Thing.at",
            Rule::FormatChanged,
        ),
        (
            format!("{NEW}/properties/name/maxLength"),
            json!(10),
            "NewThing.name",
            Rule::LimitTightened,
        ),
        (
            format!("{NEW}/properties/name/minLength"),
            json!(2),
            "NewThing.name",
            Rule::LimitTightened,
        ),
        (
            format!("{NEW}/properties/at/pattern"),
            json!("^a"),
            "NewThing.at",
            Rule::LimitTightened,
        ),
        (
            format!("{GET}/parameters/0/schema/maximum"),
            json!(50),
            "GET /things limit",
            Rule::LimitTightened,
        ),
        (
            format!("{NEW}/additionalProperties"),
            json!(false),
            "NewThing",
            Rule::ObjectClosed,
        ),
    ];
    for (pointer, value, place, rule) in cases {
        let found = after(&[(&pointer, value.clone())]);
        assert!(
            found
                .iter()
                .any(|change| change.place == place && change.rule == rule),
            "{pointer} = {value} should be {rule:?} at {place}, not {found:?}"
        );
    }
}

#[test]
fn what_is_safe_breaks_nothing() {
    let cases: Vec<(String, Value)> = vec![
        ("/paths/~1others".to_owned(), json!({ "get": {} })),
        (format!("{GET}/summary"), json!("Another")),
        (format!("{GET}/responses/410"), json!({})),
        (
            format!("{POST}/parameters"),
            json!([{ "name": "key", "in": "header", "schema": {} }]),
        ),
        (
            format!("{THING}/properties/more"),
            json!({ "type": "string" }),
        ),
        (format!("{THING}/required"), json!(["id", "kind", "at"])),
        (format!("{THING}/properties/id/format"), json!("int32")),
        (format!("{THING}/properties/at/type"), json!("string")),
        (format!("{THING}/properties/id/maximum"), json!(5)),
        (
            format!("{NEW}/properties/more"),
            json!({ "type": "string" }),
        ),
        (format!("{NEW}/required"), json!([])),
        (format!("{NEW}/properties/size/format"), json!("int64")),
        (
            format!("{NEW}/properties/size/type"),
            json!(["number", "null"]),
        ),
        (format!("{NEW}/properties/name/maxLength"), json!(300)),
        (format!("{NEW}/properties/name/minLength"), Value::Null),
    ];
    for (pointer, value) in cases {
        assert_eq!(
            after(&[(&pointer, value.clone())]),
            [],
            "{pointer} = {value}"
        );
    }
    let open = json!({ "type": "string", "enum": ["a", "b", "c"], "x-extensible": true });
    assert_eq!(after(&[("/components/schemas/Kind", open)]), []);
}

#[test]
fn a_change_counts_as_announced_where_the_changelog_names_its_place() {
    let found = after(&[(&format!("{THING}/properties/at"), Value::Null)]);
    let count = |changelog: &str| unannounced(&found, changelog, "1.2.0").len();
    assert_eq!(
        count(
            "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- `Thing.at` is gone.\n\n## 1.2.0\n"
        ),
        0
    );
    assert_eq!(
        count("# Changelog\n\n## 1.3.0\n\n### Breaking\n\n- `Thing.at` is gone.\n\n## 1.2.0\n"),
        0
    );
    assert_eq!(
        count("# Changelog\n\n## Unreleased\n\n- `Thing.at` is gone.\n\n## 1.2.0\n"),
        1
    );
    assert_eq!(
        count(
            "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- More.\n\n### Fixed\n\n- `Thing.at`\n"
        ),
        1
    );
    assert_eq!(
        count("# Changelog\n\n## 1.2.0\n\n### Breaking\n\n- `Thing.at` is gone.\n"),
        1
    );
    assert_eq!(count(""), 1);
}
