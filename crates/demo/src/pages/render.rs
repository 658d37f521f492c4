use serde::Serialize;

use crate::dataset::{Book, Table};

use super::Page;

/// What follows the records in a page's object.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Tail {
    Page {
        page: u64,
        per_page: usize,
        total: usize,
        total_pages: usize,
    },
    Offset {
        offset: u64,
        limit: usize,
        total: usize,
    },
    Cursor {
        next_cursor: Option<String>,
        has_more: bool,
    },
}

const ABOUT_ONE_RECORD: usize = 420;

/// Renders `{"data":[…],…}` from the rows at these places.
pub(super) fn render(book: &Book, table: &Table, places: &[u32], tail: &Tail) -> Page {
    let mut body = Vec::with_capacity(places.len() * ABOUT_ONE_RECORD + 100);
    let mut ids = Vec::with_capacity(places.len());
    body.extend_from_slice(br#"{"data":["#);
    for (index, place) in places.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        let row = &table.rows()[*place as usize];
        book.write(table.model, row, &mut body);
        ids.push(book.id(table.model, row));
    }
    body.extend_from_slice(b"],");
    // The tail is an object of its own: without its opening brace it continues this one.
    let tail = serde_json::to_vec(tail).unwrap_or_else(|_| b"{}".to_vec());
    body.extend_from_slice(&tail[1..]);
    body.shrink_to_fit();
    Page {
        body: body.into(),
        ids,
    }
}
