//! The secrets of every source that is alive, found in a text without asking each source: most
//! lines of a log hold none, and there may be thousands of connections.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock, Weak};

use super::Known;
use super::forms::MIN_LENGTH;

/// What a connection knows.
type Shared = RwLock<Known>;

static IN_USE: LazyLock<RwLock<InUse>> = LazyLock::new(RwLock::default);

/// Dead entries are looked for when there are twice as many as were left the last time, and some.
const SLACK: usize = 256;

#[derive(Default)]
struct InUse {
    /// By the first bytes of each form.
    by_start: HashMap<[u8; MIN_LENGTH], Vec<Weak<Shared>>>,
    entries: usize,
    /// Entries after the last look for dead ones.
    left: usize,
}

/// Makes the forms known to [`holders`].
pub(super) fn remember(known: &Arc<Shared>, forms: &[String]) {
    let mut in_use = IN_USE.write().unwrap_or_else(PoisonError::into_inner);
    for form in forms {
        let Some(start) = form.as_bytes().first_chunk() else {
            continue;
        };
        let holders = in_use.by_start.entry(*start).or_default();
        if !holders.iter().any(|holder| is_same(holder, known)) {
            holders.push(Arc::downgrade(known));
            in_use.entries += 1;
        }
    }
    in_use.forget_the_dead();
}

/// Who may know a secret that stands in the text, and others, but everyone who does.
pub(super) fn holders(text: &str) -> Vec<Arc<Shared>> {
    let in_use = IN_USE.read().unwrap_or_else(PoisonError::into_inner);
    let mut found: Vec<Arc<Shared>> = Vec::new();
    for window in text.as_bytes().windows(MIN_LENGTH) {
        let Some(start) = window.first_chunk::<MIN_LENGTH>() else {
            break;
        };
        for holder in in_use.by_start.get(start).into_iter().flatten() {
            if !found.iter().any(|known| is_same(holder, known)) {
                found.extend(holder.upgrade());
            }
        }
    }
    found
}

fn is_same(holder: &Weak<Shared>, known: &Arc<Shared>) -> bool {
    std::ptr::eq(holder.as_ptr(), Arc::as_ptr(known))
}

impl InUse {
    fn forget_the_dead(&mut self) {
        if self.entries < self.left * 2 + SLACK {
            return;
        }
        self.by_start.retain(|_, holders| {
            holders.retain(|holder| holder.strong_count() > 0);
            !holders.is_empty()
        });
        self.entries = self.by_start.values().map(Vec::len).sum();
        self.left = self.entries;
    }
}
