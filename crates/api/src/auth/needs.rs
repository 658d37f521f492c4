//! Which scope an operation needs: a rule, so that a new one is never left open.

use actix_web::http::Method;
use syncline_domain::access::TokenScope;

/// Below these, everything is for admins.
const ADMIN: [&str; 2] = ["/v2/integrations/tokens", "/v2/integrations/audit_events"];

/// By the operation's method, and its path as the document writes it.
pub fn needed_scope(method: &Method, path: &str) -> TokenScope {
    let is_admin = ADMIN.iter().any(|admin| {
        path.strip_prefix(admin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    if is_admin {
        TokenScope::Admin
    } else if method.is_safe() {
        TokenScope::Read
    } else {
        TokenScope::Write
    }
}
