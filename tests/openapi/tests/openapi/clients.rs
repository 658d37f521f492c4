//! What `docs/CLIENTS.md` shows is what `make test-clients` runs.

use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The fenced blocks of the document: their language and lines.
fn blocks(text: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    let mut parts = text.split("\n```");
    parts.next();
    while let (Some(block), _) = (parts.next(), parts.next()) {
        let (language, body) = block.split_once('\n').unwrap();
        blocks.push((language.to_owned(), lines(body)));
    }
    blocks
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// The lines of each script and program below a folder.
fn sources(directory: &Path, found: &mut Vec<Vec<String>>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            sources(&path, found);
        } else if matches!(ending, Some("sh" | "py" | "ts" | "rs")) {
            found.push(lines(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Whether a file has these lines in this order; it may have others between them.
fn has(source: &[String], block: &[String]) -> bool {
    let mut source = source.iter();
    // A statement may be shown without what its value is given to.
    block
        .iter()
        .all(|line| source.any(|own| own == line || own.ends_with(line.as_str())))
}

#[test]
fn every_block_of_the_document_is_run() {
    let text = std::fs::read_to_string(format!("{ROOT}/docs/CLIENTS.md")).unwrap();
    let mut programs = Vec::new();
    sources(&Path::new(ROOT).join("tests/clients"), &mut programs);
    let blocks = blocks(&text);
    assert_eq!(blocks.len(), 14, "a command and a program for each client");
    for (language, block) in blocks {
        assert!(
            programs.iter().any(|program| has(program, &block)),
            "no program below tests/clients has these lines of {language}:\n{}",
            block.join("\n")
        );
    }
}

#[test]
fn another_order_or_another_word_is_found() {
    let program = lines("let a = 1;\nlet b = 2;\nlet c = 3;\n");
    assert!(has(&program, &lines("let a = 1;\n\n  let c = 3;")));
    assert!(!has(&program, &lines("let c = 3;\nlet a = 1;")));
    assert!(!has(&program, &lines("let a = 2;")));
}
