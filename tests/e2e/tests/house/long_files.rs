//! A file tells one story, and a story has an end.

use crate::repository::{SourceFile, assert_none, files};

const LONGEST: usize = 400;

#[test]
fn no_file_is_long() {
    assert_none(
        &long_files(&files(&[".rs"])),
        &format!("These files have more than {LONGEST} lines; split them by act:"),
    );
}

#[test]
fn a_long_file_is_found() {
    let long = SourceFile::new("long.rs", &"//\n".repeat(LONGEST + 1));
    let fits = SourceFile::new("fits.rs", &"//\n".repeat(LONGEST));
    assert_eq!(long_files(&[fits, long]), ["long.rs has 401 lines"]);
}

fn long_files(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .map(|file| (file.path.as_str(), file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path} has {lines} lines"))
        .collect()
}
