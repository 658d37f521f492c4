//! What every operation has by its method and path, written down once.

use actix_web::http::Method;
use syncline_domain::access::TokenScope;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{
    ContentBuilder, Header, KnownFormat, Object, OpenApi, PathItem, Ref, RefOr, Required, Response,
    ResponseBuilder,
};

use crate::auth::needed_scope;

/// Error answers by their name in the document.
const ERRORS: [(&str, u16, &str); 16] = [
    ("BadRequest", 400, "The request or its JSON cannot be read."),
    ("Unauthorized", 401, "No token, or not a live one."),
    (
        "Forbidden",
        403,
        "The token's scope or reach does not suffice.",
    ),
    ("NotFound", 404, "No such thing in this organization."),
    (
        "Conflict",
        409,
        "The state excludes it, or the same request is under way.",
    ),
    ("Gone", 410, "The cursor is older than what is kept."),
    ("RequestTimeout", 408, "The body came too slowly."),
    ("PayloadTooLarge", 413, "The body is too large."),
    (
        "UnsupportedMediaType",
        415,
        "The body is not `application/json` (a PATCH also: `application/merge-patch+json`).",
    ),
    (
        "UnprocessableEntity",
        422,
        "The body, query, cursor or a header has wrong content.",
    ),
    ("UriTooLong", 414, "Path and query are too long."),
    (
        "TooManyRequests",
        429,
        "More than the quota, or too much at once.",
    ),
    (
        "RequestHeaderFieldsTooLarge",
        431,
        "The headers are too large.",
    ),
    ("InternalServerError", 500, "An error of the server."),
    (
        "ServiceUnavailable",
        503,
        "Not available now: try again later.",
    ),
    (
        "NotAcceptable",
        406,
        "`Accept-Encoding` excludes everything.",
    ),
];

const JSON: &str = "application/json";
/// RFC 7396.
const MERGE_PATCH: &str = "application/merge-patch+json";

/// Adds error answers, headers and parameters that follow from method and path.
pub fn complete(openapi: &mut OpenApi) {
    let components = openapi.components.get_or_insert_default();
    for (name, status, description) in ERRORS {
        components.responses.insert(
            name.to_owned(),
            RefOr::T(error_response(status, description)),
        );
    }
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(path, method, operation);
        }
    }
}

fn complete_operation(path: &str, method: &str, operation: &mut Operation) {
    let is_open = !path.starts_with("/v2/");
    let needs = needed_scope(&method_of(method), path);
    let has_body = matches!(method, "post" | "put" | "patch");
    for (name, status, _) in ERRORS {
        let applies = match status {
            401 | 422 | 429 | 500 => !is_open,
            403 => needs > TokenScope::Read,
            404 => path.contains('{'),
            409 => {
                method == "post"
                    || method == "patch"
                    || (method == "put" && path.ends_with("/state"))
            }
            410 => path.ends_with("/records") || path.ends_with("/integrations/events"),
            400 | 408 | 413 | 415 => has_body,
            406 | 414 | 431 => true,
            503 => path != "/healthz",
            _ => false,
        };
        if applies {
            let response = RefOr::Ref(Ref::from_response_name(name));
            operation
                .responses
                .responses
                .insert(status.to_string(), response);
        }
    }
    if method == "post" {
        let key_schema = ObjectBuilder::from(text())
            .min_length(Some(1))
            .max_length(Some(255))
            .build();
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "1 to 255 characters. The same key with the same body gets the same answer for 24 hours.",
            ))
            .schema(Some(key_schema));
        operation
            .parameters
            .get_or_insert_default()
            .push(RefOr::T(key.build()));
        add_header(
            operation,
            "Idempotency-Replayed",
            "`true` when the answer was given before.",
            text(),
        );
    }
    if has_cursor(operation) {
        add_header(
            operation,
            "Link",
            "The next page (RFC 8288, `rel=\"next\"`), relative.",
            text(),
        );
        add_header(
            operation,
            "Next-Cursor",
            "The `cursor` of the next page.",
            text(),
        );
    }
    // The body of a PATCH is a merge patch, under its own name too.
    if method == "patch"
        && let Some(RefOr::T(body)) = &mut operation.request_body
        && let Some(content) = body.content.get(JSON).cloned()
    {
        body.content.insert(MERGE_PATCH.to_owned(), content);
    }
    // Bodies that may be left out, which the macro can say only by allowing null.
    if (path.ends_with("/sync") || path.ends_with("/rotate"))
        && let Some(RefOr::T(body)) = &mut operation.request_body
    {
        body.required = Some(Required::False);
    }
    if method == "post" && operation.responses.responses.contains_key("201") {
        add_header(operation, "Location", "What was made.", text());
    }
}

fn error_response(status: u16, description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content);
    match status {
        403 => response.header(
            "WWW-Authenticate",
            header("`Bearer` with its `error`.", text()),
        ),
        401 => response.header("WWW-Authenticate", header("Always `Bearer`.", text())),
        409 | 429 | 503 => {
            let seconds = ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::Integer))
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .build();
            response.header("Retry-After", header("Seconds to wait.", seconds))
        }
        _ => response,
    }
    .build()
}

fn add_header(operation: &mut Operation, name: &str, description: &str, schema: Object) {
    for (status, response) in &mut operation.responses.responses {
        if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
            response.headers.insert(
                name.to_owned(),
                RefOr::T(header(description, schema.clone())),
            );
        }
    }
}

fn header(description: &str, schema: Object) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

fn text() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .build()
}

fn method_of(name: &str) -> Method {
    Method::from_bytes(name.to_uppercase().as_bytes()).unwrap_or_default()
}

fn has_cursor(operation: &Operation) -> bool {
    operation
        .parameters
        .iter()
        .flatten()
        .any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.name == "cursor",
            RefOr::Ref(_) => false,
        })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
