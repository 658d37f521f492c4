//! Records inside records.

use serde_json::{Map, Value, json};

use super::{CompileError, Node};
use crate::path;
use crate::template::{Context, Names, Template, TemplateError, python};

/// `RecordExpander`: the items of a list in a record are the records.
#[derive(Debug, Clone)]
pub struct RecordExpander {
    path: Vec<Template>,
    fields: Vec<ParentField>,
    merges: bool,
    keeps_original: bool,
    keeps_empty: bool,
    truncated: Vec<Template>,
}

/// `ParentFieldPath`: a value of the record that each item gets.
#[derive(Debug, Clone)]
struct ParentField {
    from: Vec<Template>,
    to: Vec<Template>,
}

/// A [`RecordExpander`] with a configuration.
#[derive(Debug, Clone)]
pub(crate) struct BoundExpander {
    path: Vec<String>,
    /// Where a value of the record is, and where each item gets it.
    fields: Vec<(Vec<String>, Vec<String>)>,
    /// Each item stands over the record without its list.
    merges: bool,
    /// Each item holds the whole record, too.
    keeps_original: bool,
    /// A record without items is a record itself.
    keeps_empty: bool,
    /// Where a record says that its list is not whole.
    truncated: Vec<String>,
}

/// The records of a record.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) items: Vec<Value>,
    /// The provider has more of them than the record.
    pub(crate) is_truncated: bool,
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
        node.refuse_fields(&["truncated_list_retriever"])?;
        let keeps_empty = match node.text("on_no_records")? {
            None | Some("skip") => false,
            Some("emit_parent") => true,
            Some(other) => {
                return Err(node.invalid(format!("`on_no_records: {other}` is not known")));
            }
        };
        let fields = node.children("parent_fields")?;
        let fields = fields.iter().map(ParentField::compile);
        Ok(Some(Self {
            path: node.templates("expand_records_from_field", Names::Config)?,
            fields: fields.collect::<Result<_, _>>()?,
            merges: node.flag("merge_parent"),
            keeps_original: node.flag("remain_original_record"),
            keeps_empty,
            truncated: node.templates("truncation_indicator_path", Names::Config)?,
        }))
    }

    pub(crate) fn bind(&self, context: &Context) -> Result<BoundExpander, TemplateError> {
        let fields = self.fields.iter();
        let fields =
            fields.map(|field| Ok((plain(&field.from, context)?, plain(&field.to, context)?)));
        Ok(BoundExpander {
            path: path_of(&self.path, context)?,
            fields: fields.collect::<Result<_, TemplateError>>()?,
            merges: self.merges,
            keeps_original: self.keeps_original,
            keeps_empty: self.keeps_empty,
            truncated: plain(&self.truncated, context)?,
        })
    }
}

impl ParentField {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let path = |field: &str| {
            let path = node.templates(field, Names::Config)?;
            match path.is_empty() {
                true => Err(node.missing(field)),
                false => Ok(path),
            }
        };
        Ok(Self {
            from: path("parent_path")?,
            to: path("record_path")?,
        })
    }
}

fn path_of(path: &[Template], context: &Context) -> Result<Vec<String>, TemplateError> {
    path.iter().map(|part| part.string(context)).collect()
}

/// A path to a single field.
fn plain(path: &[Template], context: &Context) -> Result<Vec<String>, TemplateError> {
    let parts = path_of(path, context)?;
    match path
        .iter()
        .zip(&parts)
        .find(|(_, part)| path::is_pattern(part))
    {
        None => Ok(parts),
        Some((template, _)) => Err(TemplateError {
            template: template.source().to_owned(),
            problem: "must name a single field: `*`, `?` and `[` stand for several".to_owned(),
            is_undefined: false,
        }),
    }
}

impl BoundExpander {
    /// The records of a record. The error says what cannot be written to an item.
    pub(crate) fn expand(&self, record: Value) -> Result<Expanded, String> {
        if self.path.is_empty() {
            return Ok(Expanded {
                items: vec![record],
                is_truncated: false,
            });
        }
        let base = self
            .merges
            .then(|| path::without_lists(&record, &self.path));
        let lists = path::find(&record, &self.path);
        let items = lists.into_iter().filter_map(Value::as_array).flatten();
        let items = items.map(|item| self.item(item, &record, base.as_ref()));
        let items: Vec<Value> = items.collect::<Result<_, _>>()?;
        let is_truncated = !self.truncated.is_empty()
            && matches!(path::find_one(&record, &self.truncated), Ok(Some(said)) if python::is_truthy(said));
        let items = match items.is_empty() && self.keeps_empty {
            true => vec![record],
            false => items,
        };
        Ok(Expanded {
            items,
            is_truncated,
        })
    }

    /// An item with what it gets of its record: what is merged first, then single fields, then the
    /// whole.
    fn item(&self, item: &Value, record: &Value, base: Option<&Value>) -> Result<Value, String> {
        let is_plain = !self.keeps_original && !self.merges && self.fields.is_empty();
        let own = match item {
            Value::Object(own) => own.clone(),
            item if is_plain => return Ok(item.clone()),
            item => Map::from_iter([("value".to_owned(), item.clone())]),
        };
        let mut made = match base {
            Some(Value::Object(base)) => base.clone(),
            _ => Map::new(),
        };
        made.extend(own);
        let mut made = Value::Object(made);
        for (from, to) in &self.fields {
            let value = path::find_one(record, from).ok().flatten();
            put(&mut made, to, value.cloned().unwrap_or_default())?;
        }
        if self.keeps_original {
            made["original_record"] = record.clone();
        }
        Ok(made)
    }
}

fn put(item: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let mut at = item;
    for (depth, name) in path.iter().enumerate() {
        let Value::Object(map) = at else {
            let path = json!(path);
            return Err(format!(
                "`record_path: {path}` cannot be written to an item, which has no object there"
            ));
        };
        let is_last = depth + 1 == path.len();
        let empty = || match is_last {
            true => Value::Null,
            false => json!({}),
        };
        at = map.entry(name.clone()).or_insert_with(empty);
    }
    *at = value;
    Ok(())
}
