//! Bodies that are lines.

use std::io::{BufRead, Read};

use super::super::extract::Extraction;
use super::{Broken, LINE_UNREADABLE};

/// No line is longer.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// A JSON value in each line. A line that is not JSON is left out, as the reference does.
pub(super) fn json(
    mut reader: impl BufRead,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    let mut number = 0_u64;
    while let Some(line) = next(&mut reader)? {
        number += 1;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        if !is_json(line) {
            extraction.records.odd(
                LINE_UNREADABLE,
                format!("line {number} of an answer is not JSON; such lines were left out"),
            );
            continue;
        }
        extraction.body(line).map_err(|_| Broken::Stopped)?;
    }
    Ok(())
}

/// Each line as a text.
pub(super) fn plain(
    mut reader: impl BufRead,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    while let Some(lines) = next(&mut reader)? {
        let lines = lines.strip_suffix('\n').unwrap_or(&lines);
        let lines = lines.strip_suffix('\r').unwrap_or(lines);
        for line in lines.split('\r') {
            let body = serde_json::json!({ "record": line }).to_string();
            extraction.body(&body).map_err(|_| Broken::Stopped)?;
        }
    }
    Ok(())
}

/// The next line, with what ends it.
fn next(reader: &mut impl BufRead) -> Result<Option<String>, Broken> {
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(MAX_LINE + 1)
        .read_until(b'\n', &mut bytes)?;
    if bytes.len() as u64 > MAX_LINE {
        return Err(Broken::Other(format!(
            "has a line of more than {MAX_LINE} bytes"
        )));
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| Broken::Other("is not in the encoding that the manifest says".to_owned()))
}

fn is_json(line: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok()
}
