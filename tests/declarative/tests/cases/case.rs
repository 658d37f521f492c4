//! A case, with what it leaves out filled in. `oracle/cases.py` does the same.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

pub struct Case {
    /// Folder and file, as `paging/offset`.
    pub name: String,
    pub about: String,
    given: Map<String, Value>,
    shared: Map<String, Value>,
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &Path) -> Map<String, Value> {
    let text = std::fs::read_to_string(path).unwrap();
    match yaml_serde::from_str(&text) {
        Ok(Value::Object(map)) => map,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn below(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

impl Case {
    /// All of them, by name.
    pub fn all() -> Vec<Self> {
        let shared = yaml(&folder().join("cases/shared.yaml"));
        let areas = below(&folder().join("cases"));
        let areas = areas.iter().filter(|path| path.is_dir());
        areas
            .flat_map(|area| below(area))
            .map(|path| {
                let part = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
                let given = yaml(&path);
                Self {
                    name: format!("{}/{}", part(path.parent().unwrap()), part(&path)),
                    about: given["about"].as_str().unwrap().to_owned(),
                    given,
                    shared: shared.clone(),
                }
            })
            .collect()
    }

    pub fn golden_path(&self) -> PathBuf {
        folder().join("golden").join(format!("{}.json", self.name))
    }

    pub fn golden(&self) -> Value {
        let text = std::fs::read_to_string(self.golden_path()).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub fn routes(&self) -> Vec<Value> {
        self.given["routes"].as_array().unwrap().clone()
    }

    pub fn stream(&self) -> &str {
        self.given
            .get("read")
            .and_then(Value::as_str)
            .unwrap_or("items")
    }

    /// It is the check of a connection, not the read of a stream.
    pub fn is_check(&self) -> bool {
        self.given.get("action") == Some(&json!("check"))
    }

    pub fn state(&self) -> Option<Value> {
        self.given.get("state").cloned()
    }

    pub fn now(&self) -> &str {
        let now = self.given.get("now").unwrap_or(&self.shared["now"]);
        now.as_str().unwrap()
    }

    /// What is not compared, beside what no case compares.
    pub fn leaves_out(&self, part: &str) -> bool {
        let left_out = self.given.get("leave_out").and_then(Value::as_array);
        left_out.is_some_and(|parts| parts.iter().any(|one| one == part))
    }

    pub fn config(&self, url: &str) -> Map<String, Value> {
        let mut config = self.shared["config"].as_object().unwrap().clone();
        config.insert("url".to_owned(), url.into());
        if let Some(Value::Object(own)) = self.given.get("config") {
            config.extend(own.clone());
        }
        let text = Value::Object(config).to_string().replace("URL", url);
        serde_json::from_str(&text).unwrap()
    }

    /// The manifest's text.
    pub fn manifest(&self) -> String {
        let own = self.given.get("manifest");
        if let Some(Value::String(text)) = own {
            return text.clone();
        }
        let object = |value: Option<&Value>| match value {
            Some(Value::Object(map)) => map.clone(),
            _ => Map::new(),
        };
        let mut definitions = object(self.shared.get("definitions"));
        definitions.extend(object(self.given.get("definitions")));
        let mut manifest = object(Some(&json!({
            "version": "6.0.0",
            "type": "DeclarativeSource",
            "check": {"type": "CheckStream", "stream_names": ["items"]},
            "spec": {"type": "Spec", "connection_specification": {"type": "object"}},
            "definitions": definitions,
        })));
        manifest.extend(object(own));
        if let Some(Value::Object(stream)) = self.given.get("stream") {
            let mut first = object(self.shared.get("stream"));
            first.extend(stream.clone());
            let mut streams = vec![Value::Object(first)];
            if let Some(Value::Array(others)) = manifest.remove("streams") {
                streams.extend(others);
            }
            manifest.insert("streams".to_owned(), streams.into());
        }
        Value::Object(manifest).to_string()
    }
}
