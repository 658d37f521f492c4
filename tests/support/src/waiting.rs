//! What takes more than one request: lists of many pages, and waiting for syncs to end.

use reqwest::Url;
use serde_json::Value;

use crate::api::Api;

/// The server holds each request for up to 30 seconds: this makes five minutes.
const ROUNDS: usize = 10;

impl Api {
    /// Every element of a list: the path (with its filters), then each page that `Next-Cursor`
    /// names. It ends without the header, or on an empty page, for a feed always names the next.
    ///
    /// # Panics
    /// On another status than 200, and when a full page's cursor leads back to the same page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut elements = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let answer = self.get(&with_cursor(path, cursor.as_deref())).await;
            let answer = answer.expect_status(200);
            let next = answer.header("Next-Cursor").map(str::to_owned);
            let page = answer.array();
            let ended = page.is_empty() || next.is_none();
            elements.extend(page);
            if ended {
                return elements;
            }
            if next == cursor {
                panic!("{path} leads from the cursor {next:?} to itself");
            }
            cursor = next;
        }
    }

    /// Asks for a sync of every enabled model; the body narrows it.
    ///
    /// # Panics
    /// On another status than 200.
    pub async fn request_sync(
        &self,
        connection: &str,
        body: impl Into<Option<Value>>,
    ) -> Vec<Value> {
        let path = format!("/v2/integrations/connections/{connection}/sync");
        self.post(&path, body).await.expect_status(200).array()
    }

    /// The Sync once it is final.
    ///
    /// # Panics
    /// When it is not after five minutes.
    pub async fn wait_for_sync(&self, id: &str) -> Value {
        let path = format!("/v2/integrations/syncs/{id}?wait=30");
        let mut sync = Value::Null;
        for _ in 0..ROUNDS {
            sync = self.get(&path).await.expect_status(200).json;
            if is_final(&sync) {
                return sync;
            }
        }
        panic!("still not final after {ROUNDS} waits: {sync}");
    }

    /// The same Syncs, in the same order, once all of them are final.
    pub async fn wait_for_syncs(&self, syncs: &[Value]) -> Vec<Value> {
        let mut ended = Vec::new();
        for sync in syncs {
            match sync["id"].as_str() {
                Some(id) => ended.push(self.wait_for_sync(id).await),
                None => panic!("a Sync without an id: {sync}"),
            }
        }
        ended
    }
}

/// Whether nothing moves this Sync on any more.
pub fn is_final(sync: &Value) -> bool {
    matches!(
        sync["status"].as_str(),
        Some("complete" | "failed" | "cancelled")
    )
}

/// The path with the cursor among its parameters, percent-encoded.
fn with_cursor(path: &str, cursor: Option<&str>) -> String {
    let (Some(cursor), Ok(mut url)) = (
        cursor,
        Url::parse("http://server").and_then(|url| url.join(path)),
    ) else {
        return path.to_owned();
    };
    url.query_pairs_mut().append_pair("cursor", cursor);
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::with_cursor;

    #[test]
    fn a_cursor_joins_the_parameters_that_are_there() {
        assert_eq!(with_cursor("/a?limit=2", None), "/a?limit=2");
        assert_eq!(with_cursor("/a", Some("x+/=")), "/a?cursor=x%2B%2F%3D");
        assert_eq!(with_cursor("/a?limit=2", Some("x")), "/a?limit=2&cursor=x");
    }
}
