//! Reads the fields of a JSON object, and collects everything that is wrong with them.

use serde_json::{Map, Value};

use super::values::Wrong;
use crate::problem::{ErrorCode, FieldError, Problem};

/// The fields of a body that have not been read yet, and what was wrong so far.
pub struct Fields {
    map: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// A body that is an object.
pub trait FromFields: Sized {
    /// Takes every field that the body may have; what is left is unknown. `None` only when a
    /// required field was wrong.
    fn read(fields: &mut Fields) -> Option<Self>;
}

impl Fields {
    /// Reads a whole body.
    ///
    /// # Errors
    /// All wrong, absent and unknown fields at once.
    pub fn parse<T: FromFields>(value: Value) -> Result<T, Problem> {
        let map = super::object(value).map_err(|wrong| {
            Problem::fields(
                ErrorCode::InvalidBody,
                vec![FieldError::body("", wrong.message)],
            )
        })?;
        let mut fields = Self {
            map,
            errors: Vec::new(),
        };
        let read = T::read(&mut fields);
        for name in fields.map.keys() {
            fields.errors.push(FieldError::body(
                pointer(name),
                "is not a field of this request",
            ));
        }
        match read {
            Some(value) if fields.errors.is_empty() => Ok(value),
            _ => Err(Problem::fields(ErrorCode::InvalidBody, fields.errors)),
        }
    }

    /// Whether a field that was not read yet is there, be it null.
    pub fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A field that must be there.
    pub fn required<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T, Wrong>,
    ) -> Option<T> {
        if self.map.contains_key(name) {
            return self.optional(name, read);
        }
        self.errors
            .push(FieldError::body(pointer(name), "is required"));
        None
    }

    /// A field that may be absent, but not null.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.map.remove(name)?;
        match read(value) {
            Ok(value) => Some(value),
            Err(Wrong { path, message }) => {
                self.errors.push(FieldError::body(
                    format!("{}{path}", pointer(name)),
                    message,
                ));
                None
            }
        }
    }

    /// A field that may be absent (`None`), or null (`Some(None)`).
    pub fn nullable<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T, Wrong>,
    ) -> Option<Option<T>> {
        if self.map.get(name) == Some(&Value::Null) {
            self.map.remove(name);
            return Some(None);
        }
        self.optional(name, read).map(Some)
    }

    /// A field that must be there and may be null.
    pub fn required_nullable<T>(
        &mut self,
        name: &str,
        read: impl Fn(Value) -> Result<T, Wrong>,
    ) -> Option<Option<T>> {
        if self.map.contains_key(name) {
            return self.nullable(name, read);
        }
        self.errors.push(FieldError::body(
            pointer(name),
            "is required; null clears it",
        ));
        None
    }

    /// Something that only all fields together tell.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError::body(pointer(name), message));
    }
}

/// One step of a JSON pointer (RFC 6901).
pub(super) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
