//! Changes records as the manifest says, and filters them.

pub(crate) mod add;
mod flatten;
mod keys;
pub(crate) mod remove;
pub(super) mod shallow;

use serde_json::Value;

use crate::components::transformations::Transformation;
use crate::template::{Context, Template, TemplateError};

/// What is done to each record of a stream that needs it.
pub(super) struct Transform<'s> {
    pub(super) transformations: &'s [Transformation],
    pub(super) filter: Option<&'s Template>,
    pub(super) transform_before_filtering: bool,
}

impl Transform<'_> {
    /// The changed record, or `None` when the filter leaves it out.
    pub(super) fn apply(
        &self,
        mut record: Value,
        context: &Context,
    ) -> Result<Option<Value>, TemplateError> {
        if self.transform_before_filtering {
            self.change(&mut record, context)?;
        }
        if let Some(filter) = self.filter
            && !filter.holds(context, &record)?
        {
            return Ok(None);
        }
        if !self.transform_before_filtering {
            self.change(&mut record, context)?;
        }
        Ok(Some(record))
    }

    fn change(&self, record: &mut Value, context: &Context) -> Result<(), TemplateError> {
        for transformation in self.transformations {
            match transformation {
                Transformation::Add { fields, condition } => {
                    for field in fields {
                        let see =
                            |template: &Template, record: &Value| template.see(context, record);
                        add::add(record, field, condition.as_ref(), see)?;
                    }
                }
                Transformation::Remove {
                    pointers,
                    condition: None,
                } => pointers
                    .iter()
                    .for_each(|pointer| remove::matching(record, pointer)),
                Transformation::Remove {
                    pointers,
                    condition: Some(condition),
                } => {
                    if !pointers.is_empty() {
                        remove::leaves(record, condition, context)?;
                    }
                }
                Transformation::KeysToLower => keys::to_lower(record),
                Transformation::KeysToSnakeCase => keys::to_snake_case(record),
                Transformation::KeysReplace { old, new } => {
                    let old = old.string(&old.see(context, record))?;
                    let new = new.string(&new.see(context, record))?;
                    keys::replace(record, &old, &new);
                }
                Transformation::Flatten { lists } => flatten::all(record, *lists),
                Transformation::FlattenAt(what) => flatten::at(record, what, context)?,
            }
        }
        Ok(())
    }
}
