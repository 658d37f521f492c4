//! Which records of an answer count.

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
    /// Filter what the transformations made of the record.
    pub transform_before_filtering: bool,
}

impl RecordSelector {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "RecordSelector" {
            return Err(node.unsupported());
        }
        if let Some(normalization) = node.field("schema_normalization")
            && normalization != "None"
        {
            let component = match normalization.as_str() {
                Some(kind) => format!("schema_normalization: {kind}"),
                None => "CustomSchemaNormalization".to_owned(),
            };
            return Err(node.unsupported_part(component));
        }
        let filter = match node.child("record_filter")? {
            None => None,
            Some(filter) if filter.kind() == "RecordFilter" => filter
                .template("condition", Names::Record)?
                .filter(|condition| !condition.source().is_empty()),
            Some(filter) => return Err(filter.unsupported()),
        };
        Ok(Self {
            extractor: DpathExtractor::compile(&node.required_child("extractor")?)?,
            filter,
            transform_before_filtering: node.flag("transform_before_filtering"),
        })
    }
}
