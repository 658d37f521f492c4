use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Words {
    // What the settings add to the real command.
    #[arg(id = "client.token_file", long = "token-file")]
    _token_file: Option<String>,
    #[command(flatten)]
    sync: SyncArgs,
}

fn args(words: &[&str]) -> Result<SyncArgs, clap::Error> {
    let words = ["sync", "conn_1"].iter().chain(words);
    Words::try_parse_from(words).map(|words| words.sync)
}

#[test]
fn nothing_asks_for_everything() {
    assert_eq!(args(&[]).unwrap().body().unwrap(), json!({}));
}

#[test]
fn each_word_narrows() {
    let all = [
        "--models",
        "a,b",
        "--timerange-start",
        "2026-01-31",
        "--timerange-end",
        "2026-02-01T01:00:00+01:00",
    ];
    assert_eq!(
        args(&all).unwrap().body().unwrap(),
        json!({
            "models": ["a", "b"],
            "timerange_start": "2026-01-31T00:00:00.000000Z",
            "timerange_end": "2026-02-01T00:00:00.000000Z",
        })
    );
    assert_eq!(
        args(&["--full-refresh"]).unwrap().body().unwrap(),
        json!({"full_refresh": true})
    );
    assert_eq!(
        args(&["--models", "a", "--entity-id", "7"])
            .unwrap()
            .body()
            .unwrap(),
        json!({"models": ["a"], "entity_id": "7"})
    );
}

#[test]
fn contradictions_are_refused() {
    assert!(args(&["--full-refresh", "--entity-id", "7"]).is_err());
    assert!(args(&["--detach", "--timeout", "1s"]).is_err());
    assert!(args(&["--token", "a", "--token-file", "b"]).is_err());
    assert!(args(&["--timerange-start", "yesterday"]).is_err());
    assert!(args(&["--entity-id", "7"]).unwrap().body().is_err());
}

#[test]
fn an_id_cannot_leave_its_place_in_the_path() {
    for id in ["", "../tokens", "conn_1/sync", "conn 1", "conn_1?x=y"] {
        let args = SyncArgs {
            connection_id: id.to_owned(),
            ..args(&[]).unwrap()
        };
        assert!(args.path().is_err(), "{id}");
    }
}
