//! Only the transitions of the store write `syncs.status`.
//!
//! The rule reads the program's Rust and SQL as text. Outside of the transitions' folder, these
//! are refused: inserting into `syncs`, in SQL or by diesel, for every insert gives a status; an
//! `UPDATE syncs` whose SET part, which ends at WHERE, FROM, RETURNING or the end of the text,
//! assigns `status` or contains a placeholder in the place of an assignment; an update by diesel.

use crate::repository::{SourceFile, assert_none, files};

const TRANSITIONS: &str = "crates/store/src/transitions/";

#[test]
fn only_transitions_write_a_status() {
    let program: Vec<SourceFile> = files(&[".rs", ".sql"])
        .into_iter()
        .filter(|file| is_program(&file.path))
        .collect();
    assert_none(
        &writers(&program),
        &format!("Only files below {TRANSITIONS} may write syncs.status:"),
    );
}

#[test]
fn the_transitions_do_write_it_so_the_rule_sees_something() {
    let mut transitions = files(&[".rs"]);
    transitions.retain(|file| file.path.starts_with(TRANSITIONS));
    for file in &mut transitions {
        file.path = format!("elsewhere/{}", file.path);
    }
    assert!(!writers(&transitions).is_empty());
}

#[test]
fn each_way_to_write_a_status_is_found() {
    for text in [
        "UPDATE syncs SET status = 'failed' WHERE id = $1",
        "update syncs s set attempt = 2,\n    status=$2 where s.id = $1",
        "sql(\"UPDATE syncs \\\n      SET error = NULL, \\\n   \\\"status\\\" = ?\")",
        "UPDATE \"syncs\" SET status = ?",
        "UPDATE public.syncs AS s SET (status, error) = (?, ?)",
        "format!(\"UPDATE syncs SET {assignments} WHERE id = ?\")",
        "INSERT INTO syncs (id, status) VALUES (?, ?)",
        "INSERT OR REPLACE INTO syncs VALUES (?, ?)",
        "diesel::update(syncs::table)",
        "diesel::update(schema::syncs::table.find(id))",
        "insert_into(syncs)",
    ] {
        let file = SourceFile::new("crates/store/src/runs/heartbeat.rs", text);
        assert_eq!(writers(&[file]).len(), 1, "{text}");
    }
}

#[test]
fn reading_a_status_and_writing_beside_it_are_let_be() {
    for text in [
        "SELECT status FROM syncs WHERE status = 'queued'",
        "UPDATE syncs SET lease_until = {until} WHERE id = ? AND status = 'running'",
        "UPDATE syncs SET lease_until = ? FROM x WHERE x.status = 'running'",
        "UPDATE syncs SET lease_until = ?; SELECT 1 WHERE status = 'running'",
        "UPDATE syncs_seen SET status = 1",
        "INSERT INTO syncs_seen VALUES (1)",
        "UPDATE connections SET health_status = ?",
        "// UPDATE syncs SET status = 'failed'\n/// INSERT INTO syncs",
        "-- UPDATE syncs SET status = 'failed'",
        "syncs::status.eq(\"running\")",
    ] {
        let file = SourceFile::new("crates/store/src/runs/heartbeat.rs", text);
        assert_eq!(writers(&[file]), Vec::<String>::new(), "{text}");
    }
    let allowed = SourceFile::new(
        "crates/store/src/transitions/cancel.rs",
        "UPDATE syncs SET status = ?",
    );
    assert_eq!(writers(&[allowed]), Vec::<String>::new());
}

/// Sources and migrations; the tests of a crate may put rows into place by hand.
fn is_program(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("crates") && parts.nth(1) != Some("tests")
}

fn writers(files: &[SourceFile]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        if !file.path.starts_with(TRANSITIONS) {
            let words = words(&file.text);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let writes = (0..words.len()).filter_map(|at| write_at(&words[at..]));
            found.extend(writes.map(|write| format!("{}: {write}", file.path)));
        }
    }
    found
}

/// What these words begin to write, when they do.
fn write_at(words: &[&str]) -> Option<&'static str> {
    match words {
        ["insert_into", "(", rest @ ..] if names_syncs(rest) => Some("inserts by diesel"),
        ["update", "(", rest @ ..] if names_syncs(rest) => Some("updates by diesel"),
        ["into", rest @ ..] if names_syncs(rest) => Some("INSERT INTO syncs"),
        ["update", rest @ ..] if names_syncs(rest) => {
            let set = rest.iter().take(12).position(|word| *word == "set")?;
            assigns_status(&rest[set + 1..]).then_some("UPDATE syncs SET status")
        }
        _ => None,
    }
}

/// Whether these words begin with the table, after any schema or module: `public.syncs`,
/// `schema::syncs::table`.
fn names_syncs(words: &[&str]) -> bool {
    let is_prefix = |word: &str| {
        matches!(
            word,
            "\"" | "." | ":" | "&" | "public" | "schema" | "crate" | "super"
        )
    };
    words.iter().find(|word| !is_prefix(word)) == Some(&"syncs")
}

/// Reads the SET part to its end.
fn assigns_status(words: &[&str]) -> bool {
    let mut starts_assignment = true;
    for word in words {
        match *word {
            "where" | "from" | "returning" | ";" => return false,
            "status" if starts_assignment => return true,
            "{" if starts_assignment => return true,
            _ => {}
        }
        // A column follows a comma or an opening bracket; quotes stand around it.
        starts_assignment = matches!(*word, "," | "(") || (starts_assignment && *word == "\"");
    }
    false
}

/// Words in lower case and single signs, without comments, and without the backslashes that
/// continue or escape a Rust string.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in text.lines() {
        let line = line.trim_start();
        if line.starts_with("//") || line.starts_with("--") {
            continue;
        }
        let mut word = String::new();
        for sign in line.chars().chain([' ']) {
            if sign.is_alphanumeric() || sign == '_' {
                word.extend(sign.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if !sign.is_whitespace() && sign != '\\' {
                words.push(sign.to_string());
            }
        }
    }
    words
}
