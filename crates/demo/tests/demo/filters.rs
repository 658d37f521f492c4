use serde_json::Value;
use syncline_demo::{Demo, Model};

use crate::reader::{Walk, ids, small, sorted, start};

fn stamps(demo: &Demo, model: Model) -> Vec<String> {
    let mut stamps: Vec<String> = demo
        .truth(model)
        .iter()
        .map(|record| record["updated_at"].as_str().unwrap().to_owned())
        .collect();
    stamps.sort();
    stamps
}

fn those(demo: &Demo, model: Model, keep: impl Fn(&str) -> bool) -> Vec<Value> {
    let mut records = demo.truth(model);
    records.retain(|record| keep(record["updated_at"].as_str().unwrap()));
    sorted(records)
}

#[tokio::test]
async fn since_includes_its_bound_and_before_excludes_it() {
    let demo = start(small());
    demo.advance(3);
    for model in Model::ALL {
        let stamps = stamps(&demo, model);
        let (low, high) = (&stamps[stamps.len() / 3], &stamps[stamps.len() / 2]);
        assert!(low < high);
        let since = Walk::new(&demo, model, 10)
            .filtered(&format!("updated_since={low}"))
            .rest()
            .await;
        assert_eq!(
            sorted(since),
            those(&demo, model, |stamp| stamp >= low.as_str()),
            "{model}"
        );
        let before = Walk::new(&demo, model, 10)
            .filtered(&format!("updated_before={high}"))
            .rest()
            .await;
        assert_eq!(
            sorted(before),
            those(&demo, model, |stamp| stamp < high.as_str()),
            "{model}"
        );
        let both = format!("updated_since={low}&updated_before={high}");
        let both = Walk::new(&demo, model, 10).filtered(&both).rest().await;
        assert!(!both.is_empty());
        assert_eq!(
            sorted(both),
            those(&demo, model, |stamp| stamp >= low.as_str()
                && stamp < high.as_str()),
            "{model}"
        );
    }
}

#[tokio::test]
async fn the_edges_of_the_data() {
    let demo = start(small());
    for model in Model::ALL {
        let stamps = stamps(&demo, model);
        let (first, last) = (&stamps[0], &stamps[stamps.len() - 1]);
        let count = async |filter: String| {
            Walk::new(&demo, model, 1_000)
                .filtered(&filter)
                .rest()
                .await
                .len()
        };
        assert_eq!(count(format!("updated_since={first}")).await, stamps.len());
        assert_eq!(
            count("updated_since=1999-12-31T23:00:00-01:00".to_owned()).await,
            stamps.len()
        );
        assert_eq!(count(format!("updated_before={first}")).await, 0);
        let at_last = stamps.iter().filter(|stamp| *stamp == last).count();
        assert_eq!(count(format!("updated_since={last}")).await, at_last);
        assert_eq!(
            count(format!("updated_before={last}")).await,
            stamps.len() - at_last
        );
        assert_eq!(
            count(format!("updated_since={}", last.replace('Z', ".5Z"))).await,
            0
        );
        assert_eq!(
            count(format!("updated_before={}", last.replace('Z', ".5Z"))).await,
            stamps.len()
        );
    }
}

#[tokio::test]
async fn a_read_since_the_last_one_finds_what_changed() {
    let demo = start(small());
    for _ in 0..5 {
        let advanced = demo.advance(1);
        let now = advanced.now.format("%Y-%m-%dT%H:%M:%SZ");
        for model in Model::ALL {
            let read = Walk::new(&demo, model, 2)
                .filtered(&format!("updated_since={now}"))
                .rest()
                .await;
            let changes = &advanced.changes[&model];
            let expected = changes.updated.union(&changes.inserted).cloned().collect();
            assert_eq!(ids(&read), expected, "{model}");
        }
    }
}
