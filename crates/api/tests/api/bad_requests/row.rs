//! One bad request, and what must be answered.

use std::panic::AssertUnwindSafe;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use futures::FutureExt;

use super::world::World;

/// A request, and its only right answer.
pub struct Row {
    pub name: &'static str,
    pub method: &'static str,
    pub target: &'static str,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Option<Vec<u8>>,
    pub status: u16,
    pub code: &'static str,
    /// Of every field that is wrong, in the answer's order.
    pub paths: Vec<&'static str>,
}

/// The body of a row that has one.
pub fn body(bodies: &[&[u8]]) -> Option<Vec<u8>> {
    bodies.first().map(|body| body.to_vec())
}

impl World {
    /// Sends the row, and tells all that is wrong with the answer.
    pub async fn hold(&self, row: &Row) -> Vec<String> {
        // What only reads is looked at for its answer alone.
        let reads = matches!(row.method, "GET" | "HEAD");
        let before = if reads {
            Vec::new()
        } else {
            self.state().await
        };
        // An answer that the document does not know fails in the test app: of one row, not of all.
        let sent = AssertUnwindSafe(self.app.send(self.request(row)));
        let Ok(answer) = sent.catch_unwind().await else {
            return vec![format!("{}: see above", row.name)];
        };
        let (status, code) = answer.problem();
        let mut wrong = Vec::new();
        let mut expect = |is_right: bool, what: String| {
            if !is_right {
                wrong.push(format!("{}: {what}: {}", row.name, answer.text));
            }
        };
        let (wanted_status, wanted_code) = (row.status, row.code);
        expect(
            (status, code) == (wanted_status, wanted_code),
            format!("{status} {code}, not {wanted_status} {wanted_code}"),
        );
        let errors = answer.json["errors"].as_array().unwrap();
        let paths: Vec<_> = errors.iter().map(|e| e["path"].as_str().unwrap()).collect();
        expect(
            paths == row.paths,
            format!("{paths:?}, not {:?}", row.paths),
        );
        match status {
            401 => expect(
                answer.header("www-authenticate") == Some("Bearer"),
                "no WWW-Authenticate".to_owned(),
            ),
            405 => expect(
                answer
                    .header("allow")
                    .is_some_and(|allow| allow.ends_with("OPTIONS")),
                "no Allow".to_owned(),
            ),
            _ => {}
        }
        expect(
            answer.header("x-evil").is_none() && answer.header("set-cookie").is_none(),
            "a header was injected".to_owned(),
        );
        let is_same = reads || self.state().await == before;
        expect(is_same, "it had an effect".to_owned());
        wrong
    }

    fn request(&self, row: &Row) -> TestRequest {
        let method = Method::from_bytes(row.method.as_bytes()).unwrap();
        let mut request = self.app.request(method, &self.fill(row.target));
        let has = |name: &str| {
            row.headers
                .iter()
                .any(|(n, _)| n.eq_ignore_ascii_case(name))
        };
        if has("Authorization") {
            // The row says who asks.
            request = TestRequest::default()
                .method(Method::from_bytes(row.method.as_bytes()).unwrap())
                .uri(&self.path(row.target));
        }
        if row.body.is_some() && !has("Content-Type") {
            request = request.insert_header(("Content-Type", "application/json"));
        }
        for (name, value) in &row.headers {
            // `Authorization: -` and `Content-Type: -` leave the header out.
            if value != b"-" {
                request = request.append_header((*name, self.fill_bytes(value)));
            }
        }
        match &row.body {
            Some(body) => request.set_payload(self.fill_bytes(body)),
            None => request,
        }
    }
}
