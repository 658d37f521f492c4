//! The story, by the client of progenitor.

mod syncline {
    #![allow(clippy::all, dead_code, unused)]
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

use std::env::var;

use progenitor_client::{Error, ResponseValue};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::json;
use syncline::Client;
use syncline::types::{CreateConnection, ErrorCode, Problem, RequestSync, SyncStatus};

type Failure = Box<dyn std::error::Error>;

fn client(token: &str) -> Result<Client, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, format!("Bearer {token}").parse()?);
    let http = reqwest::Client::builder()
        .default_headers(headers)
        .build()?;
    Ok(Client::new_with_client(&var("SYNCLINE_URL")?, http))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let client = client(&var("SYNCLINE_TOKEN")?)?;
    let config = json!({ "base_url": var("SYNCLINE_DEMO_URL")?, "api_token": "demo-token" });
    let body = json!({ "provider_name": "demo", "name": "Books", "config": config });
    let body: CreateConnection = serde_json::from_value(body)?;
    let connection = client.create_connection(None, &body).await?;
    let asked = client
        .request_sync(&connection.id, None, &RequestSync::default())
        .await?;
    for sync in asked.iter() {
        let sync = client.read_sync(&sync.id, Some(60)).await?;
        println!("{} {}", sync.model_id, sync.status);
    }
    let model_id = &connection.models[0].id;

    let sync = client.read_sync(&asked[0].id, None).await?;
    assert_eq!(sync.status, SyncStatus::Complete);
    assert_eq!((sync.attempt, sync.error.as_deref()), (1, None));

    let (mut lengths, mut cursor) = (Vec::new(), None::<String>);
    while lengths.last() != Some(&0) {
        let page = client
            .list_records(model_id, cursor.as_deref(), None, Some(15.try_into()?))
            .await?;
        cursor = Some(page.headers()["Next-Cursor"].to_str()?.to_owned());
        lengths.push(page.len());
    }
    assert_eq!(lengths, [15, 15, 10, 0]);

    let stranger = self::client("nobody")?;
    let refused = stranger.read_sync(&sync.id, None).await;
    assert_eq!(problem(401, refused).code, ErrorCode::Unauthorized);
    let refused = client
        .read_sync("sync_01h455vb4pex5vsknk084sn02q", None)
        .await;
    assert_eq!(problem(404, refused).code, ErrorCode::NotFound);
    let refused = client.cancel_sync(&sync.id, None).await;
    assert_eq!(problem(409, refused).code, ErrorCode::SyncFinished);
    let wrong = serde_json::from_value(json!({ "provider_name": "demo", "name": "Books" }))?;
    let problem = problem(422, client.create_connection(None, &wrong).await);
    assert_eq!(problem.code, ErrorCode::InvalidConfig);
    let paths: Vec<&str> = problem
        .errors
        .iter()
        .map(|error| error.path.as_str())
        .collect();
    assert_eq!(paths, ["/config/base_url", "/config/api_token"]);
    Ok(())
}

fn problem<T>(status: u16, answer: Result<ResponseValue<T>, Error<Problem>>) -> Problem {
    match answer {
        Err(Error::ErrorResponse(response)) => {
            assert_eq!(response.status().as_u16(), status);
            response.into_inner()
        }
        Err(other) => panic!("no {status}, but {other}"),
        Ok(_) => panic!("no {status}"),
    }
}
