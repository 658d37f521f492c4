use actix_web::web;
use chrono::DateTime;
use serde::de::DeserializeOwned;

use crate::{pages::Window, service::Service};

/// The parameters of a list; the message says what is wrong. Unknown ones are refused, so that a
/// misspelled filter is not taken for a list without one.
pub(super) fn parse<Q: DeserializeOwned>(query: &str) -> Result<Q, String> {
    web::Query::<Q>::from_query(query)
        .map(web::Query::into_inner)
        .map_err(|error| error.to_string())
}

pub(super) fn window(since: Option<&str>, before: Option<&str>) -> Result<Window, String> {
    Ok(Window {
        since: since.map(|text| time("updated_since", text)).transpose()?,
        before: before
            .map(|text| time("updated_before", text))
            .transpose()?,
    })
}

pub(super) fn page_size(
    service: &Service,
    name: &str,
    asked: Option<u64>,
) -> Result<usize, String> {
    let most = service.config.max_page_size;
    let size = asked.map_or(100.min(most), |size| {
        usize::try_from(size).unwrap_or(usize::MAX)
    });
    if (1..=most).contains(&size) {
        Ok(size)
    } else {
        Err(format!("`{name}` is from 1 to {most}"))
    }
}

/// Whole seconds; a fraction is rounded up, which both bounds need, since rows are stamped with whole seconds.
fn time(name: &str, text: &str) -> Result<i64, String> {
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| {
        format!("`{name}` is an RFC 3339 time such as 2026-01-01T00:00:00Z (write + as %2B)")
    })?;
    Ok(time.timestamp() + i64::from(time.timestamp_subsec_nanos() > 0))
}
