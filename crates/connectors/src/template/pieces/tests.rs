use serde_json::json;

use super::super::Template;
use super::super::tests::{compile, context};

/// What is printed without the engine must be what the engine prints.
fn printed(template: &Template, record: &serde_json::Value) -> Option<String> {
    let printed = template.printed(record)?;
    let rendered = template.text(&template.see(&context(), record)).unwrap();
    assert_eq!(printed, rendered, "{template:?}");
    Some(printed)
}

#[test]
fn plain_fields_are_printed_like_the_engine_prints_them() {
    let record = json!({"id": 7, "t": true, "s": "x\n'", "f": 1.0, "n": null, "a": {"b": [1, 2], "c": -3},
        "big": u64::MAX, "x.y": 4});
    let table = [
        (
            "{{ record['id'] }}-{{ record.t }}{{ record.s }}",
            "7-Truex\n'",
        ),
        ("{{ record.a.c }}", "-3"),
        (" {{ record['a'][\"c\"] }}", " -3"),
        ("{{ record.big }}", "18446744073709551615"),
        ("{{record['x.y']}}", "4"),
    ];
    for (source, wanted) in table {
        let found = printed(&compile(source).unwrap(), &record);
        assert_eq!(found.as_deref(), Some(wanted), "{source}");
    }
}

#[test]
fn all_else_is_left_to_the_engine() {
    let record = json!({"id": 7, "f": 1.5, "n": null, "a": {"b": [1, 2]}});
    let table = [
        "{{ record.f }}",
        "{{ record.n }}",
        "{{ record.a }}",
        "{{ record.a.b[0] }}",
        "{{ record.missing }}",
        "{{ record.id | string }}",
        "{{ record.id }}{# told #}",
        "{{ record.id }}\n",
        "{% if record.id %}{{ record.id }}{% endif %}",
        "{{ config.id }}",
        "{{- record.id }}",
        "plain",
    ];
    for source in table {
        let template = compile(source).unwrap();
        assert_eq!(template.printed(&record), None, "{source}");
    }
    assert_eq!(
        compile("{{ record.id }}").unwrap().printed(&json!([7])),
        None
    );
}
