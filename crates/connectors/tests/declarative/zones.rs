//! States in the zones of records.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use serde_json::{Value, json};
use syncline_domain::state::{ModelState, PaginationState, Position};

use crate::manifests::Items;
use crate::run::{Ask, at, object, run, source};
use crate::server::{Reply, Server};

type Moment = DateTime<FixedOffset>;

/// A form of times, by the codes of manifests and by those of this test.
#[derive(Debug, Clone, Copy)]
struct Form {
    code: &'static str,
    own: &'static str,
}

const FORMS: [Form; 7] = [
    form("%Y-%m-%d", "%Y-%m-%d"),
    form("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M"),
    form("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%SZ"),
    form("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%z"),
    form("%Y-%m-%dT%H:%M:%S.%f%z", RECORDS),
    form("%s", "%s"),
    form("%ms", "%s"),
];

/// How records write their times.
const RECORDS: &str = "%Y-%m-%dT%H:%M:%S%.6f%z";

const fn form(code: &'static str, own: &'static str) -> Form {
    Form { code, own }
}

impl Form {
    /// The moment of a text; without a zone, in UTC.
    fn read(self, text: &str) -> Moment {
        let millis = (self.code == "%ms").then(|| &text[..text.len() - 3]);
        let text = millis.unwrap_or(text);
        if self.own.ends_with("%z") {
            return Moment::parse_from_str(text, self.own).unwrap();
        }
        let naive = NaiveDateTime::parse_from_str(text, self.own).or_else(|_| {
            NaiveDate::parse_from_str(text, self.own).map(|date| date.and_time(Default::default()))
        });
        naive.unwrap().and_utc().fixed_offset()
    }

    fn has_zone(self) -> bool {
        self.own.ends_with("%z") || self.own == "%s"
    }
}

/// How a provider takes the time since when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// As a moment; without a zone, in UTC.
    Moment,
    /// Without a zone, as a time of its own zone.
    OwnTime,
    /// Not at all: the client leaves out what is older.
    Nothing,
}

impl Takes {
    fn serves(self, since: &str, form: Form, moment: Moment) -> bool {
        match self {
            Self::Nothing => true,
            Self::OwnTime if !form.has_zone() => *moment.format(form.own).to_string() >= *since,
            Self::OwnTime | Self::Moment => moment >= form.read(since),
        }
    }
}

