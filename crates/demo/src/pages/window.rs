use crate::dataset::Row;

/// The filter of a list: `updated_since` (inclusive) and `updated_before` (exclusive), in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Window {
    pub(crate) since: Option<i64>,
    pub(crate) before: Option<i64>,
}

impl Window {
    pub(crate) fn holds(&self, row: &Row) -> bool {
        self.since.is_none_or(|since| row.updated_at >= since)
            && self.before.is_none_or(|before| row.updated_at < before)
    }

    /// Drops the bounds that exclude nothing, so that a reader who asks for all since 1970 gets the same cached pages.
    pub(crate) fn normalized(self, earliest: i64, latest: i64) -> Self {
        Self {
            since: self.since.filter(|since| *since > earliest),
            before: self.before.filter(|before| *before <= latest),
        }
    }
}
