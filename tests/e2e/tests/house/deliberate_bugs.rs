//! The switches of deliberate bugs (`crates/store/src/bug.rs`) are built for one test alone.

use std::process::Command;

use crate::repository::{assert_none, cargo, root};

/// The feature that compiles them in.
const FEATURE: &str = "deliberate-bugs";

#[test]
fn no_build_has_them_but_the_one_that_asks() {
    assert_none(
        &who_turns_them_on(&[]),
        "These turn on the deliberate bugs of the store in every build of the workspace:",
    );
}

#[test]
fn who_asks_is_seen() {
    let found = who_turns_them_on(&["--features", "syncline-simulation/bugs"]);
    assert!(!found.is_empty());
}

#[test]
fn a_release_build_refuses_them() {
    assert!(compiles(&["debug-assertions=on"], true));
    assert!(compiles(&["opt-level=3", "debug-assertions=off"], false));
    assert!(!compiles(&["opt-level=3", "debug-assertions=off"], true));
}

/// Lines of the tree of features, of tests too, that name it.
fn who_turns_them_on(asked: &[&str]) -> Vec<String> {
    let tree = [
        "tree",
        "--workspace",
        "--edges",
        "features",
        "--invert",
        "syncline-store",
    ];
    let tree = cargo(&[&tree, asked].concat());
    assert!(tree.contains("syncline-simulation"), "{tree}");
    let lines = tree.lines().filter(|line| line.contains(FEATURE));
    lines.map(str::to_owned).collect()
}

/// Whether the file that holds the switches compiles; it needs no other.
fn compiles(codegen: &[&str], with_bugs: bool) -> bool {
    let output = tempfile::tempdir().unwrap();
    let mut rustc = Command::new("rustc");
    rustc
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
        ])
        .arg("--out-dir")
        .arg(output.path())
        .arg(root().join("crates/store/src/bug.rs"));
    for option in codegen {
        rustc.args(["-C", option]);
    }
    if with_bugs {
        rustc.args(["--cfg", &format!("feature=\"{FEATURE}\"")]);
    }
    rustc.output().unwrap().status.success()
}
