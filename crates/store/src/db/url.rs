//! Which database a URL means.

use std::path::PathBuf;

use crate::error::StoreError;

/// A database, by where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// `sqlite::memory:`: gone with the store.
    Memory,
    /// `sqlite://path`.
    File(PathBuf),
    /// `postgres://…`, as libpq takes it.
    Postgres(String),
}

impl DatabaseUrl {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if url == "sqlite::memory:" {
            return Ok(Self::Memory);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite://") {
            // A leading `./` keeps SQLite from reading a name such as `file:x` or `:memory:`.
            Some(path) if path.starts_with('/') => Ok(Self::File(path.into())),
            Some(path) if !path.is_empty() && !path.ends_with('/') => {
                Ok(Self::File(PathBuf::from(".").join(path)))
            }
            Some(_) | None => Err(StoreError::Open(format!(
                "`{}` is not a database URL: write sqlite:///absolute/path.db, \
                 sqlite://relative.db, sqlite::memory: or postgres://user@host/database",
                without_password(url),
            ))),
        }
    }
}

/// What may be shown of a URL that somebody mistyped.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides() {
        let parse = |url| DatabaseUrl::parse(url).unwrap();
        assert_eq!(parse("sqlite::memory:"), DatabaseUrl::Memory);
        assert_eq!(
            parse("sqlite:///a/b.db"),
            DatabaseUrl::File("/a/b.db".into())
        );
        assert_eq!(parse("sqlite://b.db"), DatabaseUrl::File("./b.db".into()));
        assert_eq!(
            parse("postgres://h/d"),
            DatabaseUrl::Postgres("postgres://h/d".into())
        );
        assert_eq!(
            parse("postgresql://h/d"),
            DatabaseUrl::Postgres("postgresql://h/d".into())
        );
    }

    #[test]
    fn other_urls_are_refused_with_what_to_write_and_without_the_password() {
        for url in [
            "",
            "x.db",
            "postgres:x",
            "mysql://u:secret@h/d",
            "sqlite://",
            "sqlite:x",
            "sqlite://d/",
        ] {
            let error = DatabaseUrl::parse(url).unwrap_err().to_string();
            assert!(
                error.contains("write sqlite:///absolute/path.db"),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
