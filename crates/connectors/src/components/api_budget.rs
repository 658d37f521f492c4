//! How often a provider may be asked, and by how many at once.

use serde_json::Value;

use super::interpolated::InterpolatedMap;
use super::{CompileError, Node};
use crate::datetime::IsoDuration;
use crate::template::{Context, Names, Template, TemplateError};

/// `HTTPAPIBudget` and `ConcurrencyLevel`.
#[derive(Debug, Clone, Default)]
pub struct Politeness {
    /// The first that matches a request decides.
    pub policies: Vec<Policy>,
    /// The header that tells when a window ends: a Unix timestamp.
    pub reset_header: String,
    /// The header that tells how many calls are left.
    pub remaining_header: String,
    /// Answers that say that none are left.
    pub limited_statuses: Vec<u64>,
    /// How many requests may be under way at once; the second bounds the first.
    pub concurrency: Option<(Template, Option<u64>)>,
}

/// One call rate.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Which requests it is for; all of them when there is none.
    pub matchers: Vec<Matcher>,
    /// How many of them.
    pub rate: CallRate,
}

/// How many requests in which time.
#[derive(Debug, Clone)]
pub enum CallRate {
    /// `UnlimitedCallRatePolicy`.
    Unlimited,
    /// `FixedWindowCallRatePolicy`: so many from reset to reset.
    Fixed {
        /// How many.
        limit: u64,
        /// From reset to reset.
        period: std::time::Duration,
    },
    /// `MovingWindowCallRatePolicy`: so many in any time of that length; all must hold.
    Moving(Vec<(Template, std::time::Duration)>),
}

/// `HttpRequestRegexMatcher`: all that is given must fit.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// In capitals.
    pub method: Option<String>,
    /// Scheme and host.
    pub url_base: Option<String>,
    /// Somewhere in the path.
    pub path: Option<fancy_regex::Regex>,
    /// Parameters of the query.
    pub parameters: Option<InterpolatedMap>,
    /// Headers.
    pub headers: Option<InterpolatedMap>,
    /// How many calls such a request counts for.
    pub weight: Option<Template>,
}

impl Politeness {
    /// Compiles what stands at the top of a manifest.
    pub(crate) fn compile(manifest: &Node<'_>) -> Result<Self, CompileError> {
        let concurrency = match manifest.child("concurrency_level")? {
            None => None,
            Some(level) => {
                let most = level.field("max_concurrency").and_then(Value::as_u64);
                let usual = level.template("default_concurrency", Names::Config)?;
                usual.map(|usual| (usual, most))
            }
        };
        let Some(node) = manifest.child("api_budget")? else {
            return Ok(Self {
                concurrency,
                ..Self::default()
            });
        };
        let named = |field: &str, usual: &str| {
            let name = node.text(field)?.filter(|name| !name.is_empty());
            Ok::<_, CompileError>(name.unwrap_or(usual).to_owned())
        };
        let statuses = node.field("status_codes_for_ratelimit_hit");
        let statuses: Vec<u64> = statuses
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        Ok(Self {
            policies: node
                .children("policies")?
                .iter()
                .map(Policy::compile)
                .collect::<Result<_, _>>()?,
            reset_header: named("ratelimit_reset_header", "ratelimit-reset")?,
            remaining_header: named("ratelimit_remaining_header", "ratelimit-remaining")?,
            limited_statuses: if statuses.is_empty() {
                vec![429]
            } else {
                statuses
            },
            concurrency,
        })
    }

    /// How many requests may be under way at once, for a configuration.
    pub(crate) fn permits(&self, context: &Context) -> Result<Option<usize>, TemplateError> {
        let Some((usual, most)) = &self.concurrency else {
            return Ok(None);
        };
        let permits = number(usual, context)?.min(most.unwrap_or(u64::MAX));
        Ok(Some(usize::try_from(permits.max(1)).unwrap_or(usize::MAX)))
    }
}

impl Policy {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let rate = match node.kind() {
            "UnlimitedCallRatePolicy" => CallRate::Unlimited,
            "FixedWindowCallRatePolicy" => CallRate::Fixed {
                limit: node
                    .field("call_limit")
                    .and_then(Value::as_u64)
                    .ok_or_else(|| node.missing("call_limit"))?,
                period: length(node, "period")?,
            },
            "MovingWindowCallRatePolicy" => {
                let rates = node.children("rates")?;
                if rates.is_empty() {
                    return Err(node.missing("rates"));
                }
                let rates = rates.iter().map(|rate| {
                    let limit = rate.required_template("limit", Names::Config)?;
                    Ok((limit, length(rate, "interval")?))
                });
                CallRate::Moving(rates.collect::<Result<_, CompileError>>()?)
            }
            _ => return Err(node.unsupported()),
        };
        let matchers = node.children("matchers")?;
        Ok(Self {
            matchers: matchers
                .iter()
                .map(Matcher::compile)
                .collect::<Result<_, _>>()?,
            rate,
        })
    }
}

impl Matcher {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let text = |field: &str| {
            let text = node.text(field)?.filter(|text| !text.is_empty());
            Ok::<_, CompileError>(text.map(str::to_owned))
        };
        let path = text("url_path_pattern")?.map(|pattern| {
            fancy_regex::Regex::new(&pattern).map_err(|_| {
                node.invalid("`url_path_pattern` is not a regular expression".to_owned())
            })
        });
        Ok(Self {
            method: text("method")?.map(|method| method.to_ascii_uppercase()),
            url_base: text("url_base")?.map(|base| base.trim_end_matches('/').to_owned()),
            path: path.transpose()?,
            parameters: InterpolatedMap::compile(node, "params", Names::Config)?,
            headers: InterpolatedMap::compile(node, "headers", Names::Config)?,
            weight: node.template("weight", Names::Config)?,
        })
    }
}

fn length(node: &Node<'_>, field: &str) -> Result<std::time::Duration, CompileError> {
    let text = node.text(field)?.ok_or_else(|| node.missing(field))?;
    let begin = chrono::DateTime::UNIX_EPOCH.fixed_offset();
    IsoDuration::parse(text)
        .and_then(|length| length.after(begin))
        .and_then(|end| (end - begin).to_std().ok())
        .filter(|length| !length.is_zero())
        .ok_or_else(|| node.invalid(format!("`{field}` is no ISO 8601 duration")))
}

/// A whole number above zero.
pub(crate) fn number(template: &Template, context: &Context) -> Result<u64, TemplateError> {
    let value = template.value(context)?;
    value
        .as_u64()
        .or_else(|| value.as_str()?.trim().parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| TemplateError {
            template: template.source().to_owned(),
            problem: "gives no whole number above zero".to_owned(),
            is_undefined: false,
        })
}
