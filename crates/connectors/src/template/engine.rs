//! The template engine: what it knows, and how it prints.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use minijinja::{Environment, Error, ErrorKind, Value};

use super::{
    compare, dates, digests, filters, growing, macros, methods, numbers, python, reads, weight,
};

/// Compiled templates of one stream. Cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Environment<'static>>);

/// No evaluation takes more steps: a bound against loops without end.
const FUEL: u64 = 500_000;

static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_unknown_method_callback(methods::unknown_method);
    environment.set_formatter(|output, state, value| {
        if value.is_undefined() {
            return Ok(());
        }
        weight::pay(state, value)?;
        output
            .write_str(&python::str_of(value))
            .map_err(Error::from)
    });
    environment.remove_global("range");
    compare::add_to(&mut environment);
    dates::add_to(&mut environment);
    digests::add_to(&mut environment);
    filters::add_to(&mut environment);
    growing::add_to(&mut environment);
    macros::add_to(&mut environment);
    numbers::add_to(&mut environment);
    weight::add_to(&mut environment);
    environment
});

impl Engine {
    /// An engine without templates.
    pub fn new() -> Self {
        let mut environment = BASE.clone();
        // A template's name is its source.
        environment.set_loader(|name| Ok(Some(name.to_owned())));
        environment.set_auto_reload(false);
        Self(Arc::new(environment))
    }

    /// Compiles a source and tells the names that it reads, `response` with its paths.
    pub(super) fn load(&self, source: &str) -> Result<HashSet<String>, Error> {
        let mut read = self.0.get_template(source)?.undeclared_variables(false);
        if read.remove("response") {
            read.extend(reads::paths(source, "response"));
        }
        Ok(read)
    }

    /// The first filter that a source uses and nobody knows; the engine itself would only find
    /// out when it evaluates.
    pub(super) fn unknown_filter(&self, source: &str) -> Option<String> {
        reads::filters(source).into_iter().find(|name| {
            let tried = self.0.empty_state().apply_filter(name, &[]);
            tried.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
        })
    }

    pub(super) fn has_global(&self, name: &str) -> bool {
        self.0.globals().any(|(known, _)| known == name)
    }

    pub(super) fn render(&self, source: &str, root: Value) -> Result<String, Error> {
        self.0.get_template(source)?.render(root)
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// Whether something that does not exist is to blame, on which the reference takes a default.
pub(super) fn is_undefined(error: &Error) -> bool {
    let is_operand =
        |detail: &str| detail.contains("unsupported types") && detail.contains("undefined");
    error.kind() == ErrorKind::UndefinedError
        || (error.kind() == ErrorKind::InvalidOperation && error.detail().is_some_and(is_operand))
}

/// What went wrong, without the source and its line, which the caller tells.
pub(super) fn describe(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}
