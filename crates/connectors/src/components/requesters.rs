//! What is sent.

use reqwest::Method;

use super::authenticators::Authenticator;
use super::error_handlers::ErrorHandler;
use super::interpolated::InterpolatedMap;
use super::query_properties::QueryProperties;
use super::request_bodies::RequestBody;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `HttpRequester`.
#[derive(Debug, Clone)]
pub struct HttpRequester {
    /// `url`, or `url_base` with `path` behind it.
    pub base: Template,
    /// `path`.
    pub path: Option<Template>,
    /// GET or POST, in practice.
    pub method: Method,
    /// Who asks.
    pub authenticator: Authenticator,
    /// The query.
    pub parameters: Option<InterpolatedMap>,
    /// Headers; a credential goes over them.
    pub headers: Option<InterpolatedMap>,
    /// The body.
    pub body: Option<RequestBody>,
    /// What the answer means.
    pub error_handler: ErrorHandler,
}

impl HttpRequester {
    /// One that asks for no properties by name, as all beside a stream.
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match Self::compile_with_properties(node)? {
            (requester, None) => Ok(requester),
            (_, Some(_)) => Err(node.unsupported_part("QueryProperties beside a SimpleRetriever")),
        }
    }

    /// With the properties that it asks for by name.
    pub(crate) fn compile_with_properties(
        node: &Node<'_>,
    ) -> Result<(Self, Option<QueryProperties>), CompileError> {
        if node.kind() != "HttpRequester" {
            return Err(node.unsupported());
        }
        let base = match node.template("url_base", Names::Request)? {
            Some(base) => base,
            None => node
                .template("url", Names::Request)?
                .ok_or_else(|| node.missing("url_base"))?,
        };
        let method = node
            .text("http_method")?
            .unwrap_or("GET")
            .to_ascii_uppercase();
        let requester = Self {
            base,
            path: node.template("path", Names::Request)?,
            method: Method::from_bytes(method.as_bytes())
                .map_err(|_| node.invalid("`http_method` is not a method".to_owned()))?,
            authenticator: Authenticator::of_requester(node)?,
            parameters: InterpolatedMap::compile(node, "request_parameters", Names::Request)?,
            headers: InterpolatedMap::compile(node, "request_headers", Names::Request)?,
            body: RequestBody::compile(node)?,
            error_handler: ErrorHandler::of_requester(node)?,
        };
        Ok((requester, QueryProperties::of_requester(node)?))
    }
}
