//! syncline-demo
