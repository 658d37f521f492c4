//! The story, by the Rust client of openapi-generator.

use std::env::var;
use std::fmt::Debug;

use serde_json::{Value, json};
use syncline_client::apis::Error;
use syncline_client::apis::configuration::Configuration;
use syncline_client::apis::connections_api::create_connection;
use syncline_client::apis::records_api::list_records;
use syncline_client::apis::syncs_api::{cancel_sync, read_sync, request_sync};
use syncline_client::models::{CreateConnection, ErrorCode, Problem, RequestSync, SyncStatus};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Configuration::new();
    settings.base_path = var("SYNCLINE_URL")?;
    settings.bearer_access_token = Some(var("SYNCLINE_TOKEN")?);
    let config = json!({ "base_url": var("SYNCLINE_DEMO_URL")?, "api_token": "demo-token" });
    let mut body = CreateConnection::new("Books".to_owned(), "demo".to_owned());
    body.config = Some(serde_json::from_value(config)?);
    let connection = create_connection(&settings, body, None).await?;
    let everything = Some(RequestSync::new());
    let asked = request_sync(&settings, &connection.id, None, everything).await?;
    for sync in &asked {
        let sync = read_sync(&settings, &sync.id, Some(60)).await?;
        println!("{} {:?}", sync.model_id, sync.status);
    }
    let model_id = &connection.models[0].id;

    let sync = read_sync(&settings, &asked[0].id, None).await?;
    assert_eq!(sync.status, SyncStatus::Complete);
    assert_eq!((sync.attempt, sync.error.as_deref()), (1, None));

    // The functions give bodies without headers; the last record has the cursor of its place.
    let (mut lengths, mut cursor) = (Vec::new(), None);
    while lengths.last() != Some(&0) {
        let page = list_records(&settings, model_id, None, Some(15), cursor.as_deref()).await?;
        lengths.push(page.len());
        cursor = page.into_iter().last().map(|record| record.cursor);
    }
    assert_eq!(lengths, [15, 15, 10, 0]);

    let stranger = Configuration {
        bearer_access_token: Some("nobody".to_owned()),
        ..settings.clone()
    };
    let refused = read_sync(&stranger, &sync.id, None).await;
    assert_eq!(problem(401, refused).code, ErrorCode::Unauthorized);
    let refused = read_sync(&settings, "sync_01h455vb4pex5vsknk084sn02q", None).await;
    assert_eq!(problem(404, refused).code, ErrorCode::NotFound);
    let refused = cancel_sync(&settings, &sync.id, None).await;
    assert_eq!(problem(409, refused).code, ErrorCode::SyncFinished);
    let wrong = CreateConnection::new("Books".to_owned(), "demo".to_owned());
    let problem = problem(422, create_connection(&settings, wrong, None).await);
    assert_eq!(problem.code, ErrorCode::InvalidConfig);
    let paths: Vec<&str> = problem
        .errors
        .iter()
        .map(|error| error.path.as_str())
        .collect();
    assert_eq!(paths, ["/config/base_url", "/config/api_token"]);
    Ok(())
}

/// The error type has a variant for each status of each operation, all with a `Problem`: what
/// came is read once more as that.
fn problem<T: Debug, E: Debug>(status: u16, answer: Result<T, Error<E>>) -> Problem {
    match answer {
        Err(Error::ResponseError(response)) => {
            assert_eq!(response.status.as_u16(), status);
            assert!(response.entity.is_some(), "{}", response.content);
            let content: Value = serde_json::from_str(&response.content).unwrap();
            serde_json::from_value(content).unwrap()
        }
        other => panic!("no {status}, but {other:?}"),
    }
}
