//! What is done to every configuration before it is used: `config_normalization_rules`.

use serde_json::Value;

use super::globs::Segment;
use super::interpolated::{InterpolatedMap, InterpolatedValue};
use super::transformations::{AddedField, condition, pointers};
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `ConfigNormalizationRules`.
#[derive(Debug, Clone, Default)]
pub struct ConfigRules {
    /// `ConfigMigration`: what becomes of configurations of older versions. Stored ones are
    /// changed by them.
    pub migrations: Vec<ConfigRule>,
    /// What a run sees in the configuration, each time.
    pub transformations: Vec<ConfigRule>,
    /// What a configuration must fulfil beyond its schema.
    pub validations: Vec<Validation>,
    /// What they are, for fingerprints; null without any.
    pub(crate) resolved: Value,
}

/// One change of a configuration.
#[derive(Debug, Clone)]
pub enum ConfigRule {
    /// `ConfigAddFields`.
    Add {
        /// In order.
        fields: Vec<AddedField>,
        /// Only where it is true.
        condition: Option<Template>,
    },
    /// `ConfigRemapField`: one value for another.
    Remap {
        /// Where the value is.
        path: Vec<Template>,
        /// What stands for what.
        map: InterpolatedMap,
    },
    /// `ConfigRemoveFields`.
    Remove {
        /// What is removed.
        pointers: Vec<Vec<Segment>>,
        /// Only where it is true.
        condition: Option<Template>,
    },
}

/// A condition on a configuration.
#[derive(Debug, Clone)]
pub struct Validation {
    /// What is looked at.
    pub subject: Subject,
    /// `ValidateAdheresToSchema`: the JSON Schema, or the text of one.
    pub schema: InterpolatedValue,
}

/// What a validation looks at.
#[derive(Debug, Clone)]
pub enum Subject {
    /// `DpathValidator`: each value at a path; none is no problem.
    At(Vec<Template>),
    /// `PredicateValidator`: a value made of the configuration.
    Value(InterpolatedValue),
}

impl ConfigRules {
    pub(crate) fn compile(spec: &Node<'_>) -> Result<Self, CompileError> {
        let Some(node) = spec.child("config_normalization_rules")? else {
            return Ok(Self::default());
        };
        let rules = |nodes: &[Node<'_>]| {
            nodes
                .iter()
                .map(ConfigRule::compile)
                .collect::<Result<Vec<_>, _>>()
        };
        let mut migrations = Vec::new();
        for migration in node.children("config_migrations")? {
            migrations.extend(rules(&migration.children("transformations")?)?);
        }
        Ok(Self {
            migrations,
            transformations: rules(&node.children("transformations")?)?,
            validations: node
                .children("validations")?
                .iter()
                .map(Validation::compile)
                .collect::<Result<_, _>>()?,
            resolved: spec
                .field("config_normalization_rules")
                .cloned()
                .unwrap_or_default(),
        })
    }
}

impl ConfigRule {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "ConfigAddFields" | "AddFields" => Ok(Self::Add {
                fields: AddedField::compile_all(node, Names::Config)?,
                condition: condition(node, Names::Record)?,
            }),
            "ConfigRemoveFields" | "RemoveFields" => Ok(Self::Remove {
                pointers: pointers(node)?,
                condition: condition(node, Names::Record)?,
            }),
            "ConfigRemapField" => {
                let path = node.templates("field_path", Names::Config)?;
                if path.is_empty() {
                    return Err(node.missing("field_path"));
                }
                Ok(Self::Remap {
                    path,
                    map: InterpolatedMap::compile(node, "map", Names::Config)?
                        .ok_or_else(|| node.missing("map"))?,
                })
            }
            _ => Err(node.unsupported()),
        }
    }
}

impl Validation {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let subject = match node.kind() {
            "DpathValidator" => Subject::At(node.templates("field_path", Names::Config)?),
            "PredicateValidator" => Subject::Value(InterpolatedValue::compile(
                node,
                node.field("value").unwrap_or(&Value::Null),
                Names::Config,
            )?),
            _ => return Err(node.unsupported()),
        };
        let strategy = node.required_child("validation_strategy")?;
        if strategy.kind() != "ValidateAdheresToSchema" {
            return Err(strategy.unsupported());
        }
        let schema = strategy
            .field("base_schema")
            .ok_or_else(|| strategy.missing("base_schema"))?;
        Ok(Self {
            subject,
            schema: InterpolatedValue::compile(&strategy, schema, Names::Config)?,
        })
    }
}
