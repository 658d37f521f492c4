//! What is changed in records. What the tables expect is what the reference makes of the same.

use serde_json::{Value, json};

use crate::manifests::Items;
use crate::run::{Ask, object, run, source};
use crate::server::{Reply, Server};

async fn changed(transformations: &str, record: Value) -> Value {
    let body = json!({"data": [record]});
    let server = Server::start(move |_| Reply::json(&body)).await;
    let manifest = Items {
        stream: format!("transformations: [{transformations}]"),
        ..Items::default()
    }
    .yaml();
    let mut config = object(json!({"old": "-", "prefix": "p_"}));
    config.insert("url".to_owned(), server.url.clone().into());
    let ran = run(&source(&manifest, config.into()), Ask::of("items")).await;
    assert!(ran.error.is_none(), "{transformations}: {:?}", ran.error);
    serde_json::from_str(&ran.records()[0]).unwrap()
}

#[tokio::test]
async fn fields_are_removed_by_paths_and_patterns() {
    let table = [
        (
            "[[a, '0']]",
            json!({"a": [1, 2, 3]}),
            json!({"a": [null, 2, 3]}),
        ),
        ("[[a, '2']]", json!({"a": [1, 2, 3]}), json!({"a": [1, 2]})),
        (
            "[[a, '*']]",
            json!({"a": [1, 2, 3]}),
            json!({"a": [null, null]}),
        ),
        (
            "[['*', x]]",
            json!({"a": {"x": 1}, "b": {"x": 2}}),
            json!({"a": {}, "b": {}}),
        ),
        (
            "[['**', x]]",
            json!({"a": {"x": 1}, "b": [{"x": 2, "y": 1}]}),
            json!({"a": {}, "b": [{"y": 1}]}),
        ),
        (
            "[['x*'], ['?b'], ['[!a]d']]",
            json!({"xa": 1, "xb": 2, "cb": 3, "ad": 4, "bd": 5}),
            json!({"ad": 4}),
        ),
        (
            "[[none, here], [b]]",
            json!({"a": 1, "b": 2}),
            json!({"a": 1}),
        ),
        ("[['**']]", json!({"a": {"b": 1}}), json!({})),
    ];
    for (pointers, record, expected) in table {
        let remove = format!("{{type: RemoveFields, field_pointers: {pointers}}}");
        assert_eq!(changed(&remove, record).await, expected, "{pointers}");
    }
}

