//! Nothing but tests: see `tests/model`.
