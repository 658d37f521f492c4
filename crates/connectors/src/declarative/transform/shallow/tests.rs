use chrono::DateTime;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::components::transformations::AddedField;
use crate::template::{Engine, Names};

fn compile(source: &str) -> Template {
    Template::compile(&Engine::new(), source, &Value::Null, Names::Record).unwrap()
}

fn context() -> Context {
    Context::new(&Map::new(), DateTime::UNIX_EPOCH)
}

fn added(path: &[&str], value: &str) -> AddedField {
    AddedField {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        value: compile(value),
        value_type: None,
    }
}

fn add(fields: Vec<AddedField>, condition: Option<&str>) -> Transformation {
    Transformation::Add {
        fields,
        condition: condition.map(compile),
    }
}

/// What comes of a record's text, which must be what comes of the parsed record.
fn changed(
    transformations: &[Transformation],
    filter: Option<&Template>,
    text: &str,
) -> Option<String> {
    let transform = Transform {
        transformations,
        filter,
        transform_before_filtering: false,
    };
    let raw = RawValue::from_string(text.to_owned()).unwrap();
    let Ok(changed) = Shallow::of(&transform)
        .expect("the changes are shallow")
        .apply(&raw, &transform, &context())
    else {
        panic!("{text} cannot be changed");
    };
    let parsed = serde_json::from_str(text).unwrap();
    let whole = transform.apply(parsed, &context()).unwrap();
    let changed = changed.map(|raw| raw.get().to_owned());
    let reread = changed
        .as_deref()
        .map(|text| serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(reread, whole, "{text}");
    changed
}

#[test]
fn the_rest_of_a_record_stays_as_it_came() {
    let label = [add(
        vec![added(&["label"], "{{ record['id'] }}-{{ record.status }}")],
        None,
    )];
    let table = [
        (
            r#"{ "id": 7,"n": 1.10,  "status":"a\u0000b" }"#,
            r#"{ "id": 7,"n": 1.10,  "status":"a\u0000b","label":"7-a\u0000b"}"#,
        ),
        ("{}", r#"{"label":"-"}"#),
        ("{\n}", r#"{"label":"-"}"#),
        (
            r#"{"label": [1, 2], "id": 1, "status": 2.50}"#,
            r#"{"label": "1-2.5", "id": 1, "status": 2.50}"#,
        ),
        // A name may be written in other ways, and twice; the last one counts.
        (
            r#"{"\u006cabel":0,"id":1,"label":3,"id":2}"#,
            r#"{"\u006cabel":"2-","id":1,"label":"2-","id":2}"#,
        ),
        (
            r#"{"a":{"id":1,"label":"}"}}"#,
            r#"{"a":{"id":1,"label":"}"},"label":"-"}"#,
        ),
    ];
    for (text, wanted) in table {
        assert_eq!(changed(&label, None, text).as_deref(), Some(wanted));
    }
}

#[test]
fn later_fields_see_earlier_ones_and_paths_go_deeper() {
    let fields = [
        add(vec![added(&["a", "b"], "{{ record.id }}")], None),
        add(vec![added(&["c"], "{{ record['a']['b'] + 1 }}")], None),
        add(
            vec![added(&["never"], "x")],
            Some("{{ record.c > 100 and record.id }}"),
        ),
    ];
    assert_eq!(
        changed(&fields, None, r#"{"id":1,"a":{"z":0}}"#).unwrap(),
        r#"{"id":1,"a":{"z":0,"b":1},"c":2}"#
    );
}

#[test]
fn a_filter_leaves_records_out() {
    let filter = compile("{{ record.keep }}");
    assert_eq!(changed(&[], Some(&filter), r#"{"keep":false}"#), None);
    let kept = r#"{"keep":true, "x":1}"#;
    assert!(changed(&[], Some(&filter), kept).is_some());
}

#[test]
fn what_may_touch_any_field_is_not_shallow() {
    let whole = [
        add(vec![added(&["x"], "{{ record | length }}")], None),
        add(vec![added(&["x"], "1")], Some("{{ 'id' in record }}")),
        Transformation::KeysToLower,
    ];
    for transformation in whole {
        let transform = Transform {
            transformations: std::slice::from_ref(&transformation),
            filter: None,
            transform_before_filtering: false,
        };
        assert!(Shallow::of(&transform).is_none(), "{transformation:?}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,6}|\\PC{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn any_record_is_changed_like_a_parsed_one(
        fields in prop::collection::vec(("[a-d]", value()), 0..5),
        is_pretty: bool,
    ) {
        let record: Map<String, Value> = fields.into_iter().collect();
        let record = Value::Object(record);
        let text = if is_pretty {
            serde_json::to_string_pretty(&record).unwrap()
        } else {
            record.to_string()
        };
        let transformations = [
            add(vec![added(&["c"], "{{ record.a }}{{ record['b'] }}")], None),
            add(vec![added(&["a", "x"], "{{ record.c }}"), added(&["e"], "1")], Some("{{ record.d }}")),
        ];
        changed(&transformations, Some(&compile("{{ record.b != 3 }}")), &text);
    }
}
