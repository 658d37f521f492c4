//! What would break a client that was written, or generated, against an older document.
//!
//! No library that is kept does this for OpenAPI 3.1 without a program that is fetched from
//! elsewhere, so the rules are here. What a caller sends may only be taken more widely; what it
//! is answered may only become narrower:
//!
//! | | in what is sent | in what is answered |
//! |---|---|---|
//! | field | removed, newly required | removed, no longer always there |
//! | type | fewer | more |
//! | null | no longer taken | newly answered |
//! | enum | fewer values | more values, unless the schema says `x-extensible` |
//! | format | another (`int32` may grow) | another (`int64` may shrink) |
//! | limits | tighter | |
//! | other fields | no longer taken | |
//!
//! Descriptions, examples and links break nobody.

mod operations;
mod schema;

use std::fmt;

use serde_json::Value;

/// The rules, by what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// An operation is gone: its path, or the method there.
    OperationRemoved,
    /// Its `operationId` or tag changed, which name it in generated clients.
    OperationRenamed,
    /// It needs a token now.
    SecurityAdded,
    /// A parameter is no longer taken.
    ParameterRemoved,
    /// A parameter must be sent now.
    ParameterRequired,
    /// A body is no longer taken.
    BodyRemoved,
    /// A body must be sent now.
    BodyRequired,
    /// A media type is no longer taken or answered.
    MediaTypeRemoved,
    /// A status is no longer documented.
    ResponseRemoved,
    /// A header of an answer is gone.
    HeaderRemoved,
    /// A schema is called otherwise, and with it the type in generated clients.
    TypeRenamed,
    /// A field is gone.
    FieldRemoved,
    /// A field must be sent now.
    FieldRequired,
    /// A field may now be missing from an answer.
    FieldOptional,
    /// Another type, or another set of types.
    TypeChanged,
    /// Null is no longer taken, or newly answered.
    NullChanged,
    /// A value of an enum is no longer taken, or newly answered.
    EnumChanged,
    /// Another format.
    FormatChanged,
    /// A limit is tighter than it was.
    LimitTightened,
    /// Other fields are no longer taken.
    ObjectClosed,
}

/// One thing that would break a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Where: `GET /path` or `Schema.field`. A changelog names it so.
    pub place: String,
    /// Which rule found it.
    pub rule: Rule,
    /// What was, and what is.
    pub detail: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {:?}: {}", self.place, self.rule, self.detail)
    }
}

/// Everything that breaks a client of the older document.
pub fn changes(older: &Value, newer: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    operations::compare(older, newer, &mut found);
    found.sort();
    found.dedup();
    found
}

/// Those of the changes that a changelog does not own up to: each must be named, in backticks,
/// below a heading `### Breaking` of the part above the last release.
pub fn unannounced<'a>(changes: &'a [Change], changelog: &str, release: &str) -> Vec<&'a Change> {
    let unreleased = changelog
        .split(&format!("\n## {release}"))
        .next()
        .unwrap_or_default();
    let mut announced = String::new();
    for part in unreleased.split("\n### ").skip(1) {
        if part.starts_with("Breaking") {
            announced.push_str(part.split("\n## ").next().unwrap_or_default());
        }
    }
    changes
        .iter()
        .filter(|change| !announced.contains(&format!("`{}`", change.place)))
        .collect()
}
