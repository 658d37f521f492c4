//! What happens around every request.

pub mod fallback;
pub mod finish;
pub mod routes;
