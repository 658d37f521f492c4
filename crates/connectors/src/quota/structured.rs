//! `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers, old and new.
//!
//! | draft | `RateLimit` | `RateLimit-Policy` |
//! |---|---|---|
//! | 00 to 06 | three headers: see [`headers`](super::headers) | in `RateLimit-Limit: 10, 10;w=1` |
//! | 07 | `limit=100, remaining=50, reset=5` | `100;w=60` |
//! | since 08 | `"default";r=50;t=5` | `"default";q=100;w=60` |

use chrono::TimeDelta;
use sfv::{BareItem, Dictionary, Item, List, ListEntry, Parameters, Parser};
use syncline_domain::quota::Observation;

use super::resets::{Clocks, length};

/// One policy of a list.
pub(super) struct Policy {
    name: Option<String>,
    quota: Option<i64>,
    window: Option<TimeDelta>,
}

/// `RateLimit`, with the policies that `RateLimit-Policy` names. Of several quotas the one with
/// the fewest requests left counts; of equal ones that which takes longest.
pub(super) fn observe(text: &str, policies: &[Policy], clocks: Clocks) -> Option<Observation> {
    if let Ok(fields) = Parser::new(text).parse::<Dictionary>() {
        let field = |name: &str| match fields.get(name) {
            Some(ListEntry::Item(item)) => number(&item.bare_item),
            Some(ListEntry::InnerList(_)) | None => None,
        };
        if let Some(remaining) = field("remaining") {
            let limit = field("limit");
            return Some(Observation {
                limit,
                remaining: Some(remaining),
                resets_at: field("reset").and_then(|seconds| after(clocks, seconds)),
                window: window_of(policies, limit),
                blocked_until: None,
            });
        }
    }
    let quotas = items(text).filter_map(|(name, item)| {
        let of_name = policies.iter().find(|policy| policy.name == name);
        let policy = of_name.or_else(|| policies.first().filter(|_| policies.len() == 1));
        Some(Observation {
            limit: policy.and_then(|policy| policy.quota),
            remaining: Some(parameter(&item, "r")?),
            resets_at: parameter(&item, "t").and_then(|seconds| after(clocks, seconds)),
            window: policy.and_then(|policy| policy.window),
            blocked_until: None,
        })
    });
    quotas.min_by_key(|quota| (quota.remaining, std::cmp::Reverse(quota.resets_at)))
}

/// What `RateLimit-Policy` names, and `RateLimit-Limit` beside its number.
pub(super) fn policies(text: &str) -> Vec<Policy> {
    let policies = items(text).filter_map(|(name, item)| {
        let quota = parameter(&item, "q").or_else(|| number(&item.bare_item));
        let window = parameter(&item, "w").and_then(|seconds| {
            #[expect(clippy::cast_precision_loss, reason = "no window is so long")]
            length(seconds as f64)
        });
        quota.or(window.map(|_| 0))?;
        Some(Policy {
            name,
            quota,
            window,
        })
    });
    policies.collect()
}

/// How long the window of a limit is.
pub(super) fn window_of(policies: &[Policy], limit: Option<i64>) -> Option<TimeDelta> {
    let of_limit = policies
        .iter()
        .find(|policy| policy.window.is_some() && policy.quota == limit);
    of_limit.and_then(|policy| policy.window)
}

/// The items of a list with their names. Names that stand without quotes make it a dictionary.
fn items(text: &str) -> impl Iterator<Item = (Option<String>, Item)> {
    let list: List = Parser::new(text).parse().unwrap_or_default();
    list.into_iter().filter_map(|entry| match entry {
        ListEntry::Item(item) => Some((name(&item.bare_item), item)),
        ListEntry::InnerList(_) => None,
    })
}

fn name(item: &BareItem) -> Option<String> {
    let string = item.as_string().map(|name| name.as_str().to_owned());
    string.or_else(|| item.as_token().map(|name| name.as_str().to_owned()))
}

fn parameter(Item { params, .. }: &Item, name: &str) -> Option<i64> {
    let params: &Parameters = params;
    number(params.get(name)?)
}

fn number(item: &BareItem) -> Option<i64> {
    item.as_integer().map(i64::from)
}

fn after(clocks: Clocks, seconds: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    let seconds = u32::try_from(seconds).ok()?;
    clocks.after(seconds.into())
}