fn manifest(form: Form, takes: Takes) -> String {
    let stream = format!(
        "primary_key: id
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: updated
      datetime_format: \"{}\"
      cursor_datetime_formats: [\"%Y-%m-%dT%H:%M:%S.%f%z\"]
      start_datetime: {{type: MinMaxDatetime, datetime: \"2024-01-01\", datetime_format: \"%Y-%m-%d\"}}
      is_client_side_incremental: {}
      start_time_option: {{type: RequestOption, inject_into: request_parameter, field_name: since}}",
        form.code,
        takes == Takes::Nothing
    );
    Items {
        stream,
        ..Items::default()
    }
    .yaml()
}

fn zone() -> impl Strategy<Value = FixedOffset> {
    // From the western to the eastern end, by quarters of an hour.
    (-48..=56).prop_map(|quarters| FixedOffset::east_opt(quarters * 900).unwrap())
}

/// Moments of two days, so that many lie close to a midnight.
fn micros() -> impl Strategy<Value = i64> {
    let first = at("2024-01-10T00:00:00Z").timestamp_micros();
    first..first + 2 * 86_400_000_000
}

/// The ids of later records that the second read does not bring.
async fn skipped(form: Form, takes: Takes, before: &[Moment], later: &[Moment]) -> Vec<String> {
    let is_second = Arc::new(AtomicBool::new(false));
    let second = is_second.clone();
    let (old, new) = (before.to_vec(), later.to_vec());
    let server = Server::start(move |asked| {
        let since = asked.query("since").unwrap();
        let new = new.iter().filter(|_| second.load(Ordering::SeqCst));
        let old = old
            .iter()
            .enumerate()
            .map(|(id, moment)| (format!("old {id}"), moment));
        let new = new.enumerate().map(|(id, moment)| (id.to_string(), moment));
        let served = old
            .chain(new)
            .filter(|(_, moment)| takes.serves(&since, form, **moment));
        let data = served
            .map(|(id, moment)| json!({"id": id, "updated": moment.format(RECORDS).to_string()}));
        Reply::json(json!({"data": data.collect::<Vec<Value>>()}))
    })
    .await;
    let source = source(&manifest(form, takes), json!({"url": server.url}));
    let first = run(&source, Ask::of("items")).await;
    assert!(first.error.is_none(), "{:?}", first.error);
    assert_eq!(first.keys().len(), before.len());
    is_second.store(true, Ordering::SeqCst);
    let states = first.states();
    let ran = run(
        &source,
        Ask {
            states,
            ..Ask::of("items")
        },
    )
    .await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(ran.warnings(), Vec::<String>::new(), "the state is read");
    let found = ran.keys();
    let ids = (0..later.len()).map(|id| id.to_string());
    ids.filter(|id| !found.contains(id)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// What changes at the latest moment that was seen or later is in the next read, whatever the
    /// zones of records, the format of the state, and what the provider makes of it. A provider
    /// that thinks in its own zone writes its records in it.
    #[test]
    fn no_record_is_skipped_behind_a_state(
        form in prop::sample::select(&FORMS[..]),
        takes in prop::sample::select(&[Takes::Moment, Takes::OwnTime, Takes::Nothing][..]),
        own in zone(),
        before in prop::collection::vec((micros(), zone()), 1..4),
        later in prop::collection::vec((0_i64..86_400_000_000, zone()), 1..4),
    ) {
        let moment = |micros: i64, zone: FixedOffset| {
            let zone = if takes == Takes::OwnTime { own } else { zone };
            DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&zone)
        };
        let latest = before.iter().map(|(micros, _)| *micros).max().unwrap();
        let before: Vec<_> = before.into_iter().map(|(micros, zone)| moment(micros, zone)).collect();
        let later: Vec<_> = later
            .into_iter()
            .map(|(after, zone)| moment(latest + after, zone))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let skipped = runtime.block_on(skipped(form, takes, &before, &later));
        prop_assert!(skipped.is_empty(), "{skipped:?} of {later:?} behind {before:?}");
    }
}

/// States and positions were in UTC before they kept the zones of records.
#[tokio::test]
async fn what_was_written_in_utc_is_read() {
    let form = FORMS[4];
    let server = Server::start(|asked| {
        let since = asked.query("since").unwrap();
        Reply::json(json!({"data": [{"id": since, "updated": "2024-01-12T01:00:00.000000+0200"}]}))
    })
    .await;
    let source = source(&manifest(form, Takes::Moment), json!({"url": server.url}));
    let fingerprint = run(&source, Ask::of("items")).await.plan.fingerprint;
    let state = ModelState {
        partition: String::new(),
        fingerprint: fingerprint.clone(),
        state: object(json!({"updated": "2024-01-11T22:00:00.000000+0000"})),
    };
    let ask = Ask {
        states: vec![state],
        ..Ask::of("items")
    };
    let ran = run(&source, ask.clone()).await;
    assert_eq!(ran.keys(), ["2024-01-11T22:00:00.000000+0000"]);
    assert_eq!(
        ran.state(),
        json!({"updated": "2024-01-12T01:00:00.000000+0200"})
    );

    let place = json!({
        "slice": 0,
        "window": ["2024-01-11T22:00:00.000000Z", "2024-03-01T00:00:00.000000Z"],
        "request": 0,
        "max": "2024-01-13T10:00:00Z",
    });
    let pagination_state = PaginationState::new(object(place)).unwrap();
    let position = Position {
        pagination_state,
        fingerprint,
        progress: Default::default(),
    };
    let ran = run(
        &source,
        Ask {
            position: Some(position),
            ..ask
        },
    )
    .await;
    assert_eq!(ran.warnings(), Vec::<String>::new());
    assert_eq!(ran.keys(), ["2024-01-11T22:00:00.000000+0000"]);
    assert_eq!(
        ran.state(),
        json!({"updated": "2024-01-13T10:00:00.000000+0000"})
    );
}
