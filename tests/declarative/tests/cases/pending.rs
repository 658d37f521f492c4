//! The cases that do not do as the reference: those that do not pass yet, a list that only
//! shrinks, and those that differ on purpose.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

pub struct Pending(BTreeMap<String, String>);

/// A reason of `docs/MANIFESTS.md`, and the cases that show it.
#[derive(Deserialize)]
pub struct Divergence {
    pub id: String,
    pub cases: Vec<String>,
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

pub fn divergences() -> Vec<Divergence> {
    yaml_serde::from_str(&read("divergences.yaml")).unwrap()
}

impl Pending {
    /// Reads `pending.txt`, where each line has a case and the reason, and `divergences.yaml`.
    pub fn read() -> Self {
        let text = read("pending.txt");
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pending = lines.map(|line| {
            let (name, reason) = line.split_once(' ').unwrap_or((line, ""));
            (name.to_owned(), reason.trim().to_owned())
        });
        let differing = divergences().into_iter().flat_map(|divergence| {
            let cases = divergence.cases.into_iter();
            cases.map(move |case| (case, divergence.id.clone()))
        });
        Self(pending.chain(differing).collect())
    }

    pub fn reason(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, reason)| (name.as_str(), reason.as_str()))
    }
}
