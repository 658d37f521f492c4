//! syncline-e2e
