//! Tables of texts.

use std::collections::HashMap;
use std::io::Read;

use serde_json::Value;

use super::super::extract::Extraction;
use super::Broken;

/// How a table is read.
pub(super) struct Form<'f> {
    delimiter: u8,
    /// Values that stand for null.
    nulls: Nulls<'f>,
    /// By the rules of the library that the reference reads files with: columns of one name are
    /// numbered, and no row is longer than the header.
    is_file: bool,
}

enum Nulls<'f> {
    Words(&'f [String]),
    Fixed(&'static [&'static str]),
}

/// What stands for null in a file.
const FILE_NULLS: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

impl<'f> Form<'f> {
    pub(super) fn plain(delimiter: u8, nulls: &'f [String]) -> Self {
        Self {
            delimiter,
            nulls: Nulls::Words(nulls),
            is_file: false,
        }
    }

    pub(super) fn file(keeps_words: bool) -> Self {
        let nulls: &[&str] = if keeps_words { &[""] } else { &FILE_NULLS };
        Self {
            delimiter: b',',
            nulls: Nulls::Fixed(nulls),
            is_file: true,
        }
    }

    fn is_null(&self, value: &str) -> bool {
        match self.nulls {
            Nulls::Words(words) => words.iter().any(|word| word == value),
            Nulls::Fixed(words) => words.contains(&value),
        }
    }
}

/// Each row as an object of texts. The first row names the fields; a field that a row lacks is
/// null.
pub(super) fn read(
    reader: impl Read,
    form: &Form<'_>,
    extraction: &mut Extraction<'_>,
) -> Result<(), Broken> {
    let mut table = csv::ReaderBuilder::new()
        .delimiter(form.delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(reader);
    let mut row = csv::StringRecord::new();
    if !table.read_record(&mut row).map_err(broken)? {
        return Ok(());
    }
    let width = row.len();
    let columns = if form.is_file {
        numbered(&row)
    } else {
        columns(&row)
    };
    let mut text = String::new();
    while table.read_record(&mut row).map_err(broken)? {
        text.clear();
        for (name, index) in &columns {
            text.push_str(if text.is_empty() { "{" } else { "," });
            text.push_str(name);
            text.push(':');
            match row.get(*index).map(one_line_end) {
                Some(value) if !form.is_null(&value) => {
                    // Some providers fill their files up with them.
                    let value = match form.is_file {
                        true => value.replace('\0', ""),
                        false => value,
                    };
                    text.push_str(&Value::from(value).to_string());
                }
                Some(_) | None => text.push_str("null"),
            }
        }
        text.push('}');
        if row.len() > width && form.is_file {
            let line = row.position().map_or(0, csv::Position::line);
            return Err(Broken::Other(format!(
                "is a table whose row at line {line} has more fields than its header"
            )));
        }
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

/// The names of the columns as JSON; one that is there already gets a number, and one without a
/// name its place.
fn numbered(header: &csv::StringRecord) -> Vec<(String, usize)> {
    // Each name, with the number that the next column of it gets.
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut columns = Vec::with_capacity(header.len());
    for (index, name) in header.iter().enumerate() {
        let name = match one_line_end(name) {
            name if name.is_empty() => format!("Unnamed: {index}"),
            name => name,
        };
        let mut numbered = name.clone();
        while taken.contains_key(&numbered) {
            let number = taken.entry(name.clone()).or_default();
            *number += 1;
            numbered = format!("{name}.{number}");
        }
        taken.insert(numbered.clone(), 0);
        columns.push((Value::from(numbered).to_string(), index));
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
