//! Records inside records.

use serde_json::{Value, json};

use super::{CompileError, Node};
use crate::path;
use crate::template::{Context, Names, Template, TemplateError};

/// `RecordExpander`: the items of a list in a record are the records.
#[derive(Debug, Clone)]
pub struct RecordExpander {
    path: Vec<Template>,
    keeps_original: bool,
    keeps_empty: bool,
}

/// A [`RecordExpander`] with a configuration.
#[derive(Debug, Clone)]
pub(crate) struct BoundExpander {
    path: Vec<String>,
    /// Each item holds the whole record, too.
    keeps_original: bool,
    /// A record without items is a record itself.
    keeps_empty: bool,
}

impl RecordExpander {
    /// Compiles the expander of an extractor.
    pub(crate) fn compile(extractor: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let Some(node) = extractor.child("record_expander")? else {
            return Ok(None);
        };
        if node.kind() != "RecordExpander" {
            return Err(node.unsupported());
        }
        node.refuse_fields(&[
            "parent_fields",
            "merge_parent",
            "truncation_indicator_path",
            "truncated_list_retriever",
        ])?;
        let keeps_empty = match node.text("on_no_records")? {
            None | Some("skip") => false,
            Some("emit_parent") => true,
            Some(other) => {
                return Err(node.invalid(format!("`on_no_records: {other}` is not known")));
            }
        };
        Ok(Some(Self {
            path: node.templates("expand_records_from_field", Names::Config)?,
            keeps_original: node.flag("remain_original_record"),
            keeps_empty,
        }))
    }

    pub(crate) fn bind(&self, context: &Context) -> Result<BoundExpander, TemplateError> {
        Ok(BoundExpander {
            path: self
                .path
                .iter()
                .map(|part| part.string(context))
                .collect::<Result<_, _>>()?,
            keeps_original: self.keeps_original,
            keeps_empty: self.keeps_empty,
        })
    }
}

impl BoundExpander {
    /// The records of a record.
    pub(crate) fn expand(&self, record: Value) -> Vec<Value> {
        if self.path.is_empty() {
            return vec![record];
        }
        let lists = path::find(&record, &self.path);
        let items = lists.into_iter().filter_map(Value::as_array).flatten();
        let items: Vec<Value> = items
            .map(|item| self.with_original(item, &record))
            .collect();
        if items.is_empty() && self.keeps_empty {
            return vec![record];
        }
        items
    }

    fn with_original(&self, item: &Value, record: &Value) -> Value {
        let mut item = item.clone();
        if self.keeps_original {
            if !item.is_object() {
                item = json!({ "value": item });
            }
            item["original_record"] = record.clone();
        }
        item
    }
}
