//! Operations, parameters, bodies and answers.

use serde_json::Value;

use super::schema::{Comparison, Direction};
use super::{Change, Rule};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Every operation of the older document against its successor.
pub fn compare(older: &Value, newer: &Value, found: &mut Vec<Change>) {
    let mut walk = Walk {
        older,
        newer,
        schemas: Comparison::new(older, newer),
        place: String::new(),
        found,
    };
    for (path, item) in older["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            walk.place = format!("{} {path}", method.to_uppercase());
            match newer["paths"][path].get(method) {
                Some(successor) => walk.operation(operation, successor),
                None => walk.report(Rule::OperationRemoved, "it is gone"),
            }
        }
    }
}

struct Walk<'a> {
    older: &'a Value,
    newer: &'a Value,
    schemas: Comparison<'a>,
    place: String,
    found: &'a mut Vec<Change>,
}

impl<'a> Walk<'a> {
    fn report(&mut self, rule: Rule, detail: impl Into<String>) {
        self.found.push(Change {
            place: self.place.clone(),
            rule,
            detail: detail.into(),
        });
    }

    fn operation(&mut self, old: &'a Value, new: &'a Value) {
        for name in ["operationId", "tags"] {
            if old[name] != new[name] {
                let detail = format!("{name} was {}, is {}", old[name], new[name]);
                self.report(Rule::OperationRenamed, detail);
            }
        }
        if is_open(self.older, old) && !is_open(self.newer, new) {
            self.report(Rule::SecurityAdded, "it needs a token");
        }
        self.parameters(old, new);
        self.body(old, new);
        self.responses(old, new);
    }

    fn parameters(&mut self, old: &'a Value, new: &'a Value) {
        for parameter in list(old, "parameters") {
            let name = &parameter["name"];
            match list(new, "parameters").find(|other| is_same(parameter, other)) {
                Some(successor) => {
                    if parameter["required"] != true && successor["required"] == true {
                        self.report(Rule::ParameterRequired, format!("{name} must be sent"));
                    }
                    let place = format!("{} {}", self.place, name.as_str().unwrap_or_default());
                    self.schemas(parameter, successor, Direction::Sent, &place);
                }
                None => self.report(Rule::ParameterRemoved, format!("{name} is not taken")),
            }
        }
        for parameter in list(new, "parameters") {
            let is_new = !list(old, "parameters").any(|other| is_same(parameter, other));
            if is_new && parameter["required"] == true {
                let detail = format!("{} must be sent", parameter["name"]);
                self.report(Rule::ParameterRequired, detail);
            }
        }
    }

    fn body(&mut self, old: &'a Value, new: &'a Value) {
        let (old, new) = (old.get("requestBody"), new.get("requestBody"));
        if old.is_none_or(|body| body["required"] != true)
            && new.is_some_and(|body| body["required"] == true)
        {
            self.report(Rule::BodyRequired, "a body must be sent");
        }
        match (old, new) {
            (Some(old), Some(new)) => self.contents(old, new, Direction::Sent, "body"),
            (Some(_), None) => self.report(Rule::BodyRemoved, "no body is taken"),
            (None, _) => {}
        }
    }

    fn responses(&mut self, old: &'a Value, new: &'a Value) {
        let responses = old["responses"].as_object().into_iter().flatten();
        for (status, response) in responses {
            let Some(successor) = new["responses"].get(status) else {
                self.report(Rule::ResponseRemoved, format!("{status} is not documented"));
                continue;
            };
            let response = resolve(self.older, response);
            let successor = resolve(self.newer, successor);
            for (name, header) in response["headers"].as_object().into_iter().flatten() {
                match successor["headers"].get(name) {
                    Some(other) => {
                        let place = format!("{} {status} {name}", self.place);
                        self.schemas(header, other, Direction::Answered, &place);
                    }
                    None => {
                        self.report(Rule::HeaderRemoved, format!("{name} of {status} is gone"));
                    }
                }
            }
            self.contents(response, successor, Direction::Answered, status);
        }
    }

    fn contents(&mut self, old: &'a Value, new: &'a Value, direction: Direction, part: &str) {
        for (media_type, content) in old["content"].as_object().into_iter().flatten() {
            match new["content"].get(media_type) {
                Some(successor) => {
                    let place = format!("{} {part}", self.place);
                    self.schemas(content, successor, direction, &place);
                }
                None => {
                    self.report(Rule::MediaTypeRemoved, format!("{media_type} of {part}"));
                }
            }
        }
    }

    fn schemas(&mut self, old: &'a Value, new: &'a Value, direction: Direction, place: &str) {
        let (old, new) = (&old["schema"], &new["schema"]);
        self.schemas.compare(old, new, direction, place, self.found);
    }
}

fn list<'a>(holder: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    holder[name].as_array().into_iter().flatten()
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["name"] == other["name"] && one["in"] == other["in"]
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value["$ref"].as_str();
    let target = reference.and_then(|path| document.pointer(path.trim_start_matches('#')));
    target.unwrap_or(value)
}

/// Without a token: no security at all, or an empty choice among it.
fn is_open(document: &Value, operation: &Value) -> bool {
    let security = operation.get("security").or(document.get("security"));
    let choices = security.and_then(Value::as_array);
    choices.is_none_or(|choices| {
        choices.is_empty()
            || choices
                .iter()
                .any(|choice| choice.as_object().is_some_and(|names| names.is_empty()))
    })
}
