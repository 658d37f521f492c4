//! Cases and templates whose answers come from the reference runtime; see the README.
