use std::convert::Infallible;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::ContentType},
    web::{Data, Path},
};
use bytes::Bytes;
use futures::stream;

use crate::{
    Model,
    dataset::{Book, Row},
    service::Service,
};

use super::super::problem::problem;

const ROWS_A_CHUNK: usize = 1_000;

/// `GET /_demo/truth/{model}`: all records as one JSON array, as of the moment of the request.
pub(super) async fn read(service: Data<Service>, name: Path<String>) -> HttpResponse {
    let model: Model = match name.parse() {
        Ok(model) => model,
        Err(unknown) => {
            let unknown: crate::UnknownModel = unknown;
            return problem(StatusCode::NOT_FOUND, "not_found", &unknown.to_string());
        }
    };
    let (book, rows) = service.rows(model);
    // A million records are rendered as they are sent, not held in memory.
    let chunks = stream::unfold(Some(0), move |begin: Option<usize>| {
        let chunk = begin.map(|begin| chunk(&book, model, &rows, begin));
        async move { chunk.map(|(bytes, next)| (Ok::<_, Infallible>(bytes), next)) }
    });
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .streaming(Box::pin(chunks))
}

fn chunk(book: &Book, model: Model, rows: &[Row], begin: usize) -> (Bytes, Option<usize>) {
    let end = rows.len().min(begin + ROWS_A_CHUNK);
    let mut text = Vec::new();
    for (index, row) in rows.iter().enumerate().take(end).skip(begin) {
        text.push(if index == 0 { b'[' } else { b',' });
        book.write(model, row, &mut text);
    }
    if end < rows.len() {
        return (text.into(), Some(end));
    }
    text.extend_from_slice(if rows.is_empty() { b"[]" } else { b"]" });
    (text.into(), None)
}
