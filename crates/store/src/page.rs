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
