//! Cases whose answers come from the reference runtime; see the folder's README.
