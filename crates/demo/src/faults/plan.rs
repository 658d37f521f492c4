use serde::{Deserialize, Serialize};

use crate::Model;

/// Which requests for pages go wrong, and how. Empty: none does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Each rule counts the requests to its model from 1. The first rule that fires decides.
    pub rules: Vec<FaultRule>,
}

/// One fault and when it happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What happens.
    pub fault: Fault,
    /// To which requests.
    pub when: When,
    /// Of which model; of all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
}

/// What can happen to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// 429 with this `Retry-After`.
    TooManyRequests {
        /// Seconds.
        retry_after: u32,
    },
    /// A server error with a JSON body.
    ServerError {
        /// 500 to 599.
        status: u16,
    },
    /// The right answer, late.
    Slow {
        /// How late.
        millis: u64,
    },
    /// The connection closes before a byte is answered.
    Drop,
    /// The connection closes in the middle of the body.
    Cut,
    /// A complete answer whose JSON ends early.
    Truncate,
    /// The first record of the page comes a second time at its end.
    Duplicate,
}

/// To which of the requests that a rule counts a fault happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// To these, counted from 1.
    Nth(Vec<u64>),
    /// To each one whose number this divides.
    Every(u64),
    /// To this share of them, chosen by the seed: the same ones on every run.
    Rate(f64),
    /// To all of them.
    Always,
}

impl FaultPlan {
    /// A plan of one rule for all models.
    pub fn one(fault: Fault, when: When) -> Self {
        Self {
            rules: vec![FaultRule {
                fault,
                when,
                model: None,
            }],
        }
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        self.rules.iter().enumerate().try_for_each(|(index, rule)| {
            rule.check()
                .map_err(|what| format!("rule {index} of the fault plan: {what}"))
        })
    }
}

impl FaultRule {
    fn check(&self) -> Result<(), &'static str> {
        match &self.when {
            When::Nth(numbers) if numbers.contains(&0) => {
                return Err("requests are counted from 1");
            }
            When::Every(0) => return Err("`every` is at least 1"),
            When::Rate(rate) if !(0.0..=1.0).contains(rate) => return Err("`rate` is from 0 to 1"),
            When::Nth(_) | When::Every(_) | When::Rate(_) | When::Always => {}
        }
        match self.fault {
            Fault::ServerError { status } if !(500..=599).contains(&status) => {
                Err("`status` is from 500 to 599")
            }
            Fault::Slow { millis } if millis > 3_600_000 => Err("`millis` is at most an hour"),
            _ => Ok(()),
        }
    }
}
