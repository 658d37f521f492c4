use serde_json::{Value, json};
use syncline_demo::{GateState, Model};

use crate::reader::{Walk, client, small, sorted, start};

#[tokio::test]
async fn the_gate_holds_after_so_many_pages_until_released() {
    let demo = start(small());
    demo.hold_after(2);
    let mut walk = Walk::new(&demo, Model::Invoices, 10);
    let reading = tokio::spawn(async move { walk.rest().await });
    assert_eq!(
        demo.wait_until_held(1).await,
        GateState {
            passes: Some(0),
            held: 1
        }
    );
    assert_eq!(demo.log().len(), 2);
    demo.hold_after(3);
    assert_eq!(demo.wait_until_held(1).await.held, 1);
    let changed = demo.advance(1);
    demo.release();
    let read = reading.await.unwrap();
    assert_eq!(
        demo.gate(),
        GateState {
            passes: None,
            held: 0
        }
    );
    assert!(read.len() >= 120 && !changed.changes[&Model::Invoices].deleted.is_empty());
}

#[tokio::test]
async fn the_gate_over_http_waits_for_a_held_request() {
    let demo = start(small());
    let gate = format!("{}/_demo/gate", demo.url());
    let put = client()
        .put(&gate)
        .bearer_auth("demo-token")
        .body(r#"{"after": 1}"#)
        .send()
        .await
        .unwrap();
    assert_eq!(put.status().as_u16(), 204);
    let mut walk = Walk::new(&demo, Model::Payments, 40);
    let reading = tokio::spawn(async move { walk.rest().await });
    let held = client()
        .get(format!("{gate}?held=1"))
        .bearer_auth("demo-token")
        .send()
        .await
        .unwrap();
    assert_eq!(
        held.json::<Value>().await.unwrap(),
        json!({"held": 1, "passes": 0})
    );
    let open = client()
        .delete(&gate)
        .bearer_auth("demo-token")
        .send()
        .await
        .unwrap();
    assert_eq!(open.status().as_u16(), 204);
    assert_eq!(
        sorted(reading.await.unwrap()),
        sorted(demo.truth(Model::Payments))
    );
}

#[tokio::test]
async fn stopping_does_not_wait_for_what_is_held() {
    let demo = start(small());
    demo.hold_after(0);
    let url = format!("{}/invoices", demo.url());
    let reading =
        tokio::spawn(async move { client().get(url).bearer_auth("demo-token").send().await });
    demo.wait_until_held(1).await;
    tokio::task::spawn_blocking(move || demo.stop())
        .await
        .unwrap();
    assert!(reading.await.unwrap().is_err());
}
