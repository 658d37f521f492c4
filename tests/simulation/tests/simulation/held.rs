//! What callers decide about deletes that are held.

use std::ops::Range;

use chrono::{DateTime, Utc};
use syncline_domain::ModelId;
use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_domain::scope::Scope;
use syncline_store::error::StoreError;

use crate::provider::Kind;
use crate::shadow::Held;
use crate::world::{CALLERS, World};

impl World {
    /// Somebody decides, mostly what can be decided.
    pub fn decide(&mut self) {
        let mut held = self.shadow.held();
        // What can be decided, or now and then what cannot.
        if self.dice.chance(900) {
            held.retain(|held| {
                matches!(
                    held.status,
                    HeldStatus::Held | HeldStatus::Releasing | HeldStatus::Released
                )
            });
        }
        let Some(held) = self.dice.pick(&held).copied() else {
            return;
        };
        let decision = match (held.status, self.dice.below(10)) {
            (HeldStatus::Held, 0..8) | (_, 0) => HeldDecision::Release,
            (HeldStatus::Held, _) | (_, 1) => HeldDecision::Dismiss,
            _ => HeldDecision::Undo,
        };
        self.decide_held(held, decision);
    }

    /// The worst moment for an undo; another process works it off at once.
    pub fn undo_sweep(&mut self) {
        let Some(held) = self.shadow.find_undo_of_sweep() else {
            return;
        };
        self.decide_held(held, HeldDecision::Undo);
        let mut is_done = false;
        while !is_done && !self.is_broken() {
            let (result, turn) = self.db.change(CALLERS, |tx| tx.work_off_held_deletes(2));
            self.after(CALLERS, turn, false, true);
            is_done = !matches!(&result, Ok::<_, StoreError>(Some(_)));
            self.tell(|| format!("works off: {result:?}"));
        }
        self.shadow.count("undo of a sweep");
    }

    /// Decides; what can be decided is, and what cannot is refused.
    fn decide_held(&mut self, held: Held, decision: HeldDecision) {
        let (organization, id) = (held.organization, held.id);
        let expected = held.status.decide(decision);
        let decided = self.call(move |tx| tx.decide_held_deletes(organization, id, decision));
        self.tell(|| format!("{decision:?} of {id}, {}: {decided:?}", held.status));
        let is_true = match (&expected, &decided) {
            (Ok(next), Ok(row)) => row.status == next.unwrap_or(held.status),
            (Err(_), Err(StoreError::Conflict(_))) => true,
            _ => false,
        };
        if !is_true {
            let detail = format!("{decision:?} of {id}, {}: {decided:?}", held.status);
            self.shadow
                .break_promise("callers get true answers", detail);
        }
        if let Ok(row) = decided {
            self.shadow.count(match decision {
                HeldDecision::Release => "decision to release",
                HeldDecision::Dismiss => "decision to dismiss",
                HeldDecision::Undo => "decision to undo",
            });
            self.shadow.decided(&row);
        }
    }

    /// Nothing is left undecided.
    pub fn decide_all(&mut self) {
        for held in self.shadow.held() {
            if held.status == HeldStatus::Held {
                let decision = if self.dice.chance(500) {
                    HeldDecision::Release
                } else {
                    HeldDecision::Dismiss
                };
                self.decide_held(held, decision);
            }
        }
    }

    /// Some of what was released is undone.
    pub fn undo_some(&mut self) {
        for held in self.shadow.held() {
            if held.status == HeldStatus::Released && self.dice.chance(500) {
                self.decide_held(held, HeldDecision::Undo);
            }
        }
    }

    /// A release is undone just when the next pass has counted what it is to delete.
    pub async fn undo_in_a_pass(&mut self) {
        let accounts = self.connections.clone();
        let models = accounts.iter().flat_map(|account| &account.models);
        let Some(model) = models.copied().find(|id| self.is_of(*id, Kind::Keyset)) else {
            return;
        };
        let now = self.now();
        self.serve_rows(model, 0..12, now);
        self.pass_of_all().await;
        self.serve_rows(model, 0..2, now);
        // What is in doubt is held when it is missed for the second time.
        self.doubts = self.dice.chance(500);
        for _ in 0..if self.doubts { 2 } else { 1 } {
            self.pass_of_all().await;
        }
        for held in self.shadow.held() {
            if held.model == model && held.status == HeldStatus::Held {
                self.decide_held(held, HeldDecision::Release);
            }
        }
        self.finish_all().await;
        self.provider.with(|provider| {
            let stream = provider.streams.get_mut(&model);
            stream.unwrap().put("z".to_owned(), now);
        });
        self.pass_of_all().await;
        self.doubts = false;
        self.serve_rows(model, 0..2, now);
        for account in &accounts {
            self.request_scope(account, Scope::plain(), None);
        }
        while !self.is_broken() && !self.shadow.is_idle() {
            self.go_on().await;
            if self.shadow.find_undo_of_sweep().is_some() {
                self.undo_sweep();
            }
        }
    }

    fn serve_rows(&mut self, model: ModelId, rows: Range<usize>, now: DateTime<Utc>) {
        self.provider.with(|provider| {
            let stream = provider.streams.get_mut(&model).unwrap();
            stream.rows.clear();
            for row in rows {
                stream.put(format!("k{row:02}"), now);
            }
        });
    }

    async fn pass_of_all(&mut self) {
        for account in self.connections.clone() {
            self.request_scope(&account, Scope::plain(), None);
        }
        self.finish_all().await;
    }
}
