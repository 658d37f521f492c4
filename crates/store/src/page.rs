//! Keyset pages.

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<K> {
    /// Go on behind this key; `None` begins.
    pub after: Option<K>,
    /// At most so many items, 1 to 1,000.
    pub limit: i64,
}

/// Some items, and where to go on.
#[derive(Debug, Clone)]
pub struct PageOf<T, K> {
    /// In the list's order.
    pub items: Vec<T>,
    /// The key of the last item, when there are more behind it.
    pub next: Option<K>,
}

/// The largest page.
const MAX_LIMIT: i64 = 1_000;

impl<K> PageRequest<K> {
    /// How many rows to ask for: one more than fit tells that there are more.
    pub(crate) fn one_more(&self) -> i64 {
        self.limit.clamp(1, MAX_LIMIT) + 1
    }

    /// The page out of [`one_more`](Self::one_more) rows.
    pub(crate) fn cut<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> K) -> PageOf<T, K> {
        let fit = usize::try_from(self.one_more() - 1).unwrap_or(0);
        let has_more = items.len() > fit;
        items.truncate(fit);
        let next = items.last().filter(|_| has_more).map(key);
        PageOf { items, next }
    }
}
