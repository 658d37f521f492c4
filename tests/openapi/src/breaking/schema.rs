//! Schemas, in the direction in which their values travel.

use std::collections::HashSet;

use serde_json::Value;

use super::{Change, Rule};

/// Who writes the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A caller.
    Sent,
    /// The server.
    Answered,
}

/// Limits that grow tighter upwards, and downwards.
const LOWER: [&str; 4] = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
const UPPER: [&str; 4] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];

/// Compares schemas, each pair of named ones once in each direction.
pub struct Comparison<'a> {
    older: &'a Value,
    newer: &'a Value,
    seen: HashSet<(String, String, Direction)>,
}

impl<'a> Comparison<'a> {
    /// Of the schemas of two documents.
    pub fn new(older: &'a Value, newer: &'a Value) -> Self {
        Self {
            older,
            newer,
            seen: HashSet::new(),
        }
    }

    /// Reports what breaks at `place`, or at the names of the schemas that it refers to.
    pub fn compare(
        &mut self,
        old: &Value,
        new: &Value,
        direction: Direction,
        place: &str,
        found: &mut Vec<Change>,
    ) {
        let old = View::of(self.older, old);
        let new = View::of(self.newer, new);
        let mut report = Reporter {
            direction,
            place,
            found,
        };
        report.null(&old, &new);
        if let (Some(was), Some(is)) = (old.name, new.name)
            && was != is
        {
            report.change(Rule::TypeRenamed, format!("was {was}, is {is}"));
        }
        let name = new.name.unwrap_or_default();
        if !name.is_empty() {
            let pair = (old.name.unwrap_or_default().to_owned(), name.to_owned());
            if !self.seen.insert((pair.0, pair.1, direction)) {
                return;
            }
        }
        let place = if name.is_empty() { place } else { name };
        let mut report = Reporter {
            direction,
            place,
            found,
        };
        report.types(&old, &new);
        report.values(&old, &new);
        report.formats(&old, &new);
        report.limits(&old, &new);
        report.fields(&old, &new);
        self.inside(&old, &new, direction, place, found);
    }

    fn inside(
        &mut self,
        old: &View<'_>,
        new: &View<'_>,
        direction: Direction,
        place: &str,
        found: &mut Vec<Change>,
    ) {
        for (field, schema) in old.properties() {
            if let Some(successor) = new.property(field) {
                let place = format!("{place}.{field}");
                self.compare(schema, successor, direction, &place, found);
            }
        }
        for key in ["items", "additionalProperties"] {
            if let (Some(old), Some(new)) = (old.schema.get(key), new.schema.get(key))
                && old.is_object()
                && new.is_object()
            {
                self.compare(old, new, direction, place, found);
            }
        }
    }
}

/// A schema without the ways in which a document may write it.
struct View<'a> {
    name: Option<&'a str>,
    schema: &'a Value,
    is_nullable: bool,
    /// Without null; empty is any.
    types: Vec<&'a str>,
}

impl<'a> View<'a> {
    fn of(document: &'a Value, schema: &'a Value) -> Self {
        let choices = schema["oneOf"].as_array().map(Vec::as_slice);
        let is_null = |choice: &Value| choice["type"] == "null";
        if let Some([one, other]) = choices
            && (is_null(one) || is_null(other))
        {
            let inner = if is_null(one) { other } else { one };
            return Self {
                is_nullable: true,
                ..Self::of(document, inner)
            };
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let target = document.pointer(reference.trim_start_matches('#'));
            return Self {
                name: reference.rsplit('/').next(),
                ..Self::of(document, target.unwrap_or(&Value::Null))
            };
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        Self {
            name: None,
            schema,
            is_nullable: types.contains(&"null"),
            types: types.into_iter().filter(|name| *name != "null").collect(),
        }
    }

    fn properties(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.schema["properties"].as_object().into_iter().flatten()
    }

    fn property(&self, name: &str) -> Option<&'a Value> {
        self.schema["properties"].get(name)
    }

    fn requires(&self, name: &str) -> bool {
        let mut required = self.schema["required"].as_array().into_iter().flatten();
        required.any(|field| field == name)
    }

    /// Whether every type of the other is one of these.
    fn covers(&self, other: &View<'_>) -> bool {
        let takes = |name: &&str| {
            self.types.contains(name) || (*name == "integer" && self.types.contains(&"number"))
        };
        self.types.is_empty() || (!other.types.is_empty() && other.types.iter().all(takes))
    }
}

