//! How long to wait before a request is repeated.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError};

/// A back-off strategy.
#[derive(Debug, Clone)]
pub enum Wait {
    /// `ConstantBackoffStrategy`.
    Constant {
        /// How long.
        seconds: Template,
    },
    /// `ExponentialBackoffStrategy`: factor · 2ⁿ.
    Exponential {
        /// 5 when it is not given.
        factor: Option<Template>,
    },
    /// `WaitTimeFromHeader`.
    TimeFromHeader {
        /// Seconds.
        header: HeaderNumber,
    },
    /// `WaitUntilTimeFromHeader`.
    UntilTimeFromHeader {
        /// A Unix timestamp.
        header: HeaderNumber,
        /// At least as long.
        min_wait: Option<Template>,
    },
}

/// A number in a header, perhaps behind a pattern.
#[derive(Debug, Clone)]
pub struct HeaderNumber {
    name: Template,
    pattern: Option<fancy_regex::Regex>,
}

impl Wait {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "ConstantBackoffStrategy" => Ok(Self::Constant {
                seconds: node.required_template("backoff_time_in_seconds", Names::Config)?,
            }),
            "ExponentialBackoffStrategy" => Ok(Self::Exponential {
                factor: node.template("factor", Names::Config)?,
            }),
            "WaitTimeFromHeader" => Ok(Self::TimeFromHeader {
                header: HeaderNumber::compile(node)?,
            }),
            "WaitUntilTimeFromHeader" => Ok(Self::UntilTimeFromHeader {
                header: HeaderNumber::compile(node)?,
                min_wait: node.template("min_wait", Names::Config)?,
            }),
            _ => Err(node.unsupported()),
        }
    }

    /// How long to wait before the try after number `tried`; `None` when the answer does not say.
    pub(crate) fn evaluate(
        &self,
        headers: &HeaderMap,
        tried: u32,
        now: DateTime<Utc>,
        context: &Context,
    ) -> Result<Option<Duration>, TemplateError> {
        let seconds = match self {
            Self::Constant { seconds } => number(&seconds.value(context)?),
            Self::Exponential { factor } => {
                let factor = factor
                    .as_ref()
                    .map(|factor| factor.value(context))
                    .transpose()?;
                let doublings = i32::try_from(tried.min(30)).unwrap_or(30);
                Some(factor.as_ref().and_then(number).unwrap_or(5.0) * 2_f64.powi(doublings))
            }
            Self::TimeFromHeader { header } => header.read(headers, context)?,
            Self::UntilTimeFromHeader { header, min_wait } => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "milliseconds of our time are exact in f64"
                )]
                let now = now.timestamp_millis() as f64 / 1000.0;
                let least = min_wait
                    .as_ref()
                    .map(|least| least.value(context))
                    .transpose()?;
                let least = least.as_ref().and_then(number);
                match header.read(headers, context)? {
                    Some(until) => Some((until - now).max(least.unwrap_or(0.0))),
                    None => least,
                }
            }
        };
        Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()))
    }
}

impl HeaderNumber {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let pattern = node.text("regex")?.map(|pattern| {
            fancy_regex::Regex::new(pattern)
                .map_err(|_| node.invalid("`regex` is not a regular expression".to_owned()))
        });
        Ok(Self {
            name: node.required_template("header", Names::Config)?,
            pattern: pattern.transpose()?,
        })
    }

    fn read(&self, headers: &HeaderMap, context: &Context) -> Result<Option<f64>, TemplateError> {
        let name = self.name.string(context)?;
        let Some(text) = headers.get(&name).and_then(|value| value.to_str().ok()) else {
            return Ok(None);
        };
        let text = match &self.pattern {
            None => text,
            Some(pattern) => {
                let found = pattern.captures(text).ok().flatten();
                let Some(group) = found.and_then(|found| found.get(1).or_else(|| found.get(0)))
                else {
                    return Ok(None);
                };
                &text[group.range()]
            }
        };
        Ok(text.trim().parse().ok())
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}
