//! Keys as they are stored. PostgreSQL has no U+0000 in a text, and a source may.

use std::borrow::Cow;

/// Stands before `0` for U+0000 and before `1` for itself. It is no character (Unicode never
/// assigns one to it), so that it is as good as never found in a key.
const ESCAPE: char = '\u{FFFE}';

/// The key as it is stored: the same text but for U+0000.
pub(crate) fn to_stored(key: &str) -> Cow<'_, str> {
    if key.contains(['\0', ESCAPE]) {
        Cow::Owned(key.replace(ESCAPE, "\u{FFFE}1").replace('\0', "\u{FFFE}0"))
    } else {
        Cow::Borrowed(key)
    }
}

/// The key as the source gave it.
pub(crate) fn from_stored(key: String) -> String {
    if key.contains(ESCAPE) {
        key.replace("\u{FFFE}0", "\0")
            .replace("\u{FFFE}1", "\u{FFFE}")
    } else {
        key
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_stored, to_stored};

    proptest! {
        #[test]
        fn every_key_comes_back(key in "[\\x00\u{FFFE}01a]{0,8}") {
            let stored = to_stored(&key).into_owned();
            prop_assert!(!stored.contains('\0'));
            prop_assert_eq!(from_stored(stored), key);
        }
    }
}
