//! `docs/STATE-MACHINE.md` is what the table says. To write it anew:
//! `SYNCLINE_UPDATE_DOCS=1 cargo test -p syncline-domain --test state_machine_document`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::Path;

use syncline_domain::transition::Target;
use syncline_domain::{Status, TransitionKind};

#[test]
fn the_document_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/STATE-MACHINE.md");
    let wanted = document();
    if std::env::var_os("SYNCLINE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/STATE-MACHINE.md is out of step; see this test's file"
    );
}

fn document() -> String {
    let mut text = String::from(INTRODUCTION);
    text.push_str(
        "\n## Statuses\n\n| status | meaning | who moves it on | turn |\n|---|---|---|---|\n",
    );
    for status in Status::ALL {
        let (meaning, mover) = words_for_status(status);
        let turn = if status.holds_turn() { "holds it" } else { "" };
        writeln!(text, "| `{status}` | {meaning} | {mover} | {turn} |").unwrap();
    }
    text.push_str(
        "\n## Transitions\n\n| transition | from | to | what it means |\n|---|---|---|---|\n",
    );
    for kind in TransitionKind::ALL {
        let from: Vec<_> = kind.sources().map(|s| format!("`{s}`")).collect();
        let to: Vec<_> = kind
            .sources()
            .next()
            .and_then(|from| kind.target(from))
            .map(words_for_target)
            .into_iter()
            .collect();
        let words = words_for_transition(kind);
        writeln!(
            text,
            "| `{kind}` | {} | {} | {words} |",
            from.join(", "),
            to.join(", ")
        )
        .unwrap();
    }
    text.push_str("\n## The picture\n\n```mermaid\nstateDiagram-v2\n    [*] --> scheduled\n");
    for from in Status::ALL {
        for to in Status::ALL {
            let kinds: Vec<_> = TransitionKind::ALL
                .into_iter()
                .filter(|kind| {
                    kind.target(from)
                        .is_some_and(|t| t.statuses().contains(&to))
                })
                .map(TransitionKind::as_str)
                .collect();
            if !kinds.is_empty() {
                writeln!(text, "    {from} --> {to}: {}", kinds.join(", ")).unwrap();
            }
        }
    }
    for status in Status::ALL.into_iter().filter(|status| status.is_final()) {
        writeln!(text, "    {status} --> [*]").unwrap();
    }
    text.push_str("```\n");
    text.push_str(RULES);
    text
}

fn words_for_target(target: Target) -> String {
    match target {
        Target::To(status) => format!("`{status}`"),
        Target::ByBudget => "`pending_retry`, or `failed` when the budget is spent".into(),
        Target::ByAttempt => "`scheduled` when no attempt was made, else `pending_retry`".into(),
    }
}

fn words_for_status(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Scheduled => ("accepted; waits for its time or its turn", "scheduler"),
        Status::Queued => ("has its model's turn; waits for a worker", "worker"),
        Status::Running => ("a worker holds the lease", "worker, rescuer, cancel"),
        Status::PendingRetry => (
            "the last attempt ended on something that passes; due again at a known time",
            "scheduler",
        ),
        Status::Complete => ("final: everything in its range has landed", "nobody"),
        Status::Failed => ("final: gave up; `error` says why", "nobody"),
        Status::Cancelled => ("final: stopped by a caller", "nobody"),
    }
}

fn words_for_transition(kind: TransitionKind) -> &'static str {
    match kind {
        TransitionKind::Enqueue => "it is due, and its model's turn is free; clears `error`",
        TransitionKind::Start => {
            "a worker takes the lease; `attempt` goes up by one; `started_at` is set once"
        }
        TransitionKind::Complete => {
            "the source proved its end; the last window closes in the same transaction"
        }
        TransitionKind::Retry => "a failure that passes, with budget left; `error` is set",
        TransitionKind::Park => "the provider said \"later\"; costs no budget",
        TransitionKind::Release => "the worker shuts down in order; costs no budget",
        TransitionKind::Rescue => "the lease expired; costs budget",
        TransitionKind::Hold => "its connection was disabled",
        TransitionKind::Fail => "a permanent failure, or the budget is spent",
        TransitionKind::Cancel => {
            "a caller stops it; a page that commits at the same time lands whole or not at all"
        }
    }
}

const INTRODUCTION: &str = "\
# The state machine of a sync

This page is generated from the table in `crates/domain/src/transition.rs`, the only place that
decides which status follows which, and compared with it in a test. Each transition has a
constructor of its name on `Transition`; the database restates the rules with CHECKs and unique
indexes.
";

const RULES: &str = "
\
## Rules beside the table

- **Turn.** Of one model at most one sync is `queued`, `running` or `pending_retry`. Others wait as
  `scheduled`. A final status frees the turn and enqueues the oldest due waiter in the same
  transaction.
- **Join.** A request joins a sync of the same scope that is `scheduled`, or `queued` with attempt
  0, and makes it due now. It never joins one that has started: its end predates the request.
- **Fence.** Every write of a run carries the attempt's number. It is refused unless that attempt
  is the running one.
- **Budget.** A sync fails at the fifth failure in a row without progress, or when a failure comes
  after 20 retries and rescues. Progress is a position beyond the furthest that a committed page
  reached.
- **Parks** cost no budget, but end in `fail` when the provider has said \"later\" for 24 hours
  without a page between.
- `completed_at` is set on every final status. `error` stands in `pending_retry` and `failed` only.
";