#[tokio::test]
async fn a_condition_stands_for_the_paths() {
    let table = [
        (
            "property is none",
            json!({"a": null, "b": {"c": null, "d": 1}, "e": [null, 1], "f": {}}),
            json!({"b": {"d": 1}, "e": [null, 1], "f": {}}),
        ),
        ("property == 2", json!({"a": 1, "b": 2}), json!({"a": 1})),
        ("property", json!({"a": {"x": 1}, "b": 2}), json!({"a": {}})),
    ];
    for (condition, record, expected) in table {
        let remove = format!(
            "{{type: RemoveFields, field_pointers: [[a]], condition: \"{{{{ {condition} }}}}\"}}"
        );
        assert_eq!(changed(&remove, record).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn fields_are_added_with_what_lies_above_them() {
    let table = [
        (
            "[a, '3']",
            "x",
            json!({"a": [1]}),
            json!({"a": [1, null, null, "x"]}),
        ),
        ("[a, '0']", "x", json!({}), json!({"a": ["x"]})),
        ("[l, '0', k]", "v", json!({}), json!({"l": [{"k": "v"}]})),
        (
            "[a, b]",
            "{{ record.a.c + 1 }}",
            json!({"a": {"c": 1}}),
            json!({"a": {"c": 1, "b": 2}}),
        ),
    ];
    for (path, value, record, expected) in table {
        let add = format!("{{type: AddFields, fields: [{{path: {path}, value: \"{value}\"}}]}}");
        assert_eq!(changed(&add, record).await, expected, "{path}");
    }
    let types = [
        ("{{ 5 }}", "string", json!("5")),
        ("{{ 5.0 }}", "integer", json!("5.0")),
        ("{{ 5 }}", "number", json!("5")),
        ("{{ true }}", "boolean", json!(true)),
        ("{{ 'x' }}", "integer", json!("x")),
        ("[1,2]", "string", json!("[1,2]")),
    ];
    for (value, kind, expected) in types {
        let add = format!(
            "{{type: AddFields, fields: [{{path: [v], value: \"{value}\", value_type: {kind}}}]}}"
        );
        assert_eq!(
            changed(&add, json!({})).await["v"],
            expected,
            "{value} {kind}"
        );
    }
    let guarded = "{type: AddFields, condition: \"{{ value != 1 and path == ['b'] }}\", \
        fields: [{path: [a], value: '2'}, {path: [b], value: '1'}, {path: [b], value: '3'}]}";
    assert_eq!(
        changed(guarded, json!({"id": 1})).await,
        json!({"id": 1, "b": 3})
    );
}

#[tokio::test]
async fn names_are_changed() {
    let record = json!({"FirstName": 1, "Sub": {"TheName": [{"InList": 1}]}});
    assert_eq!(
        changed("{type: KeysToLower}", record.clone()).await,
        json!({"firstname": 1, "sub": {"TheName": [{"InList": 1}]}})
    );
    assert_eq!(
        changed("{type: KeysToSnakeCase}", record).await,
        json!({"first_name": 1, "sub": {"the_name": [{"InList": 1}]}})
    );
    let names = [
        ("firstName", "first_name"),
        ("HTTPServer", "httpserver"),
        ("user ID", "user_id"),
        ("1st", "_1_st"),
        ("a1B2", "a_1_b_2"),
        (" lead", "_lead"),
        ("trail ", "trail_"),
        ("Ünï", "uni"),
        ("名前", "ming_qian"),
        ("--", ""),
        ("a--b", "a_b"),
        ("ABC", "abc"),
        ("x.y", "x_y"),
        ("Amount€", "amount_eur"),
        ("id_", "id_"),
        ("_id", "_id"),
        ("2", "_2"),
    ];
    for (name, expected) in names {
        let made = changed("{type: KeysToSnakeCase}", json!({name: 1})).await;
        assert_eq!(made, json!({expected: 1}), "{name}");
    }
    assert_eq!(
        changed(
            "{type: KeysReplace, old: \"{{ config.old }}\", new: \"{{ record['a-b'] }}\"}",
            json!({"a-b": "_", "c": {"d-e-f": 1}, "l": [{"x-y": 1}]})
        )
        .await,
        json!({"a_b": "_", "c": {"d_e_f": 1}, "l": [{"x-y": 1}]})
    );
}

#[tokio::test]
async fn what_lies_deeper_comes_to_the_top() {
    let table = [
        (
            json!({"a": {"b": 1, "c": {"b": 2}}, "b": 3}),
            true,
            json!({"a.b": 1, "b": 3, "c.b": 2}),
        ),
        (
            json!({"a": [{"x": 1}, {"x": 2}], "z": {"q": 1}}),
            true,
            json!({"a.0.x": 1, "a.1.x": 2, "q": 1}),
        ),
        (
            json!({"a": [{"x": 1}, {"x": 2}], "z": {"q": 1}}),
            false,
            json!({"a": [{"x": 1}, {"x": 2}], "q": 1}),
        ),
        (
            json!({"a": {}, "l": [], "n": null}),
            true,
            json!({"n": null}),
        ),
        (
            json!({"a": {}, "l": [], "n": null}),
            false,
            json!({"l": [], "n": null}),
        ),
        (
            json!({"z": {"q": 1}, "l": [1, [2]], "y": {"q": 5}}),
            true,
            json!({"l.0": 1, "l.1.0": 2, "q": 5, "z.q": 1}),
        ),
    ];
    for (record, lists, expected) in table {
        let flatten = format!("{{type: FlattenFields, flatten_lists: {lists}}}");
        assert_eq!(changed(&flatten, record).await, expected);
    }
}

#[tokio::test]
async fn one_object_comes_to_the_top() {
    let record = || json!({"id": 1, "in": {"x": 2, "y": 3}, "list": [{"z": 4}]});
    let table = [
        (
            "field_path: [in]",
            json!({"id": 1, "in": {"x": 2, "y": 3}, "list": [{"z": 4}], "x": 2, "y": 3}),
        ),
        (
            "field_path: [in], delete_origin_value: true",
            json!({"id": 1, "list": [{"z": 4}], "x": 2, "y": 3}),
        ),
        (
            "field_path: [in], replace_record: true",
            json!({"x": 2, "y": 3}),
        ),
        (
            "field_path: [list, '*']",
            json!({"id": 1, "in": {"x": 2, "y": 3}, "list": [{"z": 4}], "z": 4}),
        ),
        ("field_path: [none]", record()),
        ("field_path: [id]", record()),
        (
            "field_path: [in], replace_record: true, key_transformation: {type: KeyTransformation, prefix: \"{{ config.prefix }}\", suffix: _s}",
            json!({"p_x_s": 2, "p_y_s": 3}),
        ),
    ];
    for (what, expected) in table {
        let flatten = format!("{{type: DpathFlattenFields, {what}}}");
        assert_eq!(changed(&flatten, record()).await, expected, "{what}");
    }
    // A name that is taken keeps everything as it is.
    let taken = json!({"x": 1, "in": {"x": 2, "y": 3}});
    assert_eq!(
        changed(
            "{type: DpathFlattenFields, field_path: [in]}",
            taken.clone()
        )
        .await,
        taken
    );
}

#[tokio::test]
async fn values_are_cast_to_the_types_of_the_schema() {
    let schema = r##"{type: object, properties: {
        s: {type: ['null', string]}, s1: {type: string}, n: {type: ['null', number]}, i: {type: [integer, 'null']},
        b: {type: ['null', boolean]}, b1: {type: boolean}, a: {type: array}, as: {type: ['null', array], items: {type: ['null', string]}},
        a1: {type: array, items: {type: string}}, o: {type: ['null', object], properties: {x: {type: ['null', integer]}}},
        l: {type: array, items: {type: object, properties: {y: {type: number}}}}, m: {type: [string, integer]},
        ao: {anyOf: [{type: string}]}}}"##;
    let table = [
        (
            json!({"s": 5, "s1": null, "n": "1.5", "i": "7", "b": "yes", "b1": null, "a": 1, "as": "x", "a1": "x", "o": {"x": "3"}, "l": [{"y": 2}], "m": 1.5, "ao": 6}),
            json!({"s": "5", "s1": "None", "n": 1.5, "i": 7, "b": true, "b1": false, "a": [1], "as": ["x"], "a1": "x", "o": {"x": 3}, "l": [{"y": 2.0}], "m": 1.5, "ao": 6}),
        ),
        (
            json!({"s": null, "s1": {"a": true}, "n": 3, "i": 4.9, "b": "maybe", "b1": "off", "a": [1], "as": [1, null], "a1": [1], "o": 5, "l": {"y": 2}, "m": "q"}),
            json!({"s": null, "s1": "{'a': True}", "n": 3.0, "i": 4, "b": "maybe", "b1": false, "a": [1], "as": ["1", null], "a1": ["1"], "o": 5, "l": {"y": 2}, "m": "q"}),
        ),
        (
            json!({"s": true, "s1": 1.0, "i": true, "b": 0, "b1": [], "a": null, "as": null, "n": true, "more": "1"}),
            json!({"s": "True", "s1": "1.0", "i": 1, "b": false, "b1": false, "a": [null], "as": null, "n": 1.0, "more": "1"}),
        ),
        (
            json!({"n": "abc", "i": "5.0"}),
            json!({"n": "abc", "i": "5.0"}),
        ),
    ];
    for (record, expected) in table {
        let body = json!({"data": [record]});
        let server = Server::start(move |_| Reply::json(&body)).await;
        let manifest = Items {
            stream: format!("schema_loader: {{type: InlineSchemaLoader, schema: {schema}}}"),
            selector: "schema_normalization: Default".to_owned(),
            ..Items::default()
        }
        .yaml();
        let ran = run(
            &source(&manifest, json!({"url": server.url})),
            Ask::of("items"),
        )
        .await;
        let made: Value = serde_json::from_str(&ran.records()[0]).unwrap();
        assert_eq!(made, expected);
    }
}
