//! How streams are made of a template: from lists of values, by what each value changes in it.

use std::sync::Arc;

use serde_json::Value;

use super::stream::Stream;
use super::transformations::{ValueType, condition};
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `DynamicDeclarativeStream`: a stream for each value.
#[derive(Debug)]
pub struct StreamTemplate {
    /// The resolved stream, as it is before a value changes it.
    pub template: Value,
    /// Where the values come from.
    pub resolver: ComponentsResolver,
    /// What a value changes, in order.
    pub mappings: Vec<Mapping>,
    /// Parameters of a component win over those of the components inside it.
    pub outer_parameters_win: bool,
}

/// Where the values come from.
#[derive(Debug)]
pub enum ComponentsResolver {
    /// `ParametrizedComponentsResolver`: the manifest lists them.
    Parameters(Vec<Value>),
    /// `ConfigComponentsResolver`: lists of the configuration; every combination of their values.
    Config(Vec<StreamConfig>),
    /// `HttpComponentsResolver`: the records of a retriever.
    Http(Arc<Stream>),
}

/// `StreamConfig`.
#[derive(Debug)]
pub struct StreamConfig {
    /// Where the list is in the configuration.
    pub pointer: Vec<Template>,
    /// What is added to it.
    pub defaults: Vec<Value>,
}

/// `ComponentMappingDefinition`.
#[derive(Debug)]
pub struct Mapping {
    /// What is changed: a path whose parts may be patterns.
    pub path: Vec<Template>,
    /// What it becomes.
    pub value: Template,
    /// A value of another type stays the text that it was rendered to.
    pub value_type: Option<ValueType>,
    /// Make the path where there is none.
    pub creates: bool,
    /// Only where it is true.
    pub condition: Option<Template>,
    /// Texts are read as YAML.
    pub reads_yaml: bool,
}

impl StreamTemplate {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "DynamicDeclarativeStream" {
            return Err(node.unsupported());
        }
        let Some(resolver) = node.child("components_resolver")? else {
            return Err(node.unsupported());
        };
        let template = node.field("stream_template");
        let template = template.ok_or_else(|| node.missing("stream_template"))?;
        let mappings = resolver.children("components_mapping")?;
        Ok(Self {
            template: template.clone(),
            mappings: mappings
                .iter()
                .map(|mapping| Mapping::compile(mapping, resolver.kind()))
                .collect::<Result<_, _>>()?,
            resolver: ComponentsResolver::compile(&resolver)?,
            outer_parameters_win: node.field("use_parent_parameters") != Some(&Value::Bool(false)),
        })
    }

    /// Whether a connection's configuration is needed to tell its streams.
    pub(crate) fn needs_connection(&self) -> bool {
        match self.resolver {
            ComponentsResolver::Config(_) | ComponentsResolver::Http(_) => true,
            ComponentsResolver::Parameters(_) => self.mappings.iter().any(Mapping::reads_config),
        }
    }
}

impl ComponentsResolver {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "ParametrizedComponentsResolver" => {
                let given = node.required_child("stream_parameters")?;
                let values = given.field("list_of_parameters_for_stream");
                let values = values.and_then(Value::as_array);
                let values = values.ok_or_else(|| given.missing("list_of_parameters_for_stream"));
                values.cloned().map(Self::Parameters)
            }
            "ConfigComponentsResolver" => {
                let configs = match node.field("stream_config") {
                    Some(Value::Array(_)) => node.children("stream_config")?,
                    _ => vec![node.required_child("stream_config")?],
                };
                let configs = configs.iter().map(StreamConfig::compile);
                configs.collect::<Result<_, _>>().map(Self::Config)
            }
            "HttpComponentsResolver" => {
                let retriever = node.required_child("retriever")?;
                let stream = Stream::of_retriever("streams to be found", &retriever)?;
                Ok(Self::Http(Arc::new(stream)))
            }
            _ => Err(node.unsupported()),
        }
    }
}

impl StreamConfig {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let defaults = node.field("default_values").and_then(Value::as_array);
        Ok(Self {
            pointer: node.templates("configs_pointer", Names::Config)?,
            defaults: defaults.cloned().unwrap_or_default(),
        })
    }
}

impl Mapping {
    fn compile(node: &Node<'_>, resolver: &str) -> Result<Self, CompileError> {
        let condition = condition(node, Names::Component)?;
        if condition.is_some() && resolver == "HttpComponentsResolver" {
            let message = "a mapping of an HttpComponentsResolver takes no `condition`";
            return Err(node.invalid(message.to_owned()));
        }
        let value_type = ValueType::compile(node)?;
        // The reference reads a text of the configuration as YAML unless it shall be a text.
        let stays_text = resolver == "ConfigComponentsResolver";
        let stays_text = stays_text && value_type == Some(ValueType::String);
        let is_http = resolver == "HttpComponentsResolver";
        Ok(Self {
            path: node.templates("field_path", Names::Component)?,
            value: node.required_template("value", Names::Component)?,
            value_type,
            creates: node.flag("create_or_update") && !is_http,
            condition: condition.filter(|_| resolver == "ConfigComponentsResolver"),
            reads_yaml: !is_http && !stays_text,
        })
    }

    fn reads_config(&self) -> bool {
        let mut templates = self.path.iter().chain([&self.value]);
        templates.any(|template| template.reads("config").next().is_some())
    }
}
