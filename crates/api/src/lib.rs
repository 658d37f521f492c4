//! syncline-api
