//! The only writer of `syncs.status`.
