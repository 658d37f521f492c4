//! What a request carries.

use serde_json::Value;

use super::interpolated::{InterpolatedMap, InterpolatedValue};
use super::{CompileError, Node};
use crate::http::request::{Body, RequestParts};
use crate::template::{Context, Names, Template, TemplateError, python};

/// The body of a request.
#[derive(Debug, Clone)]
pub enum RequestBody {
    /// `RequestBodyPlainText`, and `request_body_data` with a text.
    Text(Template),
    /// `RequestBodyUrlEncodedForm`, and `request_body_data` with a map.
    Form(InterpolatedMap),
    /// `RequestBodyJsonObject`, `RequestBodyGraphQL` and `request_body_json`.
    Json(InterpolatedValue),
}

impl RequestBody {
    pub(crate) fn compile(requester: &Node<'_>) -> Result<Option<Self>, CompileError> {
        if let Some(value) = requester.field("request_body_json") {
            return InterpolatedValue::compile(requester, value, Names::Request)
                .map(|json| Some(Self::Json(json)));
        }
        match requester.field("request_body_data") {
            Some(Value::String(text)) => {
                return Ok(Some(Self::Text(requester.compile(text, Names::Request)?)));
            }
            Some(_) => {
                let form =
                    InterpolatedMap::compile(requester, "request_body_data", Names::Request)?;
                return Ok(form.map(Self::Form));
            }
            None => {}
        }
        let Some(node) = requester.child("request_body")? else {
            return Ok(None);
        };
        let value = node.field("value").ok_or_else(|| node.missing("value"))?;
        match node.kind() {
            "RequestBodyPlainText" => {
                Ok(Some(Self::Text(node.template_of(value, Names::Request)?)))
            }
            "RequestBodyUrlEncodedForm" => {
                Ok(InterpolatedMap::compile(&node, "value", Names::Request)?.map(Self::Form))
            }
            "RequestBodyJsonObject" => Ok(Some(Self::Json(InterpolatedValue::compile(
                &node,
                value,
                Names::Request,
            )?))),
            "RequestBodyGraphQL" => {
                let mut query = value.clone();
                if let Value::Object(map) = &mut query {
                    map.shift_remove("type");
                }
                Ok(Some(Self::Json(InterpolatedValue::compile(
                    &node,
                    &query,
                    Names::Request,
                )?)))
            }
            _ => Err(node.unsupported()),
        }
    }

    /// Evaluates the body into a request.
    pub(crate) fn apply(
        &self,
        parts: &mut RequestParts,
        context: &Context,
    ) -> Result<(), TemplateError> {
        parts.body = match self {
            Self::Text(template) => match template.value(context)? {
                Value::Null => Body::None,
                value => Body::Text(python::str(&value)),
            },
            Self::Form(map) => Body::Form(map.parameters(context)?),
            Self::Json(value) => match value.evaluate(context)? {
                Value::Null => Body::None,
                value => Body::Json(value),
            },
        };
        Ok(())
    }
}
