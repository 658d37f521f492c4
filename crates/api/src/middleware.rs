//! What happens around every request.

pub mod admit;
pub mod bounds;
pub mod cors;
pub mod fallback;
pub mod finish;
pub mod pace;
pub mod routes;
pub mod stamp;
