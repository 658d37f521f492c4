//! What is built in must be free to use in closed products: permissive licences only.

use cargo_metadata::MetadataCommand;
use spdx::{Expression, LicenseReq, ParseMode};

use crate::repository::{assert_none, cargo, root};

/// Permissive licences by their SPDX identifiers. No GPL, AGPL, LGPL or MPL.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn every_package_has_a_permissive_licence() {
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let offenders: Vec<String> = packages
        .iter()
        .filter_map(|(name, licence)| complaint(name, licence.as_deref()))
        .collect();
    assert_none(
        &offenders,
        "These packages are not permissively licensed (the list is in this file):",
    );
}

#[test]
fn a_choice_needs_one_permissive_side_and_a_sum_needs_both() {
    for permissive in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0-or-later OR MIT",
        "Apache-2.0 WITH LLVM-exception",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert_eq!(complaint("x", Some(permissive)), None, "{permissive}");
    }
    for refused in [
        "GPL-3.0",
        "AGPL-3.0-only",
        "LGPL-2.1-or-later",
        "MPL-2.0",
        "MIT AND GPL-2.0-only",
        "GPL-2.0 WITH Classpath-exception-2.0",
        "not an expression",
    ] {
        assert!(complaint("x", Some(refused)).is_some(), "{refused}");
    }
    assert_eq!(
        complaint("x 1.0.0", None).unwrap(),
        "x 1.0.0 names no licence"
    );
}

fn complaint(name: &str, licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else {
        return Some(format!("{name} names no licence"));
    };
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(is_allowed) => None,
        Ok(_) => Some(format!("{name} is under {licence}")),
        Err(error) => Some(format!("{name} is under `{licence}`: {}", error.reason)),
    }
}

/// An exception only ever permits more, and so does not matter here.
fn is_allowed(requirement: &LicenseReq) -> bool {
    requirement
        .license
        .id()
        .is_some_and(|id| ALLOWED.contains(&id.name))
}

/// Name and licence of every package of the lock file, for every platform. Where those of other
/// platforms can neither be found nor fetched (no network), those of this one are checked, and
/// the test says so.
fn packages() -> Vec<(String, Option<String>)> {
    let mut command = MetadataCommand::new();
    command
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned()]);
    let metadata = match command.exec() {
        Ok(metadata) => metadata,
        Err(error) => {
            println!("only the packages of this platform are checked: {error}");
            let triple = host_triple();
            let options = ["--locked", "--offline", "--filter-platform", &triple];
            command
                .other_options(options.map(str::to_owned))
                .exec()
                .unwrap()
        }
    };
    let packages = metadata.packages.iter();
    packages
        .map(|package| {
            let name = format!("{} {}", package.name, package.version);
            (name, package.license.clone())
        })
        .collect()
}

fn host_triple() -> String {
    let version = cargo(&["--version", "--verbose"]);
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}
