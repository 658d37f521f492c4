//! Statements as diesel runs them.

use std::collections::BTreeSet;
use std::sync::Mutex;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use tokio::sync::Mutex as Turn;

static HEARD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static TURN: Turn<()> = Turn::const_new(());

struct Listener;

impl Instrumentation for Listener {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let statement = text.split(" -- binds:").next().unwrap_or_default();
            HEARD.lock().unwrap().insert(statement.trim().to_owned());
        }
    }
}

/// What was asked while `scenario` ran. One at a time, because the listener is the process's.
pub async fn while_running(scenario: impl Future<Output = ()>) -> BTreeSet<String> {
    let _turn = TURN.lock().await;
    set_default_instrumentation(|| Some(Box::new(Listener))).unwrap();
    HEARD.lock().unwrap().clear();
    scenario.await;
    let heard = std::mem::take(&mut *HEARD.lock().unwrap());
    let tables = |statement: &String| {
        ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
            .iter()
            .any(|verb| statement.starts_with(verb))
            && super::GROWING.iter().any(|table| statement.contains(table))
    };
    heard.into_iter().filter(tables).collect()
}
