//! The program from outside: what it prints, where, and with which exit code.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A program that knows nothing of the caller's own variables.
fn syncline(directory: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncline"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SYNCLINE_") {
            command.env_remove(name);
        }
    }
    command.current_dir(directory).args(words);
    command
}

fn run(words: &[&str]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    seen(syncline(directory.path(), words).output().unwrap())
}

fn seen(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// An address where nobody listens: bound once, and given back.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn no_command_shows_the_help_and_is_wrong_usage() {
    let (code, stdout, stderr) = run(&[]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("Usage: syncline"), "{stderr}");
}

#[test]
fn wrong_usage_is_2() {
    let wrong: &[&[&str]] = &[
        &["serve", "--workers", "many"],
        &["serve", "--listen", "8080"],
        &["serve", "--nonsense"],
        &["serve", "--log", "a=b=c"],
        &["serve", "--config", "nowhere.toml"],
        &[
            "demo",
            "--advance-every",
            "often",
            "--listen",
            "127.0.0.1:0",
        ],
        &["demo", "--customers", "0", "--listen", "127.0.0.1:0"],
        &["sync", "conn_1"],
        &["sync", "conn_1/..", "--token", "t"],
        &["sync", "conn_1", "--token", "t", "--url", "nowhere"],
        &["token", "create"],
    ];
    for words in wrong {
        let (code, stdout, stderr) = run(words);
        assert_eq!((code, stdout.as_str()), (2, ""), "{words:?}: {stderr}");
        assert!(stderr.starts_with("error: "), "{words:?}: {stderr}");
    }
}

#[test]
fn what_cannot_be_done_is_1() {
    let cannot: &[&[&str]] = &[
        &["serve", "--listen", "127.0.0.1:0", "--providers", "nowhere"],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--master-key-file",
            "nowhere",
        ],
        &["migrate", "--database-url", "mysql://x"],
        &[
            "token",
            "list",
            "--database-url",
            "sqlite:///nowhere/at/all.db",
        ],
    ];
    for words in cannot {
        let (code, stdout, stderr) = run(words);
        assert_eq!((code, stdout.as_str()), (1, ""), "{words:?}: {stderr}");
        assert!(stderr.contains("error: "), "{words:?}: {stderr}");
    }
}

#[test]
fn a_server_that_is_not_there_is_5() {
    let (code, _, stderr) = run(&["sync", "conn_1", "--token", "t", "--url", &nobody()]);
    assert_eq!(code, 5, "{stderr}");
    assert!(stderr.contains("does not answer"), "{stderr}");
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["serve", "demo", "quickstart"] {
        let (code, _, stderr) = run(&[command, "--listen", &address]);
        assert_eq!(code, 1, "{stderr}");
        assert!(
            stderr.contains(&address) && stderr.contains("--listen"),
            "{stderr}"
        );
    }
}

#[test]
fn the_default_file_can_be_used_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let (code, file, _) = seen(syncline(directory.path(), &["config"]).output().unwrap());
    assert_eq!(code, 0);
    std::fs::write(directory.path().join("syncline.toml"), file).unwrap();
    let (code, effective, stderr) = seen(
        syncline(directory.path(), &["config", "--effective"])
            .output()
            .unwrap(),
    );
    assert_eq!(code, 0, "{stderr}");
    assert!(
        effective.contains("engine.workers = 4  # the settings file"),
        "{effective}"
    );
}

#[test]
fn the_effective_settings_tell_where_they_come_from() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = syncline(
        directory.path(),
        &["config", "--effective", "--workers", "7"],
    );
    command
        .env("SYNCLINE_LISTEN", "127.0.0.1:1")
        .env("SYNCLINE_DATABASE_URL", "postgres://u:hunter2@h/d");
    let (code, effective, _) = seen(command.output().unwrap());
    assert_eq!(code, 0);
    assert!(
        effective.contains("engine.workers = 7  # the flag --workers"),
        "{effective}"
    );
    assert!(
        effective.contains("server.listen = \"127.0.0.1:1\"  # the variable SYNCLINE_LISTEN"),
        "{effective}"
    );
    assert!(!effective.contains("hunter2"), "{effective}");
}

#[test]
fn the_openapi_document_is_json() {
    let (code, document, _) = run(&["openapi"]);
    assert_eq!(code, 0);
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert!(document["paths"]["/v2/integrations/connections/{connection_id}/sync"].is_object());
}

/// A database in a directory of its own.
struct Database {
    directory: TempDir,
}

impl Database {
    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let words = [words, &["--database-url", "sqlite://data.db"]].concat();
        seen(syncline(self.directory.path(), &words).output().unwrap())
    }
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let database = Database {
        directory: tempfile::tempdir().unwrap(),
    };
    let (code, token, stderr) = database.run(&["token", "create", "--organization", "acme"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(
        token.starts_with("syncline_") && token.ends_with('\n') && token.len() == 9 + 43 + 1,
        "{token}"
    );
    let (_, other, _) = database.run(&["token", "create", "--organization", "acme"]);
    assert_ne!(token, other);
    let (_, listed, _) = database.run(&["token", "list", "--organization", "acme"]);
    let ids: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(!listed.contains(token.trim()));
    let (code, rotated, _) = database.run(&["token", "rotate", ids[1], "--overlap", "0s"]);
    assert_eq!((code, rotated.len()), (0, token.len()));
    assert_ne!(rotated, other);
    let limited = [
        "token",
        "create",
        "--organization",
        "acme",
        "--connection",
        "conn_01h455vb4pex5vsknk084sn02q",
    ];
    let (code, _, stderr) = database.run(&limited);
    assert_eq!(code, 2);
    assert!(
        stderr.contains("an admin token reaches every connection"),
        "{stderr}"
    );
    let (code, _, stderr) = database.run(&[&limited[..], &["--scope", "read"]].concat());
    assert_ne!(code, 0);
    assert!(
        stderr.contains("no connection conn_01h455vb4pex5vsknk084sn02q"),
        "{stderr}"
    );
    let (code, _, stderr) = database.run(&[
        "token",
        "create",
        "--organization",
        "acme",
        "--expires-in",
        "soon",
    ]);
    assert_eq!(code, 2);
    assert!(stderr.contains("write a number and its unit"), "{stderr}");
    let (code, revoked, _) = database.run(&["token", "revoke", ids[0]]);
    assert_eq!(code, 0);
    assert!(revoked.contains("revoked 2"), "{revoked}");
    assert_eq!(
        database
            .run(&["token", "list", "--organization", "nobody"])
            .1,
        ""
    );
    assert_eq!(
        database
            .run(&["token", "revoke", "tok_01h455vb4pex5vsknk084sn02q"])
            .0,
        1
    );
    assert_eq!(database.run(&["token", "revoke", "nonsense"]).0, 2);
}

#[test]
fn a_schema_is_migrated_once() {
    let database = Database {
        directory: tempfile::tempdir().unwrap(),
    };
    let (code, _, stderr) = database.run(&["token", "list", "--no-migrate"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("syncline migrate"), "{stderr}");
    let (code, ran, _) = database.run(&["migrate"]);
    assert_eq!(code, 0);
    assert!(!ran.is_empty());
    let (code, ran, _) = database.run(&["migrate"]);
    assert_eq!((code, ran.as_str()), (0, ""));
    assert_eq!(database.run(&["token", "list", "--no-migrate"]).0, 0);
}
