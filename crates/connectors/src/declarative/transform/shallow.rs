//! Changes of few fields at the top of a record: the rest of its text goes through as it came.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Transform;
use crate::components::transformations::Transformation;
use crate::declarative::pick::pick;
use crate::template::{Context, Template, TemplateError};

/// The fields at the top that changes read or write, and no others.
pub(in crate::declarative) struct Shallow {
    /// Those that are written come first.
    names: Vec<String>,
    written: usize,
}

/// Why a record could not be changed.
pub(in crate::declarative) enum Failure {
    Json(serde_json::Error),
    Template(TemplateError),
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<TemplateError> for Failure {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl Shallow {
    /// `None` when the changes may touch any field.
    pub(in crate::declarative) fn of(transform: &Transform<'_>) -> Option<Self> {
        let mut written = Vec::new();
        let mut templates: Vec<&Template> = transform.filter.into_iter().collect();
        for transformation in transform.transformations {
            let Transformation::Add { fields, condition } = transformation else {
                return None;
            };
            templates.extend(condition);
            for field in fields {
                written.push(field.path.first()?.clone());
                templates.push(&field.value);
            }
        }
        let mut names: Vec<String> = Vec::new();
        let mut remember = |name: &String| {
            if !names.contains(name) {
                names.push(name.clone());
            }
            names.len()
        };
        let written = written.iter().map(&mut remember).last().unwrap_or_default();
        for template in templates {
            template.record_fields()?.iter().for_each(|name| {
                remember(name);
            });
        }
        Some(Self { names, written })
    }

    /// The changed record, or `None` when the filter leaves it out.
    pub(in crate::declarative) fn apply(
        &self,
        raw: &RawValue,
        transform: &Transform<'_>,
        context: &Context,
    ) -> Result<Option<Box<RawValue>>, Failure> {
        let mut seen = Vec::with_capacity(self.names.len());
        pick(raw, &self.names, &mut |index, field| {
            seen.push((index, field));
        })?;
        let mut record = Map::new();
        for (index, field) in &seen {
            record.insert(
                self.names[*index].clone(),
                serde_json::from_str(field.get())?,
            );
        }
        let changed = transform.apply(Value::Object(record), context)?;
        let Some(Value::Object(changed)) = changed else {
            return Ok(None);
        };
        seen.retain(|(index, _)| *index < self.written);
        RawValue::from_string(self.text(raw.get(), &seen, &changed)?)
            .map(Some)
            .map_err(Failure::Json)
    }

    /// The text with the changed fields: in the place of those that it has, or behind the last.
    fn text(
        &self,
        text: &str,
        seen: &[(usize, &RawValue)],
        changed: &Map<String, Value>,
    ) -> Result<String, serde_json::Error> {
        let mut out = Vec::with_capacity(text.len() + 64);
        let mut rest = text;
        for (index, field) in seen {
            // What was parsed out of the text lies in it.
            let at = field.get().as_ptr() as usize - rest.as_ptr() as usize;
            out.extend_from_slice(&rest.as_bytes()[..at]);
            match changed.get(&self.names[*index]) {
                Some(value) => serde_json::to_writer(&mut out, value)?,
                None => out.extend_from_slice(field.get().as_bytes()),
            }
            rest = &rest[at + field.get().len()..];
        }
        let end = rest.rfind('}').unwrap_or(rest.len());
        out.extend_from_slice(rest[..end].trim_end().as_bytes());
        for (index, name) in self.names[..self.written].iter().enumerate() {
            let is_new = !seen.iter().any(|(known, _)| *known == index);
            let Some(value) = changed.get(name).filter(|_| is_new) else {
                continue;
            };
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            serde_json::to_writer(&mut out, name)?;
            out.push(b':');
            serde_json::to_writer(&mut out, value)?;
        }
        out.push(b'}');
        String::from_utf8(out).map_err(serde::ser::Error::custom)
    }
}

#[cfg(test)]
mod tests;
