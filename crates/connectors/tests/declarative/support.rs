//! What an author is told of a manifest, with lines.

use syncline_connectors::manifest::{StreamSupport, support};

const MANIFEST: &str = r##"version: 6.0.0
definitions:
  requester:
    type: HttpRequester
    url_base: https://api.example.com
    authenticator:
      type: CustomAuthenticator
      class_name: source_acme.components.Signed
  selector: &selector
    type: RecordSelector
    extractor: {type: DpathExtractor, field_path: []}
  shared:
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url_base: https://api.example.com, path: /a}
      record_selector: *selector
  signed:
    type: DeclarativeStream
    name: signed
    retriever:
      type: SimpleRetriever
      record_selector: *selector
      requester:
        $ref: "#/definitions/requester"
        path: /signed
streams:
  - type: DeclarativeStream
    name: fine
    $ref: "#/definitions/shared"
  - "#/definitions/signed"
  - type: DeclarativeStream
    name: lost
    retriever: "#/definitions/nowhere"
  - type: DeclarativeStream
    name: merged
    <<: {incremental_sync: {type: CustomIncrementalSync, class_name: a.B}}
    $ref: "#/definitions/shared"
  - type: DeclarativeStream
    name: given
    file_uploader: {type: FileUploader}
    $ref: "#/definitions/shared"
  - type: DeclarativeStream
    name: without.retriever
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: found_later
"##;

fn line_of(text: &str) -> usize {
    let mut lines = MANIFEST.lines();
    1 + lines.position(|line| line.trim() == text).unwrap()
}

#[test]
fn every_stream_is_told_with_the_line_of_what_is_in_its_way() {
    let told = support(MANIFEST).unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|stream| {
            let StreamSupport {
                stream,
                supported,
                reason,
                line,
                notes,
            } = stream;
            assert_eq!(*supported, reason.is_none());
            assert_eq!(notes.is_empty(), stream != "given", "{notes:?}");
            (
                stream.as_str(),
                reason.as_deref().unwrap_or_default(),
                *line,
            )
        })
        .collect();
    let expected = [
        ("fine", "", line_of("- type: DeclarativeStream")),
        (
            "signed",
            "CustomAuthenticator (source_acme.components.Signed, which needs Python) is not \
             supported (at signed.retriever.requester.authenticator)",
            line_of("type: CustomAuthenticator"),
        ),
        (
            "lost",
            "the reference `#/definitions/nowhere` leads nowhere (at streams[2])",
            line_of("name: lost") - 1,
        ),
        (
            "merged",
            "CustomIncrementalSync (a.B, which needs Python) is not supported \
             (at merged.incremental_sync)",
            line_of("name: merged") + 1,
        ),
        ("given", "", line_of("name: given") - 1),
        (
            "without.retriever",
            "DeclarativeStream needs `retriever` (at without.retriever)",
            line_of("name: without.retriever") - 1,
        ),
        (
            "found_later",
            "DynamicDeclarativeStream is not supported (at dynamic_streams[0])",
            line_of("- type: DynamicDeclarativeStream"),
        ),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_text_that_is_no_manifest_is_refused() {
    for text in ["", "[]", "streams: 1", "a: [", "streams: [&a [*a]]"] {
        assert!(support(text).is_err(), "{text}");
    }
}

#[test]
fn lines_of_aliases_and_broken_references_are_found() {
    let text = "a: &a {type: DeclarativeStream}\nstreams:\n- *a\n- $ref: '#/streams/1'\n- '#/x'\n";
    let lines: Vec<_> = support(text).unwrap().iter().map(|one| one.line).collect();
    assert_eq!(lines, [1, 4, 5]);
}
