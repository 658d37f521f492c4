//! The configuration of a connection: checked, and its secrets kept apart.

pub(crate) mod normalize;
pub(crate) mod secrets;
pub(crate) mod validate;

/// One thing that is wrong in a configuration. Never contains a value of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The JSON pointer of the field, as `/credentials/api_token`; empty for the whole.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

#[cfg(test)]
mod tests;
