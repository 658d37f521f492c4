//! Answers in every format that a manifest can name. What the table expects is what the
//! reference answers.

use serde_json::{Value, json};
use syncline_connectors::SourceOptions;
use syncline_connectors::source::Coverage;

use crate::run::{Ask, Ran, options, run, source, source_with};
use crate::server::{Reply, Server};

pub fn manifest(decoder: &str, path: &str, more: &str) -> String {
    format!(
        r#"
version: 6.0.0
streams:
  - type: DeclarativeStream
    name: items
    retriever:
      type: SimpleRetriever
      decoder: {decoder}
      requester: {{type: HttpRequester, url_base: "{{{{ config['url'] }}}}", path: items}}
      record_selector: {{type: RecordSelector, extractor: {{type: DpathExtractor, field_path: {path}}}}}
      {more}
"#
    )
}

/// Reads the answer from memory and from a temporary file, which must not differ.
pub async fn ran(decoder: &str, path: &str, body: impl Into<Vec<u8>>) -> Ran {
    let body = body.into();
    let server = Server::start(move |_| Reply::bytes(body.clone())).await;
    let manifest = manifest(decoder, path, "");
    let config = json!({"url": server.url});
    let in_memory = run(&source(&manifest, config.clone()), Ask::of("items")).await;
    let options = SourceOptions {
        spool_above_bytes: 1,
        ..options()
    };
    let from_file = run(&source_with(&manifest, config, options), Ask::of("items")).await;
    assert_eq!(in_memory.records(), from_file.records());
    assert_eq!(in_memory.warnings(), from_file.warnings());
    let kind = |ran: &Ran| ran.error.as_ref().map(|error| error.kind);
    assert_eq!(kind(&in_memory), kind(&from_file));
    in_memory
}

pub async fn records(decoder: &str, path: &str, body: impl Into<Vec<u8>>) -> Value {
    let ran = ran(decoder, path, body).await;
    assert!(ran.error.is_none(), "{decoder} {path}: {:?}", ran.error);
    let records = ran.records();
    let values = records
        .iter()
        .map(|text| serde_json::from_str(text).unwrap());
    Value::Array(values.collect())
}

