use crate::dataset::Row;

/// A place in the order by `(updated_at, number)`: the row after which to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cursor {
    updated_at: i64,
    number: u32,
}

const PREFIX: &str = "cur_";

impl Cursor {
    pub(crate) fn of(row: &Row) -> Self {
        Self {
            updated_at: row.updated_at,
            number: row.number,
        }
    }

    /// The opaque text that callers send back.
    pub(crate) fn encode(self) -> String {
        format!("{PREFIX}{:016x}{:08x}", self.updated_at, self.number)
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        if digits.len() != 24 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let (updated_at, number) = digits.split_at(16);
        Some(Self {
            updated_at: u64::from_str_radix(updated_at, 16).ok()?.cast_signed(),
            number: u32::from_str_radix(number, 16).ok()?,
        })
    }
}
