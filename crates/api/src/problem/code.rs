//! The table of error codes.

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! error_codes {
    ($($variant:ident, $text:literal, $status:literal, $title:literal, $meaning:literal;)*) => {
        /// What went wrong, for programs. Codes are never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $(
                #[doc = $meaning]
                $variant,
            )*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant),*];

            /// As it is written on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $text,)*
                }
            }

            /// The HTTP status that it comes with.
            pub const fn status(self) -> u16 {
                match self {
                    $(ErrorCode::$variant => $status,)*
                }
            }

            /// A few words for people, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $title,)*
                }
            }

            /// When it is answered, and what to do.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $meaning,)*
                }
            }
        }
    };
}

error_codes! {
    InvalidJson, "invalid_json", 400, "The body is not JSON",
        "The body cannot be parsed as JSON. `detail` names the line and column.";
    BadRequest, "bad_request", 400, "The request cannot be read",
        "The request is broken below its content: a body that ends early, for example.";
    Unauthorized, "unauthorized", 401, "A token is needed",
        "The `Authorization` header is absent, is not a Bearer token, or its token is unknown, expired or revoked.";
    InsufficientScope, "insufficient_scope", 403, "The token may not do this",
        "The token's scope does not include the one that the operation needs. `detail` names both.";
    LimitedToken, "limited_token", 403, "The token reaches too little",
        "The token is limited to certain connections, and this concerns more than those.";
    NotFound, "not_found", 404, "No such thing",
        "The id is malformed, unknown, or belongs to somebody else.";
    RouteNotFound, "route_not_found", 404, "No such route",
        "The path is none of this API's. `/docs` lists them all.";
    MethodNotAllowed, "method_not_allowed", 405, "Not with this method",
        "The path exists, but not with this method. The header `Allow` lists those that do.";
    NotAcceptable, "not_acceptable", 406, "No such encoding",
        "The header `Accept-Encoding` excludes everything that the server can send.";
    RequestTimeout, "request_timeout", 408, "The body came too slowly",
        "The body was not there in time. Send it faster.";
    Conflict, "conflict", 409, "Not in this state",
        "The resource's state excludes the change. `detail` says what does.";
    SyncFinished, "sync_finished", 409, "The sync is finished",
        "A complete or failed sync cannot be cancelled.";
    IdempotencyInFlight, "idempotency_in_flight", 409, "The same request is under way",
        "A request with this Idempotency-Key has not been answered yet. Send it again later.";
    CursorExpired, "cursor_expired", 410, "The cursor is too old",
        "Deletions behind this cursor are no longer kept. Read the model again from the start.";
    BodyTooLarge, "body_too_large", 413, "The body is too large",
        "The body has more bytes than the server takes.";
    UrlTooLong, "url_too_long", 414, "The URL is too long",
        "Path and query have more bytes than the server takes.";
    UnsupportedMediaType, "unsupported_media_type", 415, "Not this media type",
        "A body must be `application/json`; a PATCH may also be `application/merge-patch+json`.";
    InvalidBody, "invalid_body", 422, "The body has wrong content",
        "The body is JSON, but fields are missing, unknown or wrong. `errors` has the path of each.";
    InvalidQuery, "invalid_query", 422, "The query has wrong content",
        "A query parameter is unknown, repeated or wrong. `errors` names each.";
    InvalidCursor, "invalid_cursor", 422, "Not a cursor of this list",
        "The cursor is damaged, or was given for another organization, path or filter.";
    InvalidIdempotencyKey, "invalid_idempotency_key", 422, "Not an Idempotency-Key",
        "The header `Idempotency-Key` must have 1 to 255 visible characters.";
    IdempotencyMismatch, "idempotency_mismatch", 422, "The key was used for another request",
        "This Idempotency-Key came with another body before. Use a new key.";
    InvalidConfig, "invalid_config", 422, "The config does not fit the provider",
        "The config does not fit the provider's `connection_specification`. `errors` has the path of each field.";
    UnknownProvider, "unknown_provider", 422, "No such provider",
        "No provider has this name. `GET /v2/integrations/providers` lists them.";
    BrokenProvider, "broken_provider", 422, "The provider cannot be used",
        "The provider's manifest has an error. `detail` says which.";
    UnknownModels, "unknown_models", 422, "No such models",
        "A model that is asked for does not exist in the connection, or is not enabled for reading.";
    TooManyRequests, "too_many_requests", 429, "Too many requests",
        "This token, or this address without a token, sends more than its quota, or has too much under way. Wait `Retry-After` seconds.";
    HeadersTooLarge, "headers_too_large", 431, "The headers are too large",
        "All headers together have more bytes than the server takes.";
    Internal, "internal", 500, "Something went wrong here",
        "An error of the server. Its log tells more under the `request_id`.";
    Unavailable, "unavailable", 503, "Not available now",
        "The database cannot be reached, or the server is starting or stopping. Try again after `Retry-After` seconds.";
}

#[cfg(test)]
mod tests {
    use super::ErrorCode;

    #[test]
    fn the_table_and_the_wire_agree() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
    }
}
