//! Tables of texts.

use std::io::Read;

use serde_json::Value;

use super::super::extract::Extraction;
use super::Broken;

/// Each row as an object of texts. The first row names the fields; a field that a row lacks is
/// null.
pub(super) fn read(
    reader: impl Read,
    delimiter: u8,
    nulls: &[String],
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(reader);
    let mut row = csv::StringRecord::new();
    if !table.read_record(&mut row).map_err(broken)? {
        return Ok(());
    }
    let (columns, width) = (columns(&row), row.len());
    let mut text = String::new();
    while table.read_record(&mut row).map_err(broken)? {
        text.clear();
        for (name, index) in &columns {
            text.push_str(if text.is_empty() { "{" } else { "," });
            text.push_str(name);
            text.push(':');
            match row.get(*index).map(one_line_end) {
                Some(value) if !nulls.contains(&value) => {
                    text.push_str(&Value::from(value).to_string());
                }
                Some(_) | None => text.push_str("null"),
            }
        }
        text.push('}');
        if row.len() > width {
            extraction.records.odd(
                "row_too_long",
                "rows have more fields than the table has columns; those were left out".to_owned(),
            );
        }
        extraction.body(&text).map_err(|_| Broken::Stopped)?;
    }
    Ok(())
}

/// The names of the columns as JSON, each once, with the place of the last that is called so.
fn columns(header: &csv::StringRecord) -> Vec<(String, usize)> {
    let mut columns: Vec<(String, usize)> = Vec::new();
    for (index, name) in header.iter().enumerate() {
        let name = Value::from(one_line_end(name)).to_string();
        match columns.iter_mut().find(|(known, _)| *known == name) {
            Some((_, place)) => *place = index,
            None => columns.push((name, index)),
        }
    }
    columns
}

/// Line ends inside a field are one character, as Python reads texts.
fn one_line_end(field: &str) -> String {
    if field.contains('\r') {
        field.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        field.to_owned()
    }
}

fn broken(error: csv::Error) -> Broken {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Broken::Read(error),
        csv::ErrorKind::Utf8 { .. } => {
            Broken::Other("is not in the encoding that the manifest says".to_owned())
        }
        other => Broken::Other(format!(
            "is not a table that can be read (line {}): {other:?}",
            line.unwrap_or_default()
        )),
    }
}
