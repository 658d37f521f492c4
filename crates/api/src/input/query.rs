//! Reads the parameters of a query, and collects everything that is wrong with them.

use actix_web::web;
use percent_encoding::percent_decode_str;

use super::values::Wrong;
use crate::problem::{ErrorCode, FieldError, Problem};

/// The parameters that have not been read yet, and what was wrong so far.
pub struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

/// What a query says.
pub trait FromQuery: Sized {
    /// Takes every parameter that the query may have; what is left is unknown. `None` only when
    /// a required parameter was wrong.
    fn read(query: &mut Query) -> Option<Self>;
}

impl Query {
    /// Reads a whole query.
    ///
    /// # Errors
    /// All wrong and unknown parameters at once.
    pub fn parse<Q: FromQuery>(text: &str) -> Result<Q, Problem> {
        let mut query = Self {
            pairs: pairs(text)?,
            errors: Vec::new(),
        };
        let read = Q::read(&mut query);
        for (name, _) in &query.pairs {
            query.errors.push(FieldError::query(
                name,
                "is not a parameter of this request",
            ));
        }
        match read {
            Some(value) if query.errors.is_empty() => Ok(value),
            _ => Err(Problem::fields(ErrorCode::InvalidQuery, query.errors)),
        }
    }

    /// A parameter that may stand once.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let mut values = self.take(name).into_iter();
        let value = values.next()?;
        if values.next().is_some() {
            self.errors
                .push(FieldError::query(name, "may be given only once"));
            return None;
        }
        self.read(name, &value, read)
    }

    /// A parameter that may stand several times.
    pub fn several<T>(&mut self, name: &str, read: impl Fn(&str) -> Result<T, Wrong>) -> Vec<T> {
        let values = self.take(name);
        values
            .iter()
            .filter_map(|value| self.read(name, value, &read))
            .collect()
    }

    /// An integer from `min` to `max`, in decimal digits: no sign or zero in front.
    pub fn integer(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        self.optional(name, |text| {
            text.parse()
                .ok()
                .filter(|number: &i64| (min..=max).contains(number) && number.to_string() == text)
                .ok_or_else(|| Wrong::new(format!("must be an integer from {min} to {max}")))
        })
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        self.optional(name, |text| {
            text.parse()
                .map_err(|_| Wrong::new("must be true or false"))
        })
    }

    /// A moment.
    pub fn time(&mut self, name: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        self.optional(name, super::values::time_text)
    }

    fn read<T>(
        &mut self,
        name: &str,
        value: &str,
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        read(value)
            .map_err(|wrong| self.errors.push(FieldError::query(name, wrong.message)))
            .ok()
    }

    fn take(&mut self, name: &str) -> Vec<String> {
        self.pairs
            .extract_if(.., |(key, _)| key == name)
            .map(|(_, value)| value)
            .collect()
    }
}

/// The decoded pairs, in the order of the query.
///
/// # Errors
/// When it is not UTF-8.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    let undecodable = || {
        let detail = "the query is not UTF-8: percent-encode the UTF-8 bytes of each character";
        Problem::new(ErrorCode::InvalidQuery, detail)
    };
    // The decoder itself would put a replacement character for what is not UTF-8.
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| undecodable())?;
    web::Query::from_query(text)
        .map(web::Query::into_inner)
        .map_err(|_| undecodable())
}
