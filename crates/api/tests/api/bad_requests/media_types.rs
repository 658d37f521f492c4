//! Bodies of other media types, character sets and encodings.

rows! {
    "no media type": POST "connections/<connection>/sync" ["Content-Type": "-"] {"{}"} => 415 unsupported_media_type;
    "an empty media type": POST "connections/<connection>/sync" ["Content-Type": ""] {"{}"} => 415 unsupported_media_type;
    "no media type at all": POST "connections/<connection>/sync" ["Content-Type": "nonsense"] {"{}"} => 415 unsupported_media_type;
    "half a media type": POST "connections/<connection>/sync" ["Content-Type": "application/"] {"{}"} => 415 unsupported_media_type;
    "text/json": POST "connections/<connection>/sync" ["Content-Type": "text/json"] {"{}"} => 415 unsupported_media_type;
    "text/plain": POST "connections/<connection>/sync" ["Content-Type": "text/plain"] {"{}"} => 415 unsupported_media_type;
    "a form": POST "connections/<connection>/sync" ["Content-Type": "application/x-www-form-urlencoded"] {"a=1"} => 415 unsupported_media_type;
    "a form of parts": POST "connections" ["Content-Type": "multipart/form-data; boundary=x"] {"--x--"} => 415 unsupported_media_type;
    "XML": POST "connections" ["Content-Type": "application/xml"] {"<a/>"} => 415 unsupported_media_type;
    "YAML": POST "connections" ["Content-Type": "application/yaml"] {"a: 1"} => 415 unsupported_media_type;
    "lines of JSON": POST "connections" ["Content-Type": "application/x-ndjson"] {"{}"} => 415 unsupported_media_type;
    "JSON with a suffix": POST "connections" ["Content-Type": "application/vnd.api+json"] {"{}"} => 415 unsupported_media_type;
    "a problem document": POST "connections" ["Content-Type": "application/problem+json"] {"{}"} => 415 unsupported_media_type;
    "JSON5": POST "connections" ["Content-Type": "application/json5"] {"{}"} => 415 unsupported_media_type;
    "any type of application": POST "connections" ["Content-Type": "application/*"] {"{}"} => 415 unsupported_media_type;
    "any type": POST "connections" ["Content-Type": "*/*"] {"{}"} => 415 unsupported_media_type;
    "two media types in one": POST "connections" ["Content-Type": "application/json, text/plain"] {"{}"} => 415 unsupported_media_type;
    "two headers for the media type": POST "connections/<connection>/sync" ["Content-Type": "application/json", "Content-Type": "text/plain"] {"{}"} => 415 unsupported_media_type;
    "a media type that is not ASCII": POST "connections/<connection>/sync" ["Content-Type": b"application/json\xff"] {"{}"} => 415 unsupported_media_type;
    "a merge patch of a POST": POST "connections/<connection>/sync" ["Content-Type": "application/merge-patch+json"] {"{}"} => 415 unsupported_media_type;
    "a merge patch of a PUT": PUT "models/<model>/schedule" ["Content-Type": "application/merge-patch+json"] {r#"{"interval_seconds":60}"#} => 415 unsupported_media_type;
    "a JSON patch": PATCH "connections/<connection>" ["Content-Type": "application/json-patch+json"] {"[]"} => 415 unsupported_media_type;
    "a form of a PATCH": PATCH "models/<model>" ["Content-Type": "application/x-www-form-urlencoded"] {"display_name=x"} => 415 unsupported_media_type;
    "Latin-1": POST "connections/<connection>/sync" ["Content-Type": "application/json; charset=iso-8859-1"] {"{}"} => 415 unsupported_media_type;
    "UTF-16 by its name": POST "connections/<connection>/sync" ["Content-Type": "application/json; charset=utf-16"] {"{}"} => 415 unsupported_media_type;
    "UTF-8 misspelt": POST "connections/<connection>/sync" ["Content-Type": "application/json; charset=utf8"] {"{}"} => 415 unsupported_media_type;
    "an empty character set": POST "connections/<connection>/sync" ["Content-Type": "application/json; charset="] {"{}"} => 415 unsupported_media_type;
    "UTF-7": PATCH "models/<model>" ["Content-Type": "application/merge-patch+json; charset=utf-7"] {"{}"} => 415 unsupported_media_type;
    "gzip": POST "connections/<connection>/sync" ["Content-Encoding": "gzip"] {"{}"} => 415 unsupported_media_type;
    "Brotli": POST "connections/<connection>/sync" ["Content-Encoding": "br"] {"{}"} => 415 unsupported_media_type;
    "an unknown encoding": POST "connections/<connection>/sync" ["Content-Encoding": "rot13"] {"{}"} => 415 unsupported_media_type;
    "two encodings": POST "connections/<connection>/sync" ["Content-Encoding": "identity, gzip"] {"{}"} => 415 unsupported_media_type;
    "two headers for the encoding": POST "connections/<connection>/sync" ["Content-Encoding": "identity", "Content-Encoding": "gzip"] {"{}"} => 415 unsupported_media_type;
    "a body of an act as text": POST "syncs/<sync>/cancel" ["Content-Type": "text/plain"] {"{}"} => 415 unsupported_media_type;
    "no encoding that is taken": GET "syncs" ["Accept-Encoding": "identity;q=0"] => 406 not_acceptable;
    "every encoding excluded": GET "syncs" ["Accept-Encoding": "*;q=0"] => 406 not_acceptable;
}
