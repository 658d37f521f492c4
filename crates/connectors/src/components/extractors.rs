//! Where in an answer the records are.

use serde_json::Value;

use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError};

/// `DpathExtractor`: a path of fields, `*` for any; empty for the whole answer.
#[derive(Debug, Clone)]
pub struct DpathExtractor {
    field_path: Vec<Template>,
}

impl DpathExtractor {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "DpathExtractor" {
            return Err(node.unsupported());
        }
        node.refuse_fields(&["record_expander"])?;
        super::decoders::Decoder::compile(node)?;
        let field_path = node.templates("field_path", Names::Config)?;
        // `*` is any field; patterns inside a name are not built.
        if let Some(pattern) = field_path.iter().find(|part| {
            part.is_constant() && part.source() != "*" && part.source().contains(['*', '?', '['])
        }) {
            return Err(node.unsupported_part(format!(
                "DpathExtractor with the pattern `{}`",
                pattern.source()
            )));
        }
        Ok(Self { field_path })
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
