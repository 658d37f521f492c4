//! Who may depend on whom: the picture of `docs/ARCHITECTURE.md`, as a table.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::repository::{assert_none, cargo, root};

/// What one crate may reach.
struct Arrows {
    package: &'static str,
    /// Those of our own crates that it may reach, itself aside.
    ours: &'static [&'static str],
    /// What it must not reach, not even through others.
    never: &'static [&'static str],
    /// What it must not name in its own manifest.
    never_by_name: &'static [&'static str],
}

const DOMAIN: &str = "syncline-domain";
const STORE: &str = "syncline-store";
const CONNECTORS: &str = "syncline-connectors";
const ENGINE: &str = "syncline-engine";
const API: &str = "syncline-api";
const DEMO: &str = "syncline-demo";
const ALLOCATOR: &str = "syncline-allocator";

const TABLE: [Arrows; 8] = [
    Arrows {
        package: DOMAIN,
        ours: &[],
        never: &["diesel", "tokio", "actix-web", "reqwest", "utoipa"],
        never_by_name: &[],
    },
    Arrows {
        package: STORE,
        ours: &[DOMAIN],
        never: &["actix-web", "utoipa", "reqwest"],
        never_by_name: &[],
    },
    Arrows {
        package: CONNECTORS,
        ours: &[DOMAIN],
        never: &["diesel", "actix-web", "utoipa"],
        never_by_name: &[],
    },
    Arrows {
        package: ENGINE,
        ours: &[DOMAIN, STORE, CONNECTORS],
        never: &["actix-web", "utoipa"],
        never_by_name: &["diesel"],
    },
    Arrows {
        package: API,
        ours: &[DOMAIN, STORE, CONNECTORS],
        never: &[],
        never_by_name: &["diesel"],
    },
    Arrows {
        package: DEMO,
        ours: &[],
        never: &["diesel"],
        never_by_name: &[],
    },
    Arrows {
        package: ALLOCATOR,
        ours: &[],
        never: &["diesel", "tokio", "actix-web", "reqwest", "utoipa"],
        never_by_name: &[],
    },
    Arrows {
        package: "syncline",
        ours: &[DOMAIN, STORE, CONNECTORS, ENGINE, API, DEMO, ALLOCATOR],
        never: &[],
        never_by_name: &["diesel"],
    },
];

/// Teams take the domain crate alone, and it stays small for them. It counts itself, procedural
/// macros and build scripts.
const CRATES_OF_THE_DOMAIN: usize = 18;

#[test]
fn no_arrow_points_the_wrong_way() {
    let offenders: Vec<String> = TABLE
        .iter()
        .flat_map(|arrows| {
            let reached = reached(arrows.package, "normal");
            wrong_arrows(arrows, &reached, &named(arrows.package))
        })
        .collect();
    assert_none(
        &offenders,
        "These dependencies point the wrong way (see docs/ARCHITECTURE.md):",
    );
}

#[test]
fn every_crate_stands_in_the_table() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter(|package| package.manifest_path.starts_with(root().join("crates")))
        .map(|package| package.name.as_str())
        .collect();
    let table: BTreeSet<&str> = TABLE.iter().map(|arrows| arrows.package).collect();
    assert_eq!(ours, table);
}

#[test]
fn the_domain_crate_stays_small() {
    let crates = reached(DOMAIN, "normal,build");
    assert!(
        crates.len() <= CRATES_OF_THE_DOMAIN,
        "{DOMAIN} without features should pull in at most {CRATES_OF_THE_DOMAIN} crates, \
         not {}: {crates:?}",
        crates.len()
    );
}

#[test]
fn each_kind_of_wrong_arrow_is_found() {
    let arrows = Arrows {
        package: STORE,
        ours: &[DOMAIN],
        never: &["reqwest"],
        never_by_name: &["diesel"],
    };
    let reached = [STORE, DOMAIN, API, "reqwest", "serde"].map(str::to_owned);
    let named = ["diesel", DOMAIN].map(str::to_owned);
    let offenders = wrong_arrows(&arrows, &reached.into(), &named.into());
    assert_eq!(
        offenders,
        [
            "syncline-store reaches syncline-api \
             (`cargo tree -p syncline-store -e normal -i syncline-api` shows the way)",
            "syncline-store reaches reqwest \
             (`cargo tree -p syncline-store -e normal -i reqwest` shows the way)",
            "syncline-store names diesel in its Cargo.toml",
        ]
    );
}

#[test]
fn the_tree_of_a_crate_is_seen() {
    assert!(reached(STORE, "normal").contains("diesel"));
    assert!(named(STORE).contains("diesel"));
}

fn wrong_arrows(
    arrows: &Arrows,
    reached: &BTreeSet<String>,
    named: &BTreeSet<String>,
) -> Vec<String> {
    let package = arrows.package;
    let is_ours = |name: &str| name == "syncline" || name.starts_with("syncline-");
    let strangers = reached.iter().filter(|name| {
        is_ours(name) && name.as_str() != package && !arrows.ours.contains(&name.as_str())
    });
    let forbidden = reached
        .iter()
        .filter(|name| arrows.never.contains(&name.as_str()));
    let by_name = named
        .iter()
        .filter(|name| arrows.never_by_name.contains(&name.as_str()));
    strangers
        .chain(forbidden)
        .map(|name| {
            format!(
                "{package} reaches {name} \
                 (`cargo tree -p {package} -e normal -i {name}` shows the way)"
            )
        })
        .chain(by_name.map(|name| format!("{package} names {name} in its Cargo.toml")))
        .collect()
}

/// Every crate that a build of this package alone, with its default features, takes in.
fn reached(package: &str, edges: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        package,
        "--edges",
        edges,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// What the package's own manifest names, optional or not, tests aside.
fn named(package: &str) -> BTreeSet<String> {
    let metadata = metadata();
    let mut found = metadata.packages.iter().filter(|one| *one.name == package);
    let Some(package) = found.next() else {
        panic!("there is no crate {package}");
    };
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.clone())
        .collect()
}

fn metadata() -> cargo_metadata::Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap()
}
