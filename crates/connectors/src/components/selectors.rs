//! Which records of an answer count.

use serde_json::Value;

use super::extractors::DpathExtractor;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `RecordSelector`: extracts records, and filters them.
#[derive(Debug, Clone)]
pub struct RecordSelector {
    /// Where they are.
    pub extractor: DpathExtractor,
    /// `RecordFilter`: those for which it is false are left out.
    pub filter: Option<Template>,
    /// Values become what the stream's schema says.
    pub normalizes: bool,
    /// Filter what the transformations made of the record.
    pub transform_before_filtering: bool,
}

impl RecordSelector {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "RecordSelector" {
            return Err(node.unsupported());
        }
        let extractor = DpathExtractor::compile(&node.required_child("extractor")?)?;
        Self::compile_around(node, extractor)
    }

    /// With an extractor that stands elsewhere.
    pub(crate) fn compile_around(
        node: &Node<'_>,
        extractor: DpathExtractor,
    ) -> Result<Self, CompileError> {
        if node.kind() != "RecordSelector" {
            return Err(node.unsupported());
        }
        let normalizes = match node.field("schema_normalization") {
            None => false,
            Some(Value::String(kind)) if kind == "None" => false,
            Some(Value::String(kind)) if kind == "Default" => true,
            Some(Value::String(kind)) => {
                let kind = format!("schema_normalization: {kind}");
                return Err(node.unsupported_part(kind));
            }
            Some(_) => return Err(node.unsupported_part("CustomSchemaNormalization")),
        };
        let filter = match node.child("record_filter")? {
            None => None,
            Some(filter) if filter.kind() == "RecordFilter" => filter
                .template("condition", Names::Record)?
                .filter(|condition| !condition.source().is_empty()),
            Some(filter) => return Err(filter.unsupported()),
        };
        Ok(Self {
            extractor,
            filter,
            normalizes,
            transform_before_filtering: node.flag("transform_before_filtering"),
        })
    }
}
