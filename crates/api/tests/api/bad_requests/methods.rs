//! Methods that a path does not take.

rows! {
    "a deletion of all syncs": DELETE "syncs" => 405 method_not_allowed;
    "a deletion of all connections": DELETE "connections" => 405 method_not_allowed;
    "a sync that is put": PUT "syncs/<sync>" {"{}"} => 405 method_not_allowed;
    "a sync that is patched": PATCH "syncs/<sync>" {r#"{"status":"complete"}"#} => 405 method_not_allowed;
    "a sync that is deleted": DELETE "syncs/<sync>" => 405 method_not_allowed;
    "a connection that is put": PUT "connections/<connection>" {"{}"} => 405 method_not_allowed;
    "a connection that is posted": POST "connections/<connection>" {"{}"} => 405 method_not_allowed;
    "a model that is deleted": DELETE "models/<model>" => 405 method_not_allowed;
    "a model that is made": POST "connections/<connection>/models" {"{}"} => 405 method_not_allowed;
    "a schedule that is deleted": DELETE "models/<model>/schedule" => 405 method_not_allowed;
    "a schedule that is patched": PATCH "models/<model>/schedule" {"{}"} => 405 method_not_allowed;
    "a record that is written": PUT "models/<model>/records/<record>" {"{}"} => 405 method_not_allowed;
    "records that are written": POST "models/<model>/records" {"{}"} => 405 method_not_allowed;
    "a request that is read": GET "connections/<connection>/sync" => 405 method_not_allowed;
    "a cancel that is read": GET "syncs/<sync>/cancel" => 405 method_not_allowed;
    "a retry that is put": PUT "syncs/<sync>/retry" => 405 method_not_allowed;
    "a check that is read": GET "connections/<connection>/check" => 405 method_not_allowed;
    "a config that is patched": PATCH "connections/<connection>/config" {"{}"} => 405 method_not_allowed;
    "a provider that is made": POST "providers" {"{}"} => 405 method_not_allowed;
    "a provider that is deleted": DELETE "providers/books" => 405 method_not_allowed;
    "attempts that are deleted": DELETE "syncs/<sync>/attempts" => 405 method_not_allowed;
    "a batch that is deleted": DELETE "batches/<batch>" => 405 method_not_allowed;
    "a HEAD of an act": HEAD "syncs/<sync>/cancel" => 405 method_not_allowed;
    "a TRACE": TRACE "syncs" => 405 method_not_allowed;
    "a CONNECT": CONNECT "syncs" => 405 method_not_allowed;
    "a method of WebDAV": PROPFIND "connections" => 405 method_not_allowed;
    "a method in small letters": get "syncs" => 405 method_not_allowed;
    "a method that nobody knows": FETCH "connections/<connection>" => 405 method_not_allowed;
    "another method by a header": GET "syncs/<sync>/cancel" ["X-HTTP-Method-Override": "POST"] => 405 method_not_allowed;
    "health that is posted": POST "/healthz" => 405 method_not_allowed;
    "readiness that is deleted": DELETE "/readyz" => 405 method_not_allowed;
    "the document, posted": POST "/openapi.json" {"{}"} => 405 method_not_allowed;
    "the docs, put": PUT "/docs" => 405 method_not_allowed;
    "a method nobody knows on no route": FETCH "nope" => 404 route_not_found;
    "a post to no route": POST "nope" {"{"} => 404 route_not_found;
}
