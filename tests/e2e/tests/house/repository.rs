//! Where the rules look: the files of this repository, and what cargo knows of its crates.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file by its path from the root, and its text.
#[derive(Debug)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_path_buf()
}

/// Every file with one of these endings, in the order of their paths. What is built or hidden
/// (`target`, `.git`, `.syncline` …) is no source.
pub fn files(endings: &[&str]) -> Vec<SourceFile> {
    let root = root();
    let mut files = Vec::new();
    collect(&root, &root, endings, &mut files);
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!files.is_empty(), "no file ends with {endings:?}");
    files
}

fn collect(root: &Path, directory: &Path, endings: &[&str], files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != "node_modules" && !name.starts_with('.') {
                collect(root, &path, endings, files);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            // An editor may take a file away between the listing and the reading.
            if let Ok(text) = std::fs::read_to_string(&path) {
                let path = path.strip_prefix(root).unwrap();
                files.push(SourceFile::new(&path.to_string_lossy(), &text));
            }
        }
    }
}

/// The output of a cargo command at the root.
pub fn cargo(words: &[&str]) -> String {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(words)
        .arg("--locked")
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {words:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Fails with the rule and all who break it.
pub fn assert_none(offenders: &[String], rule: &str) {
    let list = offenders.join("\n  ");
    assert!(offenders.is_empty(), "{rule}\n  {list}\n");
}
