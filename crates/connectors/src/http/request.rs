//! A request that is being put together.

use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;

use crate::template::python;

/// The parts of a request. What is set later goes over what was set earlier.
#[derive(Clone)]
pub(crate) struct RequestParts {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) parameters: Vec<(String, Value)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    /// The query parameter that carries the credential, if one does.
    pub(crate) credential_parameter: Option<String>,
}

/// What a request carries.
#[derive(Clone)]
pub(crate) enum Body {
    None,
    Text(String),
    Form(Vec<(String, Value)>),
    Json(Value),
}

impl RequestParts {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            parameters: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            credential_parameter: None,
        }
    }

    pub(crate) fn set_parameter(&mut self, name: &str, value: &Value) {
        set(&mut self.parameters, name, value.clone());
    }

    /// Header names do not tell upper from lower case.
    pub(crate) fn set_header(&mut self, name: &str, value: String) {
        match self
            .headers
            .iter_mut()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            Some((_, old)) => *old = value,
            None => self.headers.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn set_form_field(&mut self, name: &str, value: &Value) {
        if !matches!(self.body, Body::Form(_)) {
            self.body = Body::Form(Vec::new());
        }
        if let Body::Form(fields) = &mut self.body {
            set(fields, name, value.clone());
        }
    }

    pub(crate) fn set_json_field(&mut self, path: &[String], value: Value) {
        if !matches!(self.body, Body::Json(Value::Object(_))) {
            self.body = Body::Json(Value::Object(Map::new()));
        }
        let (Body::Json(root), Some((last, parents))) = (&mut self.body, path.split_last()) else {
            return;
        };
        let mut node = root;
        for parent in parents {
            if !node[parent.as_str()].is_object() {
                node[parent.as_str()] = Value::Object(Map::new());
            }
            node = &mut node[parent.as_str()];
        }
        node[last.as_str()] = value;
    }

    /// The URL with the query. A parameter that the URL holds already, with the same value, as a
    /// next-page link does, is not repeated.
    pub(crate) fn full_url(&self) -> Url {
        let mut url = self.url.clone();
        let present: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let is_present = |name: &str, text: &str| {
            present
                .iter()
                .any(|(n, t)| (n.as_str(), t.as_str()) == (name, text))
        };
        let pairs: Vec<(&str, String)> = self
            .parameters
            .iter()
            .filter(|(_, value)| !value.is_null())
            .flat_map(|(name, value)| texts(value).map(move |text| (name.as_str(), text)))
            .filter(|(name, text)| !is_present(name, text))
            .collect();
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        url
    }
}

/// A list repeats its key; everything else is printed as Python prints it.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = String> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    items.iter().map(python::str)
}

fn set(pairs: &mut Vec<(String, Value)>, name: &str, value: Value) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value,
        None => pairs.push((name.to_owned(), value)),
    }
}
