//! Where in a request a value goes.

use serde_json::Value;

use super::{CompileError, Node};
use crate::http::request::RequestParts;
use crate::template::python;
use crate::template::{Context, Names, Template, TemplateError};

/// `RequestOption`: a place in a request.
#[derive(Debug, Clone)]
pub struct RequestOption {
    into: InjectInto,
    /// One name, or the path of nested names in a JSON body.
    path: Vec<Template>,
}

/// The part of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InjectInto {
    /// The query of the URL.
    RequestParameter,
    /// A header.
    Header,
    /// A form.
    BodyData,
    /// A JSON body.
    BodyJson,
}

impl RequestOption {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let into = match node.text("inject_into")? {
            Some("request_parameter") => InjectInto::RequestParameter,
            Some("header") => InjectInto::Header,
            Some("body_data") => InjectInto::BodyData,
            Some("body_json") => InjectInto::BodyJson,
            Some(other) => return Err(node.invalid(format!("`inject_into: {other}` is not known"))),
            None => return Err(node.missing("inject_into")),
        };
        let path = match node.template("field_name", Names::Config)? {
            Some(name) => vec![name],
            None => node.templates("field_path", Names::Config)?,
        };
        match path.len() {
            0 => Err(node.missing("field_name")),
            1 => Ok(Self { into, path }),
            _ if into == InjectInto::BodyJson => Ok(Self { into, path }),
            _ => Err(node.invalid("`field_path` needs `inject_into: body_json`".to_owned())),
        }
    }

    pub(crate) fn named(into: InjectInto, name: Template) -> Self {
        Self {
            into,
            path: vec![name],
        }
    }

    /// Puts a value there, over whatever is there.
    pub(crate) fn inject(
        &self,
        parts: &mut RequestParts,
        value: &Value,
        context: &Context,
    ) -> Result<(), TemplateError> {
        let path: Vec<String> = self
            .path
            .iter()
            .map(|name| name.string(context))
            .collect::<Result<_, _>>()?;
        let Some(name) = path.first() else {
            return Ok(());
        };
        match self.into {
            InjectInto::RequestParameter => parts.set_parameter(name, value),
            InjectInto::Header => parts.set_header(name, python::str(value)),
            InjectInto::BodyData => parts.set_form_field(name, value),
            InjectInto::BodyJson => parts.set_json_field(&path, value.clone()),
        }
        Ok(())
    }

    /// The name of the query parameter, if it is one.
    pub(crate) fn parameter_name(&self, context: &Context) -> Option<String> {
        let name = self
            .path
            .first()
            .filter(|_| self.into == InjectInto::RequestParameter)?;
        name.string(context).ok()
    }
}
