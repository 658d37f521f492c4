//! syncline-test-support
