//! What a quickstart tells at its end: some records, and where everything is.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::client::views::{ConnectionView, ModelView, RecordView};
use crate::client::{ApiClient, ClientError};

/// How wide a record is shown at most.
const WIDTH: usize = 96;

/// Two records of each model, with their first fields.
pub async fn samples(api: &ApiClient, models: &[ModelView]) -> Result<String, ClientError> {
    let mut text = String::new();
    for model in models {
        let path = format!("/v2/integrations/models/{}/records?limit=2", model.id);
        let records: Vec<RecordView> = api.get(&path).await?;
        if records.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{}\n", model.name));
        for record in records {
            text.push_str(&format!("  {}\n", brief(record.data.get())));
        }
    }
    Ok(text)
}

/// The addresses that matter from now on.
pub struct Places<'a> {
    /// Of the API.
    pub url: &'a str,
    /// Of the demo provider.
    pub outside: &'a str,
    /// The file with the token.
    pub token: PathBuf,
    /// What was synced.
    pub connection: &'a ConnectionView,
}

impl Places<'_> {
    /// The addresses, and commands that can be pasted as long as the server runs.
    pub fn text(&self) -> String {
        let Self {
            url,
            outside: _,
            token,
            connection,
        } = self;
        let file = shell_word(&token.display().to_string());
        let bearer = format!("-H \"Authorization: Bearer $(cat {file})\"");
        let api = format!("{url}/v2/integrations");
        let mut lines = vec![
            self.addresses(),
            "\nGo on with:".to_owned(),
            format!("  curl -s {bearer} {api}/connections"),
            format!(
                "  curl -s {bearer} -X POST {api}/connections/{}/sync",
                connection.id
            ),
        ];
        if let Some(model) = connection.models.first() {
            lines.push(format!(
                "  curl -s {bearer} '{api}/models/{}/records?limit=3'",
                model.id
            ));
        }
        lines.join("\n")
    }

    /// Where everything is.
    pub fn addresses(&self) -> String {
        let Self {
            url,
            outside,
            token,
            connection: _,
        } = self;
        let token = token.display();
        format!(
            "API            {url}\nDocumentation  {url}/docs\nDemo provider  {outside}\nToken          {token}"
        )
    }
}

/// The first plain fields of an object, as many as fit.
fn brief(json: &str) -> String {
    let fields: Map<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let mut text = String::new();
    for (name, value) in fields {
        let shown = match value {
            Value::Null | Value::Array(_) | Value::Object(_) => continue,
            value => value.to_string().replace(char::is_control, " "),
        };
        let field = format!("{}{name}: {shown}", if text.is_empty() { "" } else { ", " });
        if !text.is_empty() && text.chars().count() + field.chars().count() > WIDTH {
            text.push_str(", …");
            break;
        }
        text.push_str(&field);
    }
    text
}

/// A word that the shell takes as it stands.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/+:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_cut_between_fields() {
        let record =
            r#"{"id": 1, "tags": [1], "name": "Wörner & Sons", "note": null, "paid": true}"#;
        assert_eq!(brief(record), r#"id: 1, name: "Wörner & Sons", paid: true"#);
        let long = format!(r#"{{"id": 1, "text": "{}", "z": 1}}"#, "x".repeat(200));
        assert_eq!(brief(&long), "id: 1, …");
    }

    #[test]
    fn the_shell_takes_any_path() {
        assert_eq!(shell_word(".syncline/token"), ".syncline/token");
        assert_eq!(shell_word("my dir/it's"), r"'my dir/it'\''s'");
    }

    #[test]
    fn commands_name_what_exists() {
        let model = ModelView {
            id: "model_1".to_owned(),
            name: "customers".to_owned(),
        };
        let connection = ConnectionView {
            id: "conn_1".to_owned(),
            name: "Demo".to_owned(),
            models: vec![model],
        };
        let places = Places {
            url: "http://127.0.0.1:8080",
            outside: "http://127.0.0.1:8090",
            token: PathBuf::from(".syncline/token"),
            connection: &connection,
        };
        insta::assert_snapshot!(places.text());
    }
}
