//! A moment between bounds.

use serde_json::Value;

use super::{CompileError, Node};
use crate::datetime::{Moment, parse, parse_iso};
use crate::template::{Context, Names, Template, TemplateError};

/// `MinMaxDatetime`, or a text in its place.
#[derive(Debug, Clone)]
pub struct MinMaxDatetime {
    datetime: Template,
    format: String,
    min: Option<Template>,
    max: Option<Template>,
}

impl MinMaxDatetime {
    /// Compiles a field of a cursor whose own format stands in where this has none.
    pub(crate) fn compile(
        cursor: &Node<'_>,
        field: &str,
        cursor_format: &str,
    ) -> Result<Option<Self>, CompileError> {
        match cursor.field(field) {
            None => Ok(None),
            Some(value @ Value::String(_)) => Ok(Some(Self {
                datetime: cursor.template_of(value, Names::Config)?,
                format: cursor_format.to_owned(),
                min: None,
                max: None,
            })),
            Some(_) => {
                let node = cursor.required_child(field)?;
                if node.kind() != "MinMaxDatetime" {
                    return Err(node.unsupported());
                }
                let not_empty = |template: &Template| !template.source().is_empty();
                Ok(Some(Self {
                    datetime: node.required_template("datetime", Names::Config)?,
                    format: node
                        .text("datetime_format")?
                        .filter(|format| !format.is_empty())
                        .unwrap_or(cursor_format)
                        .to_owned(),
                    min: node
                        .template("min_datetime", Names::Config)?
                        .filter(not_empty),
                    max: node
                        .template("max_datetime", Names::Config)?
                        .filter(not_empty),
                }))
            }
        }
    }

    /// The moment for a configuration.
    pub(crate) fn evaluate(&self, context: &Context) -> Result<Moment, TemplateError> {
        let mut moment = self
            .read(&self.datetime, context)?
            .ok_or_else(|| TemplateError {
                template: self.datetime.source().to_owned(),
                problem: "gives no date: the configuration lacks it".to_owned(),
                is_undefined: true,
            })?;
        if let Some(min) = &self.min {
            moment = self
                .read(min, context)?
                .map_or(moment, |min| moment.max(min));
        }
        if let Some(max) = &self.max {
            moment = self
                .read(max, context)?
                .map_or(moment, |max| moment.min(max));
        }
        Ok(moment)
    }

    fn read(
        &self,
        template: &Template,
        context: &Context,
    ) -> Result<Option<Moment>, TemplateError> {
        let text = template.string(context)?;
        if text.is_empty() {
            return Ok(None);
        }
        // Dates of configurations are often in another common form than the provider's.
        let moment = parse(&text, &self.format).or_else(|| parse_iso(&text));
        moment.map(Some).ok_or_else(|| TemplateError {
            template: template.source().to_owned(),
            problem: format!("gives no date in the format {}", self.format),
            is_undefined: false,
        })
    }
}
