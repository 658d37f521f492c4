//! What becomes of a record: keys, transformations, filters, and the text that it came as.

use serde_json::{Value, json};
use syncline_connectors::source::Coverage;

use crate::manifests::{CURSOR, Items};
use crate::run::{Ask, Ran, run, source};
use crate::server::{Reply, Server};

async fn ran(items: Items, body: &str) -> Ran {
    let body = body.to_owned();
    let server = Server::start(move |_| Reply::status(200, &body)).await;
    let ran = run(
        &source(&items.yaml(), json!({"url": server.url, "greeting": "hi"})),
        Ask::of("items"),
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    ran
}

async fn keys(primary_key: &str, data: &str) -> Vec<String> {
    let stream = format!("primary_key: {primary_key}");
    ran(
        Items {
            stream,
            ..Items::default()
        },
        &format!("{{\"data\": {data}}}"),
    )
    .await
    .keys()
}

#[tokio::test]
async fn a_record_that_needs_no_change_is_the_text_that_came() {
    let odd = r#"{ "z" : 1.0,"id":  7, "big": 123456789012345678901234567890, "u": "\u00e9\u0000", "id2":null }"#;
    let ran = ran(Items::default(), &format!("{{\"data\": [{odd}]}}")).await;
    assert_eq!(ran.records(), [odd]);
}

#[tokio::test]
async fn keys_of_every_form() {
    assert_eq!(keys("id", r#"[{"id": 7}, {"id": "a\"b"}, {"id": 1.50}, {"id": true}, {"x": 1, "id": {"b": 1, "a": 2}}]"#).await,
        ["7", "a\"b", "1.50", "true", r#"{"a":2,"b":1}"#]);
    assert_eq!(keys("[id]", r#"[{"id": 7}]"#).await, ["7"]);
    assert_eq!(
        keys(
            "[a, b]",
            r#"[{"b": 2, "a": "x\u0041"}, {"a": 1, "b": null}]"#
        )
        .await,
        [r#"["xA",2]"#, "[1,null]"]
    );
    assert_eq!(
        keys("[[a, b], [c]]", r#"[{"a": {"b": "x"}, "c": 2}]"#).await,
        [r#"["x",2]"#]
    );
    assert_eq!(keys("[[a, b]]", r#"[{"a": {"b": "x"}}]"#).await, ["x"]);
}

#[tokio::test]
async fn without_a_key_the_hash_of_the_canonical_record_stands_in() {
    let stream = "schema_loader: {type: InlineSchemaLoader, schema: {}}".to_owned();
    let body = r#"{"data": [{"a": 1, "b": 2}, {"b":2,"a":1}, {"a": 1}]}"#;
    let none = ran(
        Items {
            stream,
            ..Items::default()
        },
        body,
    )
    .await;
    let keys = none.keys();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert_eq!(keys[0].len(), 64);
    assert!(!none.plan.is_full_pass);
    assert_eq!(*none.coverage(), Coverage::Partial);
    let lacking = ran(Items::default(), r#"{"data": [{"a": 1}, {"id": null}]}"#).await;
    assert_eq!(lacking.warnings(), ["primary_key_absent"]);
    assert_eq!(lacking.keys()[0].len(), 64);
}

async fn transformed(transformations: &str, record: &str) -> Value {
    let stream = format!(
        "primary_key: id\n    transformations: [{transformations}]\n    $parameters: {{who: me}}"
    );
    let ran = ran(
        Items {
            stream,
            ..Items::default()
        },
        &format!("{{\"data\": [{record}]}}"),
    )
    .await;
    serde_json::from_str(&ran.records()[0]).unwrap()
}

#[tokio::test]
async fn fields_are_added() {
    let add = |fields: &str, rest: &str| format!("{{type: AddFields, fields: [{fields}]{rest}}}");
    let field = |path: &str, value: &str| format!("{{path: {path}, value: \"{value}\"}}");
    let record = r#"{"id": 1, "a": {"b": "x"}, "n": "12"}"#;
    let fields = [
        field("[c]", "{{ record['a']['b'] ~ config['greeting'] }}"),
        field("[d, e]", "{{ record.id + 1 }}"),
        field("[a, z]", "{{ record.d.e * 2 }}"),
        field("[s]", "{{ parameters['who'] }}"),
        field("[t]", "{{ record.n }}"),
        field("[u]", "plain"),
        field("[v]", "{{ [1, 'x', None, True] }}"),
    ];
    assert_eq!(
        transformed(&add(&fields.join(", "), ""), record).await,
        json!({"id": 1, "a": {"b": "x", "z": 4}, "n": "12", "c": "xhi", "d": {"e": 2}, "s": "me", "t": 12, "u": "plain", "v": [1, "x", null, true]})
    );
    let typed = "{path: [t], value: \"{{ record.n }}\", value_type: string}, {path: [i], value: \"{{ record.n }}\", value_type: integer}";
    assert_eq!(transformed(&add(typed, ""), record).await["t"], json!("12"));
    assert_eq!(transformed(&add(typed, ""), record).await["i"], json!(12));
    for (condition, wanted) in [
        ("{{ record.id == 1 }}", json!("y")),
        ("{{ record.id == 2 }}", Value::Null),
        ("{{ value == 'y' and path == ['f'] }}", json!("y")),
    ] {
        let rest = format!(", condition: \"{condition}\"");
        assert_eq!(
            transformed(&add(&field("[f]", "y"), &rest), record).await["f"],
            wanted,
            "{condition}"
        );
    }
}

#[tokio::test]
async fn fields_are_removed() {
    let remove = |pointers: &str, rest: &str| {
        format!("{{type: RemoveFields, field_pointers: [{pointers}]{rest}}}")
    };
    let record =
        r#"{"id": 1, "a": {"x": 1, "y": {"x": 2}}, "list": [{"x": 3, "k": 4}], "x": null}"#;
    let cases = [
        (
            "[a, x], [none, x]",
            json!({"id": 1, "a": {"y": {"x": 2}}, "list": [{"x": 3, "k": 4}], "x": null}),
        ),
        ("[a], [list]", json!({"id": 1, "x": null})),
        (
            "[\"**\", x]",
            json!({"id": 1, "a": {"y": {}}, "list": [{"k": 4}]}),
        ),
        (
            "[\"*\", x]",
            json!({"id": 1, "a": {"y": {"x": 2}}, "list": [{"x": 3, "k": 4}], "x": null}),
        ),
        (
            "[list, \"0\", x]",
            json!({"id": 1, "a": {"x": 1, "y": {"x": 2}}, "list": [{"k": 4}], "x": null}),
        ),
    ];
    for (pointers, wanted) in cases {
        assert_eq!(
            transformed(&remove(pointers, ""), record).await,
            wanted,
            "{pointers}"
        );
    }
    let nulls = remove("[\"*\"]", ", condition: \"{{ property is none }}\"");
    assert!(transformed(&nulls, record).await.get("x").is_none());
}

#[tokio::test]
async fn filters_leave_records_out_and_paging_counts_them() {
    let selector =
        "record_filter: {type: RecordFilter, condition: \"{{ record.keep }}\"}".to_owned();
    let body = r#"{"data": [{"id": 1, "keep": true}, {"id": 2, "keep": false}, {"id": 3}, {"id": 4, "keep": "false"}, {"id": 5, "keep": "yes"}]}"#;
    assert_eq!(
        ran(
            Items {
                selector: selector.clone(),
                ..Items::default()
            },
            body
        )
        .await
        .keys(),
        ["1", "5"]
    );
    let stream = "primary_key: id\n    transformations: [{type: AddFields, fields: [{path: [keep], value: \"{{ record.id > 3 }}\"}]}]".to_owned();
    let selector = format!("{selector}\n        transform_before_filtering: true");
    assert_eq!(
        ran(
            Items {
                selector,
                stream,
                ..Items::default()
            },
            body
        )
        .await
        .keys(),
        ["4", "5"]
    );
}

#[tokio::test]
async fn last_record_is_what_is_left_and_last_page_size_what_came() {
    let server = Server::start(|asked| match asked.query("after").as_deref() {
        None => Reply::json(
            json!({"data": [{"id": 1, "keep": 1}, {"id": 2, "keep": 0}, {"id": 3, "keep": 0}]}),
        ),
        Some("1-3") => Reply::json(json!({"data": []})),
        Some(other) => panic!("unexpected {other}"),
    })
    .await;
    let paginator = CURSOR.replace(
        "{{ response.next }}",
        "{{ last_record.id ~ '-' ~ last_page_size if last_page_size > 0 else '' }}",
    );
    let selector = "record_filter: {condition: \"{{ record.keep }}\"}".to_owned();
    let manifest = Items {
        paginator,
        selector,
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(
        (ran.keys(), server.targets().len()),
        (vec!["1".to_owned()], 2),
        "{:?}",
        ran.error
    );
}

#[tokio::test]
async fn record_paths() {
    let cases = [
        ("[]", r#"[{"id": 1}, {"id": 2}]"#, vec!["1", "2"]),
        ("[]", r#"{"id": 1}"#, vec!["1"]),
        (
            "[a, b]",
            r#"{"x": [1], "a": {"c": 2, "b": [{"id": 1}]}, "y": {}}"#,
            vec!["1"],
        ),
        (
            "[a, \"1\", b]",
            r#"{"a": [0, {"b": [{"id": 1}]}, 2]}"#,
            vec!["1"],
        ),
        ("[a]", r#"{"a": {"id": "one", "é": "\u00e9"}}"#, vec!["one"]),
        ("[a]", r#"{"a": {}}"#, vec![]),
        (
            "[\"{{ config['greeting'] }}\"]",
            r#"{"hi": [{"id": 1}]}"#,
            vec!["1"],
        ),
    ];
    for (path, body, wanted) in cases {
        let manifest = Items::default()
            .yaml()
            .replace("field_path: [data]", &format!("field_path: {path}"));
        let server = Server::start(move |_| Reply::status(200, body)).await;
        let ran = run(
            &source(&manifest, json!({"url": server.url, "greeting": "hi"})),
            Ask::of("items"),
        )
        .await;
        assert_eq!(ran.keys(), wanted, "{path} {body} {:?}", ran.error);
        assert!(ran.warnings().is_empty());
    }
}
