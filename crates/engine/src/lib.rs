//! syncline-engine
