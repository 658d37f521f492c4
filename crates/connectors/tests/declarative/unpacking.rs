//! Answers that are packed, and answers that are broken.

use std::io::{Cursor, Write};

use serde_json::json;
use syncline_connectors::SourceOptions;
use syncline_connectors::error::SourceErrorKind as Kind;

use crate::decoding::{manifest, ran, records};
use crate::run::{Ask, options, run, source_with};
use crate::server::{Reply, Server};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn archives() {
    let lines = b"{\"id\": 1}\n{\"id\": 2}\n";
    let expected = json!([{"id": 1}, {"id": 2}]);
    let table = [
        (
            "{type: GzipDecoder, decoder: {type: JsonlDecoder}}",
            gzip(lines),
        ),
        // What turns out not to be compressed passes as it is.
        (
            "{type: GzipDecoder, decoder: {type: JsonlDecoder}}",
            lines.to_vec(),
        ),
        (
            "{type: GzipDecoder, decoder: {type: GzipDecoder, decoder: {type: JsonlDecoder}}}",
            gzip(&gzip(lines)),
        ),
        (
            "{type: CompositeRawDecoder, parser: {type: GzipParser, inner_parser: {type: JsonLineParser, encoding: utf-8}}}",
            gzip(lines),
        ),
        (
            "{type: GzipJsonDecoder}",
            gzip(b"[{\"id\": 1}, {\"id\": 2}]"),
        ),
        (
            "{type: ZipfileDecoder, decoder: {type: JsonDecoder}}",
            zip(&[("b.json", "[{\"id\": 1}]"), ("a.json", "{\"id\": 2}")]),
        ),
        (
            "{type: ZipfileDecoder, decoder: {type: JsonlDecoder}}",
            zip(&[("a", "{\"id\": 1}\n{\"id\": 2}")]),
        ),
    ];
    for (decoder, body) in table {
        assert_eq!(records(decoder, "[]", body).await, expected, "{decoder}");
    }
    // Two members, one after the other.
    let parts = [gzip(b"id\n1\n"), gzip(b"2\n")].concat();
    assert_eq!(
        records(
            "{type: GzipDecoder, decoder: {type: CsvDecoder}}",
            "[]",
            parts
        )
        .await,
        json!([{"id": "1"}, {"id": "2"}])
    );
}

#[tokio::test]
async fn what_is_broken_is_an_error_that_says_so() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 6].to_vec();
    let long = gzip(&b"{\"id\": 1}\n".repeat(1000));
    let table = [
        (
            "{type: GzipDecoder, decoder: {type: JsonlDecoder}}",
            cut(long),
            "cannot be unpacked",
        ),
        (
            "{type: ZipfileDecoder, decoder: {type: JsonDecoder}}",
            b"no".to_vec(),
            "is not a zip file",
        ),
        (
            "{type: XmlDecoder}",
            b"<a><b></a>".to_vec(),
            "is not well-formed XML",
        ),
        (
            "{type: XmlDecoder}",
            b"<a><b>".to_vec(),
            "ends in the middle of its XML",
        ),
        ("{type: XmlDecoder}", b"just text".to_vec(), "is not XML"),
        ("{type: XmlDecoder}", Vec::new(), "is empty"),
        (
            "{type: XmlDecoder}",
            b"<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>".to_vec(),
            "unknown XML entity `x`",
        ),
        (
            "{type: CsvDecoder}",
            b"id\n\xff\xfe\n".to_vec(),
            "is not in the encoding",
        ),
        (
            "{type: JsonlDecoder}",
            b"{\"id\": \"\xff\"}\n".to_vec(),
            "is not in the encoding",
        ),
    ];
    for (decoder, body, message) in table {
        let ran = ran(decoder, "[]", body).await;
        let error = ran.error();
        assert_eq!(
            error.kind,
            Kind::Transient { not_before: None },
            "{decoder}"
        );
        assert!(error.message.contains(message), "{decoder}: {error}");
    }
}

#[tokio::test]
async fn an_archive_that_holds_too_much_is_refused() {
    let bomb = gzip(&vec![b' '; 4 * 1024 * 1024]);
    assert!(bomb.len() < 50_000);
    let server = Server::start(move |_| Reply::bytes(bomb.clone())).await;
    let manifest = manifest(
        "{type: GzipDecoder, decoder: {type: JsonDecoder}}",
        "[]",
        "",
    );
    let options = SourceOptions {
        max_answer_bytes: 1024 * 1024,
        ..options()
    };
    let source = source_with(&manifest, json!({"url": server.url}), options);
    let ran = run(&source, Ask::of("items")).await;
    assert_eq!(ran.error().kind, Kind::Refused);
    assert!(
        ran.error()
            .message
            .contains("unpacks to more than 1048576 bytes"),
        "{}",
        ran.error()
    );
}
