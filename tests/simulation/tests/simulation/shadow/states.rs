//! How far a model is synced: never past a window that is not closed.

use syncline_domain::state::ModelState;
use syncline_domain::{ModelId, Sync};
use syncline_store::error::StoreError;
use syncline_store::stepped::SteppedDatabase;

use super::{Shadow, States};
use crate::world::CALLERS;

impl Shadow {
    /// A page closes windows, in its transaction.
    pub(super) fn page_closes(&mut self, sync: &Sync, states: &[ModelState]) {
        if !sync.scope.is_unbounded() {
            return;
        }
        let states = texts(states);
        if sync.scope.is_full_refresh() {
            if let Some(known) = self.syncs.get_mut(&sync.id) {
                known.staged.extend(states);
            }
        } else if let Some(model) = self.models.get_mut(&sync.model_id) {
            model.states.extend(states);
        }
    }

    /// The end closes the last; a full refresh puts its own in the place of all.
    pub(super) fn end_closes(&mut self, sync: &Sync, states: &[ModelState]) {
        if !sync.scope.is_unbounded() {
            return;
        }
        let staged = self.syncs.get(&sync.id).map(|known| known.staged.clone());
        let Some(model) = self.models.get_mut(&sync.model_id) else {
            return;
        };
        let mut staged = staged.unwrap_or_default();
        staged.extend(texts(states));
        if sync.scope.is_full_refresh() {
            model.states.clear();
        }
        if !staged.is_empty() {
            let fits = |fingerprint: &String| staged.values().any(|(of, _)| of == fingerprint);
            model.states.retain(|_, (fingerprint, _)| fits(fingerprint));
        }
        model.states.extend(staged);
    }

    /// A caller puts none in the place of a model's states, unless a sync has the turn.
    pub fn states_replaced(&mut self, id: ModelId, is_refused: bool) {
        self.count("replace state");
        if let Some(model) = self.models.get_mut(&id).filter(|_| !is_refused) {
            model.states.clear();
        }
    }

    /// The store holds these, and no others.
    pub(super) fn check_states(&mut self, db: &mut SteppedDatabase, id: ModelId) {
        let Some(model) = self.models.get(&id) else {
            return;
        };
        let organization = model.organization;
        let expected = model.states.clone();
        let read: Result<_, StoreError> =
            db.look(CALLERS, move |tx| tx.list_model_states(organization, id));
        let stored = read.map(|states| texts(&states)).unwrap_or_default();
        // One that was reached after a change on the way belongs to neither configuration.
        let is_same = stored.len() == expected.len()
            && stored.iter().zip(&expected).all(|(is, should)| {
                let (of, wanted) = (&is.1.0, &should.1.0);
                let is_mixed = of
                    .strip_suffix(wanted)
                    .is_some_and(|rest| rest.ends_with('+'));
                is.0 == should.0 && is.1.1 == should.1.1 && (of == wanted || is_mixed)
            });
        self.check(is_same, "a state moves with its window", || {
            format!("{id}: {stored:?}, not {expected:?}")
        });
    }
}

fn texts(states: &[ModelState]) -> States {
    let of = |state: &ModelState| {
        let value = (state.fingerprint.as_str().to_owned(), state.state.clone());
        (state.partition.clone(), value)
    };
    states.iter().map(of).collect()
}
