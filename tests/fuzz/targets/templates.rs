//! Any text as a template, wherever one may stand: compiled, and evaluated in every way. What
//! never ends is ended by its fuel.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use syncline_connectors::template::{Context, Engine, Names, Template};

static CONTEXT: LazyLock<Context> = LazyLock::new(|| {
    let config = json!({"a": "x", "n": 5, "list": [3, 1, 2], "date": "2022-02-28", "none": null});
    let config = config.as_object().cloned().unwrap_or_default();
    let record = json!({"id": 7, "name": "A b", "tags": ["x", "y"], "o": {"f": 1.5}, "at": "2024-01-31T01:02:03Z"});
    let now = "2021-09-01T12:34:56.789Z".parse().unwrap_or_default();
    Context::new(&config, now)
        .with("record", &record)
        .with(
            "response",
            &json!({"next": "p2", "items": [record], "total": 12}),
        )
        .with(
            "headers",
            &json!({"link": {"next": {"url": "http://127.0.0.1/2"}}}),
        )
        .with("last_record", &record)
        .with("last_page_size", &json!(1))
        .with("last_page_token_value", &json!("p1"))
        .with("next_page_token", &json!({"next_page_token": "p2"}))
        .with(
            "stream_slice",
            &json!({"start_time": "2024-01-01", "end_time": "2024-02-01"}),
        )
});

fuzz_target!(|text: &str| {
    let parameters = json!({"path": "/things", "n": 3});
    for names in [
        Names::Config,
        Names::Request,
        Names::Page,
        Names::Record,
        Names::Answer,
    ] {
        if let Ok(template) = Template::compile(&Engine::new(), text, &parameters, names) {
            evaluate(&template);
        }
    }
});

fn evaluate(template: &Template) {
    let _: Option<Value> = template.value(&CONTEXT).ok();
    let _ = template.parameter_value(&CONTEXT);
    let _ = template.string(&CONTEXT);
    let _ = template.condition(&CONTEXT);
}
