use insta::assert_snapshot;

use super::*;

fn help(words: &[&str]) -> String {
    let words = ["syncline"]
        .iter()
        .chain(words)
        .chain(&["--help"])
        .map(|word| word.to_string());
    // Not as wide as the terminal that the test happens to run on.
    command()
        .term_width(100)
        .try_get_matches_from(words)
        .unwrap_err()
        .to_string()
}

#[test]
fn clap_finds_no_contradiction() {
    command().debug_assert();
}

#[test]
fn help_teaches_every_command() {
    assert_snapshot!("help", help(&[]));
    let commands: &[&[&str]] = &[
        &["quickstart"],
        &["serve"],
        &["worker"],
        &["sync"],
        &["manifest"],
        &["manifest", "check"],
        &["manifest", "read"],
        &["token"],
        &["token", "create"],
        &["token", "list"],
        &["token", "revoke"],
        &["keys"],
        &["keys", "list"],
        &["keys", "add"],
        &["keys", "rotate"],
        &["organization"],
        &["organization", "weight"],
        &["migrate"],
        &["demo"],
        &["openapi"],
        &["config"],
    ];
    for words in commands {
        assert_snapshot!(format!("help_{}", words.join("_")), help(words));
    }
}

#[test]
fn flags_of_settings_are_told_with_their_spelling() {
    let invocation =
        parse_from(["syncline", "demo", "--listen", "127.0.0.1:0", "--seed", "7"]).unwrap();
    let expected = [
        ("demo.listen", "--listen", "127.0.0.1:0"),
        ("demo.seed", "--seed", "7"),
    ];
    let expected = expected.map(|(key, flag, text)| (key, (flag.to_owned(), text.to_owned())));
    assert_eq!(invocation.given, Given::from(expected));
    let words = [
        "syncline",
        "quickstart",
        "--listen",
        "[::1]:1",
        "--demo-listen",
        "[::1]:2",
    ];
    let keys: Vec<_> = parse_from(words).unwrap().given.into_keys().collect();
    assert_eq!(keys, ["demo.listen", "server.listen"]);
    let words = [
        "syncline",
        "token",
        "create",
        "--organization",
        "a",
        "--no-migrate",
    ];
    let given = parse_from(words).unwrap().given;
    assert_eq!(
        given["database.migrate"],
        ("--no-migrate".to_owned(), "false".to_owned())
    );
}

#[test]
fn the_configuration_of_a_connection_is_no_settings_file() {
    for words in [
        "syncline manifest read m.yaml --config c.json --stream s",
        "syncline manifest check m.yaml --config c.json",
    ] {
        let invocation = parse_from(words.split(' ')).unwrap();
        assert_eq!(invocation.cli.settings_file(), None);
    }
    let words = "syncline migrate --config s.toml";
    let invocation = parse_from(words.split(' ')).unwrap();
    assert_eq!(invocation.cli.settings_file(), Some(Path::new("s.toml")));
}

#[test]
fn every_setting_is_a_flag_of_some_command() {
    let mut known = Vec::new();
    for sub in command().get_subcommands() {
        known.extend(sub.get_arguments().map(|arg| arg.get_id().to_string()));
    }
    for setting in crate::settings::catalog::all() {
        assert!(known.iter().any(|id| id == setting.key), "{}", setting.key);
    }
}
