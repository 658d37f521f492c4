//! The connection of a quickstart: made once, found again by its name.

use serde_json::json;

use super::outside::Outside;
use crate::client::views::{ConfigView, ConnectionView};
use crate::client::{ApiClient, ClientError};

const PATH: &str = "/v2/integrations/connections";
const NAME: &str = "Demo books";

/// The connection to the demo provider, which may have moved to another port since.
pub async fn find_or_make(
    api: &ApiClient,
    outside: &Outside,
) -> Result<ConnectionView, ClientError> {
    let all: Vec<ConnectionView> = api.get(&format!("{PATH}?limit=1000")).await?;
    let config = json!({"base_url": outside.url(), "api_token": outside.token()});
    let Some(found) = all.into_iter().find(|connection| connection.name == NAME) else {
        let body = json!({"provider_name": "demo", "name": NAME, "config": config});
        return api.post(PATH, &body).await;
    };
    let path = format!("{PATH}/{}", found.id);
    let known: ConfigView = api.get(&format!("{path}/config")).await?;
    let has_moved = known.config.get("base_url") != Some(&json!(outside.url()));
    if has_moved || outside.has_own_token() {
        return api.patch(&path, &json!({"config": config})).await;
    }
    Ok(found)
}