#[tokio::test]
async fn json_bodies_and_paths() {
    let table = [
        (
            r#"[{"data": [{"id": 1}]}, {"data": {"id": 2}}, {}]"#,
            "[data]",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (
            r#"[{"id": 1}, {}, [{"id": 2}], null, 0]"#,
            "[]",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (
            r#"{"a": {"x": {"id": 1}, "y": {"id": 2}}}"#,
            "[a, '*']",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (
            r#"{"a": [{"b": [{"id": 1}]}, {"c": 1}, {"b": [{"id": 2}]}]}"#,
            "[a, '*', b, '*']",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (
            r#"{"a": [{"b": {"id": 1}}, {"b": {"id": 2}}]}"#,
            "[a, '*', b]",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (
            r#"{"a": [{"id": 5}, {"id": 6}]}"#,
            "[a, '1']",
            json!([{"id": 6}]),
        ),
        (r#"{"data": ""}"#, "[data]", json!([])),
        (r#"{"data": false}"#, "[data]", json!([])),
        (r#"{"data": [{}]}"#, "[data]", json!([{}])),
        (r#"{"data": {}}"#, "[data]", json!([])),
    ];
    for (body, path, expected) in table {
        assert_eq!(
            records("{type: JsonDecoder}", path, body).await,
            expected,
            "{body}"
        );
    }
    let marked = "\u{feff}{\"data\": [{\"id\": 1}]}";
    assert_eq!(
        records("{type: JsonDecoder}", "[data]", marked).await,
        json!([{"id": 1}])
    );
}

#[tokio::test]
async fn the_items_of_one_list() {
    let items = "{type: JsonItemsDecoder, items_path: data.users}";
    let table = [
        (
            r#"{"data": {"x": 1, "users": [{"id": 1}, {"id": 2}]}}"#,
            "[]",
            json!([{"id": 1}, {"id": 2}]),
        ),
        (r#"{"data": {"users": {"id": 1}}}"#, "[]", json!([])),
        (
            r#"{"data": {"users": [{"in": {"id": 1}}, {"in": [{"id": 2}, {"id": 3}]}]}}"#,
            "[in]",
            json!([{"id": 1}, {"id": 2}, {"id": 3}]),
        ),
    ];
    for (body, path, expected) in table {
        assert_eq!(records(items, path, body).await, expected, "{body}");
    }
    let latin = "{type: JsonItemsDecoder, items_path: d, encoding: iso-8859-1}";
    let body = b"{\"d\": [{\"name\": \"\xe9\"}]}".to_vec();
    assert_eq!(records(latin, "[]", body).await, json!([{"name": "é"}]));
}

#[tokio::test]
async fn lines_of_json_and_lines_of_text() {
    let body = "{\"id\":1}\n\nno\n {\"id\":2} \r\n[{\"id\":3},{\"id\":4}]\n{}\n{\"id\":5}";
    let ran = ran("{type: JsonlDecoder}", "[]", body).await;
    assert_eq!(
        ran.records(),
        [
            r#"{"id":1}"#,
            r#"{"id":2}"#,
            r#"{"id":3}"#,
            r#"{"id":4}"#,
            r#"{"id":5}"#
        ]
    );
    assert_eq!(ran.warnings(), ["line_unreadable"]);
    let nested = "{\"data\": [{\"id\": 1}]}\n{\"data\": {\"id\": 2}}\n";
    assert_eq!(
        records("{type: JsonlDecoder}", "[data]", nested).await,
        json!([{"id": 1}, {"id": 2}])
    );
    assert_eq!(
        records(
            "{type: IterableDecoder}",
            "[]",
            "one\r\ntwo\rthree\n\n\"five\""
        )
        .await,
        json!([{"record": "one"}, {"record": "two"}, {"record": "three"}, {"record": ""}, {"record": "\"five\""}])
    );
    assert_eq!(records("{type: JsonlDecoder}", "[]", "").await, json!([]));
}

#[tokio::test]
async fn a_line_that_is_left_out_makes_a_full_pass_doubtful() {
    let server = Server::start(|_| Reply::bytes("{\"id\": 1}\n{\"id\": ")).await;
    let manifest = manifest("{type: JsonlDecoder}", "[]", "")
        .replace("name: items", "name: items\n    primary_key: id");
    let ran = run(
        &source(&manifest, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert!(matches!(ran.coverage(), Coverage::Doubtful { .. }));
}

#[tokio::test]
async fn tables() {
    let body = "id,name,id\n1,\"a, \"\"b\"\"\",9\n\n2\n3,\"x\r\ny\",4,5\n";
    let ran = ran("{type: CsvDecoder}", "[]", body).await;
    assert_eq!(
        ran.records(),
        [
            r#"{"id":"9","name":"a, \"b\""}"#,
            r#"{"id":null,"name":null}"#,
            r#"{"id":"4","name":"x\ny"}"#
        ]
    );
    assert_eq!(ran.warnings(), ["row_too_long"]);
    let latin =
        "{type: CsvDecoder, delimiter: '\\t', encoding: latin-1, set_values_to_none: ['', '-']}";
    let body = b"id\tname\n1\t\n2\t\xe9\n3\t-\n".to_vec();
    assert_eq!(
        records(latin, "[]", body).await,
        json!([{"id": "1", "name": null}, {"id": "2", "name": "é"}, {"id": "3", "name": null}])
    );
    let quotes = "id,name\n1,a\"b\"c\n2,\" x \"\n";
    assert_eq!(
        records("{type: CsvDecoder}", "[]", quotes).await,
        json!([{"id": "1", "name": "a\"b\"c"}, {"id": "2", "name": " x "}])
    );
    let wide: Vec<u8> = "\u{feff}id;name\n1;é\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        records(
            "{type: CsvDecoder, delimiter: ';', encoding: utf-16}",
            "[]",
            wide
        )
        .await,
        json!([{"id": "1", "name": "é"}])
    );
    assert_eq!(records("{type: CsvDecoder}", "[]", "").await, json!([]));
}

#[tokio::test]
async fn xml() {
    let body = "<?xml version=\"1.0\"?><!-- c --><root a=\"1\"><item id=\"1\">one<b/>two</item>\
        <item><t> t &amp; u &#233; </t></item><item/><item><c><![CDATA[<x>]]> y</c></item>\
        <n:x xmlns:n=\"u\"> </n:x></root>";
    let items = json!([
        {"@id": "1", "b": null, "#text": "onetwo"}, {"t": "t & u é"}, {"c": "<x> y"}
    ]);
    assert_eq!(
        records("{type: XmlDecoder}", "[root, item]", body).await,
        items
    );
    assert_eq!(
        records("{type: XmlDecoder}", "[]", body).await,
        json!([{"root": {"@a": "1", "item": [
            {"@id": "1", "b": null, "#text": "onetwo"}, {"t": "t & u é"}, null, {"c": "<x> y"}
        ], "n:x": {"@xmlns:n": "u"}}}])
    );
    let one = "<root><item><id>7</id></item></root>";
    assert_eq!(
        records("{type: XmlDecoder}", "[root, item]", one).await,
        json!([{"id": "7"}])
    );
    let groups = "<r><g><i><a>1</a></i></g><g><i><a>2</a></i></g></r>";
    assert_eq!(
        records("{type: XmlDecoder}", "[r, g, '*', i]", groups).await,
        json!([{"a": "1"}, {"a": "2"}])
    );
    let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><r><i a='\xe9'/></r>".to_vec();
    assert_eq!(
        records("{type: XmlDecoder}", "[r, i]", latin).await,
        json!([{"@a": "é"}])
    );
}

#[tokio::test]
async fn paging_sees_what_the_decoder_tells() {
    let paginator = "paginator: {type: DefaultPaginator, \
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}, \
        pagination_strategy: {type: CursorPagination, cursor_value: \"{{ response.root.next }}\"}}";
    let server = Server::start(|asked| match asked.query("after") {
        None => Reply::bytes("<root><next>b</next><item><id>1</id></item></root>"),
        Some(_) => Reply::bytes("<root><item><id>2</id></item></root>"),
    })
    .await;
    let xml = manifest("{type: XmlDecoder}", "[root, item]", paginator);
    let ran = run(&source(&xml, json!({"url": server.url})), Ask::of("items")).await;
    assert_eq!(server.targets(), ["/items", "/items?after=b"]);
    assert_eq!(ran.records().len(), 2);

    // The first item of a list at the top is the response; a table tells nothing.
    let server = Server::start(|asked| match asked.query("after") {
        None => Reply::json(json!([{"root": {"next": "b"}}, {"root": {"next": "c"}}])),
        Some(_) => Reply::json(json!([])),
    })
    .await;
    let list = manifest("{type: JsonDecoder}", "[]", paginator);
    run(&source(&list, json!({"url": server.url})), Ask::of("items")).await;
    assert_eq!(server.targets(), ["/items", "/items?after=b"]);
    let server = Server::start(|_| Reply::bytes("id\n1\n")).await;
    let table = manifest(
        "{type: CsvDecoder}",
        "[]",
        &paginator.replace("response.root.next", "response.get('next')"),
    );
    run(
        &source(&table, json!({"url": server.url})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(server.targets(), ["/items"]);
}
