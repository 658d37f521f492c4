use serde_json::{Map, Value, json};
use syncline_domain::range::TimeRange;
use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, PaginationState, Position, Progress};

use super::*;
use crate::source::Cost;

const SECRET: &str = "sesame/street 7";

/// Gives its secret away in everything that it says.
struct Careless {
    /// What its page keeps.
    kept: Value,
    panics: bool,
}

fn error() -> SourceError {
    SourceError {
        source: Some(format!("caused by {SECRET}").into()),
        ..SourceError::new(SourceErrorKind::Refused, format!("no {SECRET}"))
    }
}

fn warnings() -> Vec<Warning> {
    vec![Warning {
        code: "odd".to_owned(),
        message: "sesame%2Fstreet%207 is odd".to_owned(),
    }]
}

#[async_trait]
impl Source for Careless {
    async fn check(&self, now: DateTime<Utc>) -> Health {
        assert!(!self.panics, "{SECRET} is out of bounds");
        Health {
            message: Some(format!("no {SECRET}")),
            suggested_resolution: Some(format!("try {SECRET}")),
            timestamp: Some(now),
            ..Health::default()
        }
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        assert!(!self.panics, "{SECRET} is out of bounds");
        if request.stream == "refused" {
            return Err(error());
        }
        Ok(Plan {
            range: TimeRange::frozen(None, request.now),
            is_full_pass: true,
            fingerprint: Fingerprint::new("f"),
            warnings: warnings(),
        })
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        match request.stream.as_str() {
            "refused" => Err(error()),
            _ => Ok(Box::new(Self {
                kept: self.kept.clone(),
                panics: self.panics,
            })),
        }
    }
}

#[async_trait]
impl PageReader for Careless {
    async fn next(&mut self) -> Result<Step, SourceError> {
        assert!(!self.panics, "{SECRET} is out of bounds");
        if self.kept.is_null() {
            return Err(error());
        }
        let token = Map::from_iter([("token".to_owned(), self.kept["token"].clone())]);
        let states = self.kept["state"].as_object().map(|state| ModelState {
            partition: self.kept["partition"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            fingerprint: Fingerprint::new("f"),
            state: state.clone(),
        });
        Ok(Step::Page(Page {
            records: Vec::new(),
            position: Position {
                pagination_state: PaginationState::new(token).unwrap(),
                fingerprint: Fingerprint::new("f"),
                progress: Progress::default(),
            },
            states: states.into_iter().collect(),
            cost: Cost::default(),
            warnings: warnings(),
        }))
    }
}

fn guarded(kept: Value, panics: bool) -> GuardedSource<Careless> {
    GuardedSource::new(
        Careless { kept, panics },
        Redactor::new([&json!(SECRET), &json!("2026")]),
    )
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn planned(source: &dyn Source, stream: &str) -> Result<Plan, SourceError> {
    source.plan(PlanRequest {
        stream,
        scope: &Scope::plain(),
        states: &[],
        overlap: chrono::Duration::zero(),
        now: now(),
    })
}

fn opened(source: &dyn Source, stream: &str) -> Result<Box<dyn PageReader>, SourceError> {
    source.open(ReadRequest {
        stream: stream.to_owned(),
        scope: Scope::plain(),
        range: TimeRange::frozen(None, now()),
        states: Vec::new(),
        overlap: chrono::Duration::zero(),
        position: None,
        now: now(),
    })
}

async fn read(kept: Value) -> Result<Step, SourceError> {
    let source = guarded(kept, false);
    opened(&source, "s").ok().unwrap().next().await
}

fn assert_clean(error: &SourceError) {
    assert_eq!(error.message, "no ***");
    let source = error.source.as_ref().unwrap();
    assert_eq!(source.to_string(), "caused by ***");
    assert!(!format!("{error:?}").contains("sesame"), "{error:?}");
}

#[tokio::test]
async fn every_text_passes_the_gate() {
    let source = guarded(Value::Null, false);
    let health = source.check(now()).await;
    assert_eq!(health.message.as_deref(), Some("no ***"));
    assert_eq!(health.suggested_resolution.as_deref(), Some("try ***"));
    assert_eq!(
        planned(&source, "s").unwrap().warnings[0].message,
        "*** is odd"
    );
    assert_clean(&planned(&source, "refused").unwrap_err());
    assert_clean(&opened(&source, "refused").err().unwrap());
    assert_clean(&read(Value::Null).await.unwrap_err());
    match read(json!({ "token": "t" })).await.unwrap() {
        Step::Page(page) => assert_eq!(page.warnings[0].message, "*** is odd"),
        Step::End(_) => panic!("a page"),
    }
}

#[tokio::test]
async fn what_would_be_stored_with_a_secret_is_refused() {
    for (kept, what) in [
        (
            json!({ "token": { "deep": [format!("x{SECRET}y")] } }),
            "page token",
        ),
        (json!({ "token": { SECRET: 1 } }), "page token"),
        (json!({ "token": "sesame%2Fstreet+7" }), "page token"),
        (json!({ "state": { "at": SECRET } }), "state"),
        (
            json!({ "state": {}, "partition": format!("{{\"a\":\"{SECRET}\"}}") }),
            "partition",
        ),
    ] {
        let refused = read(kept.clone()).await.unwrap_err();
        assert_eq!(refused.kind, SourceErrorKind::Refused, "{kept}");
        assert!(
            refused.message.contains(&format!("{what} holds a secret")),
            "{}",
            refused.message
        );
    }
    // A short secret stands by chance in times and counts.
    read(json!({ "token": 2026, "state": { "at": "2026-01-01" } }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_panic_is_a_failure_without_its_text() {
    let source = guarded(json!({}), true);
    let health = source.check(now()).await;
    assert_eq!(health.healthy, Some(false));
    assert_eq!(health.message.as_deref(), Some(DEFECT));
    let failed = planned(&source, "s").unwrap_err();
    assert_eq!(failed.message, DEFECT);
    assert_eq!(failed.kind, SourceErrorKind::Transient { not_before: None });
    let read = opened(&source, "s").ok().unwrap().next().await;
    assert_eq!(read.unwrap_err().message, DEFECT);
}
