//! Puts one request together.

use serde_json::{Map, Value, json};
use url::Url;

use super::bound::Bound;
use super::routers::Slice;
use super::windows::Window;
use crate::components::paginators::TokenOption;
use crate::components::requesters::HttpRequester;
use crate::http::request::RequestParts;
use crate::template::{Context, TemplateError};

/// What the templates of a request, and of the records that it brings, can read.
pub(super) fn context(
    bound: &Bound,
    partition: Option<&Slice>,
    window: Option<&Window>,
    token: Option<&Value>,
    properties: Option<&[String]>,
) -> Context {
    let mut slice = slice(bound, partition, window);
    if let (Some(properties), Value::Object(slice)) = (properties, &mut slice) {
        let extra = slice.entry("extra_fields").or_insert_with(|| json!({}));
        if let Value::Object(extra) = extra {
            extra.insert("query_properties".to_owned(), json!(properties));
        }
    }
    let token = token.map_or(Value::Null, |token| json!({ "next_page_token": token }));
    bound
        .context
        .clone()
        .with("stream_slice", &slice)
        .with("next_page_token", &token)
}

/// What templates read of a partition and a window.
pub(super) fn slice(bound: &Bound, partition: Option<&Slice>, window: Option<&Window>) -> Value {
    let mut slice = partition.map_or_else(Map::new, |slice| slice.partition.clone());
    if let (Some(cursor), Some(window)) = (&bound.cursor, window) {
        slice.insert(cursor.start_name.clone(), cursor.write(&window.start));
        let end = match cursor.counts() {
            true => Value::from("inf"),
            false => cursor.write(&window.end),
        };
        slice.insert(cursor.end_name.clone(), end);
    }
    if let Some(partition) = partition {
        let extra = Value::Object(partition.extra.clone());
        slice.entry("extra_fields").or_insert(extra);
        let own = Value::Object(partition.partition.clone());
        slice.entry("partition").or_insert(own);
    }
    Value::Object(slice)
}

/// A requester's own request: that of a login.
pub(crate) fn plain(
    requester: &HttpRequester,
    context: &Context,
) -> Result<RequestParts, TemplateError> {
    let url = url(requester, None, context)?;
    declared(requester, url, context)
}

/// What the requester itself says, but for the credential.
fn declared(
    requester: &HttpRequester,
    url: Url,
    context: &Context,
) -> Result<RequestParts, TemplateError> {
    let mut parts = RequestParts::new(requester.method.clone(), url);
    if let Some(parameters) = &requester.parameters {
        for (name, value) in parameters.parameters(context)? {
            parts.set_parameter(&name, &value);
        }
    }
    if let Some(headers) = &requester.headers {
        for (name, value) in headers.headers(context)? {
            parts.set_header(&name, crate::template::python::str(&value));
        }
    }
    if let Some(body) = &requester.body {
        body.apply(&mut parts, context)?;
    }
    Ok(parts)
}

/// The request for a partition, a window and a token, but for the credential; `page_size` stands
/// in for that of the manifest.
pub(super) fn build(
    bound: &Bound,
    partition: Option<&Slice>,
    window: Option<&Window>,
    token: Option<&Value>,
    page_size: Option<u64>,
    properties: Option<&[String]>,
    context: &Context,
) -> Result<RequestParts, TemplateError> {
    let requester = &bound.stream.retriever.requester;
    let paginator = bound.stream.retriever.paginator.as_ref();
    let is_path = paginator.is_some_and(|paginator| {
        matches!(paginator.page_token_option, Some(TokenOption::RequestPath))
    });
    let url = url(requester, token.filter(|_| is_path), context)?;
    let mut parts = declared(requester, url, context)?;
    let told = bound.stream.retriever.properties.as_ref();
    let parameter = told.and_then(|told| told.parameter.as_deref());
    if let (Some(name), Some(properties)) = (parameter, properties) {
        parts.set_parameter(name, &properties.join(",").into());
    }
    if let Some(paginator) = paginator {
        if let Some(option) = &paginator.page_size_option
            && let Some(size) = match page_size {
                Some(size) => Some(size),
                None => paginator.strategy.page_size(context)?,
            }
        {
            option.inject(&mut parts, &size.into(), context)?;
        }
        if let (Some(TokenOption::Option(option)), Some(token)) =
            (&paginator.page_token_option, token)
        {
            option.inject(&mut parts, token, context)?;
        }
    }
    let retriever = &bound.stream.retriever;
    // A job was asked for its slice when it was made.
    let is_sliced = retriever.jobs.is_none()
        && (token.is_none() || !retriever.ignores_slice_options_when_paging);
    if let (Some(router), Some(slice), true) = (&bound.router, partition, is_sliced) {
        router.inject(&mut parts, &slice.partition, context)?;
    }
    if let (Some(cursor), Some(window), true) = (&bound.cursor, window, is_sliced) {
        if let Some(option) = &cursor.start_option {
            option.inject(&mut parts, &cursor.write(&window.start), context)?;
        }
        if let Some(option) = &cursor.end_option {
            option.inject(&mut parts, &cursor.write(&window.end), context)?;
        }
    }
    Ok(parts)
}

/// `next` is a path or a URL that stands for the requester's own path.
fn url(
    requester: &HttpRequester,
    next: Option<&Value>,
    context: &Context,
) -> Result<Url, TemplateError> {
    let base = requester.base.string(context)?;
    let path = match next {
        Some(token) => Some(crate::template::python::str(token)),
        None => {
            let path = requester
                .path
                .as_ref()
                .map(|path| path.string(context))
                .transpose()?;
            path.map(|path| path.trim_start_matches('/').to_owned())
        }
    };
    join(base.trim(), path.as_deref().map(str::trim)).ok_or_else(|| TemplateError {
        template: requester.base.source().to_owned(),
        problem: "gives no valid http or https URL with this configuration".to_owned(),
        is_undefined: false,
    })
}

/// A path is relative to the base, even if the base has no slash at its end.
fn join(base: &str, path: Option<&str>) -> Option<Url> {
    let is_http = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let path = match path {
        None | Some("") => return Url::parse(base).ok().filter(is_http),
        Some(path) => path,
    };
    if path.starts_with("http://") || path.starts_with("https://") {
        return Url::parse(path).ok().filter(is_http);
    }
    let slash = if base.ends_with('/') { "" } else { "/" };
    let base = Url::parse(&format!("{base}{slash}")).ok().filter(is_http)?;
    // A colon in the first segment would be taken for a scheme.
    let is_plain = path.starts_with(['/', '?', '.']);
    if is_plain {
        base.join(path).ok()
    } else {
        base.join(&format!("./{path}")).ok()
    }
    .filter(is_http)
}
