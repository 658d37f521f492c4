//! Every template of `interpolation/expressions.yaml` gives what the reference gives.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bounds;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use syncline_connectors::template::{Context, Engine, Names, Template, TemplateError};

/// The ways to evaluate, as golden.json names them.
const WAYS: [&str; 4] = ["value", "parameter", "string", "condition"];

#[derive(Deserialize)]
struct Golden {
    template: String,
    at: String,
    #[serde(flatten)]
    answers: Map<String, Value>,
}

/// A template whose answer differs on purpose.
#[derive(Deserialize)]
struct Divergence {
    template: String,
    /// Those that differ; all, when there are none.
    #[serde(default)]
    ways: Vec<String>,
    /// What ours gives: a value, or `{error: …}`.
    ours: Value,
}

/// A reason, and the templates that it explains.
#[derive(Deserialize)]
struct Reason {
    id: String,
    templates: Vec<Divergence>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interpolation")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn given() -> Value {
    yaml_serde::from_str(&read("expressions.yaml")).unwrap()
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(&read("golden.json")).unwrap()
}

fn reasons() -> Vec<Reason> {
    yaml_serde::from_str(&read("divergences.yaml")).unwrap()
}

fn context(given: &Value, at: &str) -> (Context, Names) {
    let names: &[&str] = match at {
        "page" => &[
            "response",
            "headers",
            "last_record",
            "last_page_size",
            "last_page_token_value",
            "stream_slice",
        ],
        _ => &["record", "stream_slice", "next_page_token"],
    };
    let now = given["now"].as_str().unwrap().parse().unwrap();
    let mut context = Context::new(given["config"].as_object().unwrap(), now);
    for name in names {
        context.set(name, &given[*name]);
    }
    let place = if at == "page" {
        Names::Page
    } else {
        Names::Record
    };
    (context, place)
}

/// What ours says in one way.
fn ask(way: &str, template: &Template, context: &Context) -> Result<Value, TemplateError> {
    match way {
        "value" => template.value(context),
        "parameter" => template.parameter_value(context),
        "string" => template.string_value(context),
        "condition" => template.condition(context).map(Value::from),
        other => panic!("no way is called {other}"),
    }
}

fn answer(given: &Value, golden: &Golden, way: &str) -> Value {
    let (context, names) = context(given, &golden.at);
    let parameters = &given["parameters"];
    let said = Template::compile(&Engine::new(), &golden.template, parameters, names)
        .and_then(|template| ask(way, &template, &context));
    said.unwrap_or_else(|error| json!({"error": error.problem}))
}

fn is_error(value: &Value) -> bool {
    value.get("error").is_some()
}

/// Errors are compared by being errors. On a type error the reference gives the template's own
/// text, and ours an error. What JSON has no form for stays a text, and is true.
fn agree(golden: &Golden, way: &str, ours: &Value) -> bool {
    let theirs = &golden.answers[way];
    let is_own_text = golden.answers["value"].as_str() == Some(&golden.template)
        && ["{{", "{%"]
            .iter()
            .any(|open| golden.template.contains(open));
    if is_error(theirs) || is_own_text {
        return is_error(ours);
    }
    if theirs.get("unlike_json").is_some() {
        return ours.as_str() == Some(&golden.template);
    }
    // 5 and 5.0 are equal numbers, and not the same here.
    let (theirs, ours) = (theirs.to_string(), ours.to_string());
    theirs == ours
}

#[test]
fn templates_give_what_the_reference_gives() {
    let given = given();
    let reasons = reasons();
    let mut known: HashMap<(&str, &str), &Value> = HashMap::new();
    for divergence in reasons.iter().flat_map(|reason| &reason.templates) {
        for way in WAYS {
            if divergence.ways.is_empty() || divergence.ways.iter().any(|one| one == way) {
                known.insert((&divergence.template, way), &divergence.ours);
            }
        }
    }
    let (mut wrong, mut used) = (Vec::new(), HashSet::new());
    for golden in &golden() {
        for way in WAYS {
            let (theirs, ours) = (&golden.answers[way], answer(&given, golden, way));
            let agreed = agree(golden, way, &ours);
            let explained = known.get(&(golden.template.as_str(), way));
            let is_fine = match explained {
                None => agreed,
                Some(wanted) => {
                    used.insert((golden.template.clone(), way));
                    let is_as_told = **wanted == ours || is_error(wanted) && is_error(&ours);
                    is_as_told && !agreed
                }
            };
            if !is_fine {
                wrong.push(format!(
                    "{:?} as {way}\n    reference {theirs}\n    ours      {ours}{}",
                    golden.template,
                    explained.map_or(String::new(), |wanted| format!(
                        "\n    divergence told as {wanted}"
                    ))
                ));
            }
        }
    }
    for (template, way) in known.keys() {
        if !used.contains(&((*template).to_owned(), *way)) {
            wrong.push(format!("{template:?} as {way}: no such template is asked"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_golden_table_is_that_of_the_expressions() {
    let given = given();
    let asked: Vec<String> = given["expressions"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|group| group.as_array().unwrap())
        .map(|entry| {
            entry["template"]
                .as_str()
                .or(entry.as_str())
                .unwrap()
                .to_owned()
        })
        .collect();
    let answered: Vec<String> = golden().into_iter().map(|golden| golden.template).collect();
    assert_eq!(asked, answered, "run `make oracle`");
    assert!(asked.len() >= 200);
}

#[test]
fn every_divergence_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/MANIFESTS.md");
    let document = std::fs::read_to_string(path).unwrap();
    for reason in reasons() {
        assert!(
            document.contains(&format!("| `{}` |", reason.id)),
            "docs/MANIFESTS.md does not tell why `{}`",
            reason.id
        );
    }
}
