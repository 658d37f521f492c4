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
        /// Up to twice as many seconds more, by chance.
        jitter: f64,
    },
    /// `ExponentialBackoffStrategy`: factor · 2ⁿ.
    Exponential {
        /// 5 when it is not given.
        factor: Option<Template>,
        /// Up to twice as many seconds more, by chance.
        jitter: f64,
    },
    /// `WaitTimeFromHeader`.
    TimeFromHeader {
        /// Seconds.
        header: HeaderNumber,
        /// The stream rather stops than waits as long as this, in seconds.
        most: Option<Template>,
    },
    /// `WaitUntilTimeFromHeader`.
    UntilTimeFromHeader {
        /// A Unix timestamp.
        header: HeaderNumber,
        /// At least as long.
        min_wait: Option<Template>,
        /// The stream rather stops than waits as long as this, in seconds.
        most: Option<Template>,
    },
    /// `WaitTimeFromResponse`.
    TimeFromResponse {
        /// Seconds; what is no number above zero says nothing.
        seconds: Template,
        /// The stream rather stops than waits as long as this, in seconds.
        most: Option<Template>,
    },
}

/// A number in a header, perhaps behind a pattern.
#[derive(Debug, Clone)]
pub struct HeaderNumber {
    name: Template,
    pattern: Option<Template>,
}

/// How long to wait, and whether the stream may wait for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pause {
    pub(crate) length: Duration,
    /// Longer than the manifest lets a stream wait.
    pub(crate) is_too_long: bool,
}

/// What a strategy looks at.
pub(crate) struct Failed<'a> {
    /// Of the answer, if there was one.
    pub(crate) headers: Option<&'a HeaderMap>,
    /// The number of tries so far, at least 1.
    pub(crate) tried: u32,
    pub(crate) now: DateTime<Utc>,
    /// With the answer, if there was one.
    pub(crate) context: &'a Context,
}

impl Wait {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let jitter = || match node.field("jitter_range_in_seconds") {
            None => Ok(0.0),
            Some(value) => number(value).filter(|range| *range >= 0.0).ok_or_else(|| {
                node.invalid("`jitter_range_in_seconds` must be a number".to_owned())
            }),
        };
        let most = || node.template("max_waiting_time_in_seconds", Names::Config);
        match node.kind() {
            "ConstantBackoffStrategy" => Ok(Self::Constant {
                seconds: node.required_template("backoff_time_in_seconds", Names::Config)?,
                jitter: jitter()?,
            }),
            "ExponentialBackoffStrategy" => Ok(Self::Exponential {
                factor: node.template("factor", Names::Config)?,
                jitter: jitter()?,
            }),
            "WaitTimeFromHeader" => Ok(Self::TimeFromHeader {
                header: HeaderNumber::compile(node)?,
                most: most()?,
            }),
            "WaitUntilTimeFromHeader" => Ok(Self::UntilTimeFromHeader {
                header: HeaderNumber::compile(node)?,
                min_wait: node.template("min_wait", Names::Config)?,
                most: most()?,
            }),
            "WaitTimeFromResponse" => Ok(Self::TimeFromResponse {
                seconds: node.required_template("wait_time_in_seconds", Names::Answer)?,
                most: most()?,
            }),
            _ => Err(node.unsupported()),
        }
    }

    /// The template that reads the answer.
    pub(crate) fn reads(&self) -> Option<&Template> {
        match self {
            Self::TimeFromResponse { seconds, .. } => Some(seconds),
            Self::Constant { .. }
            | Self::Exponential { .. }
            | Self::TimeFromHeader { .. }
            | Self::UntilTimeFromHeader { .. } => None,
        }
    }

    /// How long to wait before the next try; `None` when the strategy has nothing to say.
    pub(crate) fn evaluate(&self, failed: &Failed<'_>) -> Result<Option<Pause>, TemplateError> {
        let context = failed.context;
        let (seconds, most) = match self {
            Self::Constant { seconds, jitter } => {
                let seconds = number(&seconds.value(context)?);
                (seconds.map(|seconds| seconds + by_chance(*jitter)), &None)
            }
            Self::Exponential { factor, jitter } => {
                let factor = evaluated(factor.as_ref(), context)?.unwrap_or(5.0);
                let doublings = i32::try_from(failed.tried.min(30)).unwrap_or(30);
                let seconds = factor * 2_f64.powi(doublings);
                (Some(seconds + by_chance(*jitter)), &None)
            }
            Self::TimeFromHeader { header, most } => (header.read(failed)?, most),
            Self::UntilTimeFromHeader {
                header,
                min_wait,
                most,
            } => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "milliseconds of our time are exact in f64"
                )]
                let now = failed.now.timestamp_millis() as f64 / 1000.0;
                let least = evaluated(min_wait.as_ref(), context)?.filter(|least| *least != 0.0);
                let seconds = match header.read(failed)?.filter(|until| *until != 0.0) {
                    Some(until) => Some((until - now).max(least.unwrap_or(f64::MIN))),
                    None => least,
                };
                (seconds, most)
            }
            Self::TimeFromResponse { seconds, most } => {
                // The answer may have another shape than the one that the template is for.
                let seconds = seconds.value(context).ok().as_ref().and_then(number);
                (seconds, most)
            }
        };
        let length = seconds
            .filter(|seconds| *seconds > 0.0)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let Some(length) = length else {
            return Ok(None);
        };
        let most = evaluated(most.as_ref(), context)?;
        Ok(Some(Pause {
            length,
            is_too_long: most.is_some_and(|most| length.as_secs_f64() >= most),
        }))
    }
}

impl HeaderNumber {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let pattern = node
            .template("regex", Names::Config)?
            .filter(|pattern| !pattern.source().is_empty());
        if let Some(pattern) = pattern.as_ref().filter(|pattern| pattern.is_constant()) {
            expression(pattern.source())
                .map_err(|_| node.invalid("`regex` is not a regular expression".to_owned()))?;
        }
        Ok(Self {
            name: node.required_template("header", Names::Config)?,
            pattern,
        })
    }

    /// The number at the beginning of the header that the pattern matches; without a match, the
    /// whole header.
    fn read(&self, failed: &Failed<'_>) -> Result<Option<f64>, TemplateError> {
        let name = self.name.string(failed.context)?;
        let header = failed.headers.and_then(|headers| headers.get(&name));
        let Some(text) = header.and_then(|value| value.to_str().ok()) else {
            return Ok(None);
        };
        let text = match &self.pattern {
            None => text,
            Some(template) => {
                let source = template.text(failed.context)?;
                let pattern = expression(&source).map_err(|_| TemplateError {
                    template: template.source().to_owned(),
                    problem: "gives no regular expression".to_owned(),
                    is_undefined: false,
                })?;
                let found = pattern.find(text).ok().flatten();
                found.map_or(text, |found| found.as_str())
            }
        };
        Ok(text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()))
    }
}

/// A pattern that matches at the beginning only.
fn expression(pattern: &str) -> Result<fancy_regex::Regex, Box<fancy_regex::Error>> {
    fancy_regex::Regex::new(&format!(r"\A(?:{pattern})")).map_err(Box::new)
}

fn evaluated(template: Option<&Template>, context: &Context) -> Result<Option<f64>, TemplateError> {
    let value = template
        .map(|template| template.value(context))
        .transpose()?;
    Ok(value.as_ref().and_then(number))
}

fn by_chance(jitter: f64) -> f64 {
    rand::random::<f64>() * jitter * 2.0
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
        .filter(|number: &f64| number.is_finite())
}