struct Reporter<'a> {
    direction: Direction,
    place: &'a str,
    found: &'a mut Vec<Change>,
}

impl Reporter<'_> {
    fn change(&mut self, rule: Rule, detail: String) {
        self.found.push(Change {
            place: self.place.to_owned(),
            rule,
            detail,
        });
    }

    fn null(&mut self, old: &View<'_>, new: &View<'_>) {
        match self.direction {
            Direction::Sent if old.is_nullable && !new.is_nullable => {
                self.change(Rule::NullChanged, "null is not taken".to_owned());
            }
            Direction::Answered if !old.is_nullable && new.is_nullable => {
                self.change(Rule::NullChanged, "null may be answered".to_owned());
            }
            _ => {}
        }
    }

    fn types(&mut self, old: &View<'_>, new: &View<'_>) {
        let is_safe = match self.direction {
            Direction::Sent => new.covers(old),
            Direction::Answered => old.covers(new),
        };
        if !is_safe {
            let detail = format!("was {:?}, is {:?}", old.types, new.types);
            self.change(Rule::TypeChanged, detail);
        }
    }

    fn values(&mut self, old: &View<'_>, new: &View<'_>) {
        let (was, is) = (old.schema["enum"].as_array(), new.schema["enum"].as_array());
        let (from, to) = match self.direction {
            Direction::Sent => (was, is),
            Direction::Answered if new.schema["x-extensible"] == true => return,
            Direction::Answered => (is, was),
        };
        let Some(to) = to else { return };
        match from {
            Some(from) => {
                for value in from.iter().filter(|value| !to.contains(value)) {
                    self.change(Rule::EnumChanged, format!("{value}"));
                }
            }
            None => self.change(Rule::EnumChanged, "any value against a list".to_owned()),
        }
    }

    fn formats(&mut self, old: &View<'_>, new: &View<'_>) {
        let (was, is) = (&old.schema["format"], &new.schema["format"]);
        let is_safe = match self.direction {
            Direction::Sent => is.is_null() || (was == "int32" && is == "int64"),
            Direction::Answered => was.is_null() || (was == "int64" && is == "int32"),
        };
        if was != is && !is_safe {
            self.change(Rule::FormatChanged, format!("was {was}, is {is}"));
        }
    }

    fn limits(&mut self, old: &View<'_>, new: &View<'_>) {
        if self.direction == Direction::Answered {
            return;
        }
        let bound = |view: &View<'_>, name: &str| view.schema[name].as_f64();
        for name in LOWER.into_iter().chain(UPPER) {
            let Some(is) = bound(new, name) else { continue };
            let is_tighter = bound(old, name).is_none_or(|was| {
                if LOWER.contains(&name) {
                    is > was
                } else {
                    is < was
                }
            });
            if is_tighter {
                let detail = format!("{name} was {}, is {is}", old.schema[name]);
                self.change(Rule::LimitTightened, detail);
            }
        }
        let (was, is) = (&old.schema["pattern"], &new.schema["pattern"]);
        if was != is && !is.is_null() {
            self.change(Rule::LimitTightened, format!("pattern was {was}, is {is}"));
        }
    }

    fn fields(&mut self, old: &View<'_>, new: &View<'_>) {
        let place = self.place.to_owned();
        let at = |field: &str| format!("{place}.{field}");
        let mut changes = Vec::new();
        for (field, _) in old.properties() {
            if new.property(field).is_none() {
                changes.push((at(field), Rule::FieldRemoved, "it is gone"));
            } else if self.direction == Direction::Answered
                && old.requires(field)
                && !new.requires(field)
            {
                changes.push((at(field), Rule::FieldOptional, "it may be missing"));
            }
        }
        if self.direction == Direction::Sent {
            for (field, _) in new.properties() {
                if new.requires(field) && !old.requires(field) {
                    changes.push((at(field), Rule::FieldRequired, "it must be sent"));
                }
            }
            let is_closed = |view: &View<'_>| view.schema["additionalProperties"] == false;
            if !is_closed(old) && is_closed(new) {
                let detail = "other fields are not taken";
                changes.push((place.clone(), Rule::ObjectClosed, detail));
            }
        }
        self.found
            .extend(changes.into_iter().map(|(place, rule, detail)| Change {
                place,
                rule,
                detail: detail.to_owned(),
            }));
    }
}
