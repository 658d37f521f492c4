use std::sync::Arc;

use bytes::Bytes;

use crate::dataset::{Book, Table};

use super::{
    Cursor, PageRequest, Position, Window,
    order::Order,
    render::{Tail, render},
};

/// One rendered page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) body: Bytes,
    pub(crate) ids: Vec<String>,
}

impl Page {
    /// About how much it holds in memory.
    pub(super) fn memory(&self) -> usize {
        let ids: usize = self
            .ids
            .iter()
            .map(|id| id.capacity() + size_of::<String>())
            .sum();
        self.body.len() + ids
    }
}

/// The page that was asked for. With `repeat`, its first record comes a second time at the end.
pub(crate) fn page_of(book: &Book, table: &Table, request: PageRequest, repeat: bool) -> Arc<Page> {
    let (earliest, latest) = table.cache.bounds(|| bounds(table));
    let request = PageRequest {
        window: request.window.normalized(earliest, latest),
        ..request
    };
    if let Some(page) = table.cache.page(&request).filter(|_| !repeat) {
        return page;
    }
    let (mut places, tail) = choose(table, &request);
    if repeat && can_repeat(&request, places.len()) {
        places.extend(places.first().copied());
    }
    let page = Arc::new(render(book, table, &places, &tail));
    if !repeat {
        table.cache.keep_page(request, &page);
    }
    page
}

/// Renders every page of this size, so that serving them costs no more than copying.
pub(crate) fn prerender(book: &Book, table: &Table, limit: usize) -> usize {
    let limit = limit.max(1);
    let mut pages = 0;
    let mut seen = 0;
    let mut after = None;
    while pages == 0 || seen < table.rows().len() {
        let position = match table.model.first_position() {
            Position::Page(_) => Position::Page(pages as u64 + 1),
            Position::Offset(_) => Position::Offset(seen as u64),
            Position::After(_) => Position::After(after),
        };
        let request = PageRequest {
            window: Window::default(),
            position,
            limit,
        };
        page_of(book, table, request, false);
        let (places, _) = choose(table, &request);
        after = places
            .last()
            .map(|place| Cursor::of(&table.rows()[*place as usize]));
        seen += places.len();
        pages += 1;
    }
    pages
}

/// A reader that counts what it gets to find its next offset would pass over a row after a page
/// that is longer than it asked for, so there only a page with room left repeats a record.
fn can_repeat(request: &PageRequest, count: usize) -> bool {
    match request.position {
        Position::Offset(_) => count < request.limit,
        Position::Page(_) | Position::After(_) => true,
    }
}

fn choose(table: &Table, request: &PageRequest) -> (Vec<u32>, Tail) {
    let limit = request.limit;
    match request.position {
        Position::Page(page) => {
            let order = Order::by_place(table, request.window);
            let total = order.len(table);
            let start = page.saturating_sub(1).saturating_mul(limit as u64);
            let tail = Tail::Page {
                page,
                per_page: limit,
                total,
                total_pages: total.div_ceil(limit),
            };
            (order.slice(table, clamp(start), limit), tail)
        }
        Position::Offset(offset) => {
            let order = Order::by_place(table, request.window);
            let tail = Tail::Offset {
                offset,
                limit,
                total: order.len(table),
            };
            (order.slice(table, clamp(offset), limit), tail)
        }
        Position::After(after) => after_cursor(table, request.window, after, limit),
    }
}

fn after_cursor(
    table: &Table,
    window: Window,
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<u32>, Tail) {
    let order = Order::by_change(table);
    let begin = order.partition(table, |row| {
        window.since.is_some_and(|since| row.updated_at < since)
            || after.is_some_and(|after| Cursor::of(row) <= after)
    });
    let end = order.partition(table, |row| {
        window.before.is_none_or(|before| row.updated_at < before)
    });
    let places = order.slice(table, begin, limit.min(end.saturating_sub(begin)));
    let has_more = begin + places.len() < end;
    let last = places.last().filter(|_| has_more);
    let next_cursor = last.map(|place| Cursor::of(&table.rows()[*place as usize]).encode());
    (
        places,
        Tail::Cursor {
            next_cursor,
            has_more,
        },
    )
}

fn bounds(table: &Table) -> (i64, i64) {
    table
        .rows()
        .iter()
        .fold((i64::MAX, i64::MIN), |(earliest, latest), row| {
            (earliest.min(row.updated_at), latest.max(row.updated_at))
        })
}

fn clamp(start: u64) -> usize {
    usize::try_from(start).unwrap_or(usize::MAX)
}
