use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Holds answers back until released, so that a test can act in the middle of a read without sleeping.
#[derive(Debug)]
pub(crate) struct Gate {
    state: watch::Sender<GateState>,
}

/// How the gate stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateState {
    /// How many more pages are answered before the gate holds; `None` when it is open for good.
    pub passes: Option<u64>,
    /// How many requests wait at the gate now.
    pub held: usize,
}

impl Gate {
    pub(crate) fn open() -> Self {
        Self {
            state: watch::Sender::new(GateState::default()),
        }
    }

    pub(crate) fn state(&self) -> GateState {
        *self.state.borrow()
    }

    /// Lets this many more pages through, beginning with those that wait, then holds.
    pub(crate) fn hold_after(&self, pages: u64) {
        self.state.send_modify(|state| state.passes = Some(pages));
    }

    pub(crate) fn release(&self) {
        self.state.send_modify(|state| state.passes = None);
    }

    /// Returns once at least this many requests wait at the gate.
    pub(crate) async fn wait_until_held(&self, requests: usize) -> GateState {
        let mut watcher = self.state.subscribe();
        match watcher.wait_for(|state| state.held >= requests).await {
            Ok(state) => *state,
            // The sender is ours, so it is never gone while we wait.
            Err(_) => self.state(),
        }
    }

    /// Waits for leave to answer one page.
    pub(crate) async fn pass(&self) {
        if self.take_pass() {
            return;
        }
        let mut watcher = self.state.subscribe();
        let _held = Held::new(self);
        while !self.take_pass() {
            if watcher
                .wait_for(|state| state.passes != Some(0))
                .await
                .is_err()
            {
                return;
            }
        }
    }

    fn take_pass(&self) -> bool {
        let mut passed = true;
        self.state
            .send_if_modified(|state| match &mut state.passes {
                None => false,
                Some(0) => {
                    passed = false;
                    false
                }
                Some(left) => {
                    *left -= 1;
                    true
                }
            });
        passed
    }
}

/// Counts a request as held, also when its caller goes away meanwhile.
struct Held<'a>(&'a Gate);

impl<'a> Held<'a> {
    fn new(gate: &'a Gate) -> Self {
        gate.state.send_modify(|state| state.held += 1);
        Self(gate)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.held -= 1);
    }
}
