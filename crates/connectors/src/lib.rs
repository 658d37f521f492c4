//! syncline-connectors
