//! Where in an answer the records are.

use serde_json::Value;

use super::record_expanders::RecordExpander;
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError};

/// `DpathExtractor`: a path of fields or patterns; empty for the whole answer.
#[derive(Debug, Clone)]
pub struct DpathExtractor {
    field_path: Vec<Template>,
    /// What makes several records of each.
    pub expander: Option<RecordExpander>,
}

impl DpathExtractor {
    /// The whole answer.
    pub(crate) fn whole() -> Self {
        Self {
            field_path: Vec::new(),
            expander: None,
        }
    }

    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "DpathExtractor" {
            return Err(node.unsupported());
        }
        super::decoders::Decoder::compile(node)?;
        let field_path = node.templates("field_path", Names::Config)?;
        Ok(Self {
            field_path,
            expander: RecordExpander::compile(node)?,
        })
    }

    /// The path for a configuration.
    pub(crate) fn path(&self, context: &Context) -> Result<Vec<String>, TemplateError> {
        let part = |template: &Template| match template.text_value(context)? {
            Value::String(text) => Ok(text),
            other => Ok(crate::template::python::str(&other)),
        };
        self.field_path.iter().map(part).collect()
    }
}
