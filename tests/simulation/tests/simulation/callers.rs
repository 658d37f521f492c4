//! What callers ask of the API, at any moment.

use syncline_domain::scope::Scope;
use syncline_domain::{ModelId, Status, Sync, SyncId};
use syncline_store::connections::{ConnectionChange, NewConnection};
use syncline_store::error::StoreError;
use syncline_store::models::{ModelChange, NewModel};
use syncline_store::secrets::Secrets;
use syncline_store::syncs::SyncRequest;
use syncline_store::tx::Tx;

use crate::provider::{Kind, Stream};
use crate::world::{Account, CALLERS, World};

/// Something that a caller does with a connection.
type Act = fn(&mut World, Account);

impl World {
    /// Runs a caller's transaction.
    pub fn call<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (result, turn) = self.db.change(CALLERS, work);
        self.after(CALLERS, turn, false, false);
        if let Err(error @ (StoreError::Database(_) | StoreError::Corrupt(_))) = &result {
            let detail = format!("{error} ({:?})", std::error::Error::source(error));
            self.shadow
                .break_promise("callers get true answers", detail);
        }
        result
    }

    /// One tenant's connection, with its models.
    pub fn connect(&mut self, organization: &'static str, kinds: &[Kind]) {
        let names: Vec<String> = (0..kinds.len()).map(|n| format!("model{n}")).collect();
        let models = names
            .iter()
            .map(|name| NewModel {
                name: name.clone(),
                display_name: name.clone(),
                unsupported_reason: None,
            })
            .collect();
        let made = self.call(move |tx| {
            tx.insert_manifest("m1", "scripted", "a manifest")?;
            let organization_id = tx.find_or_insert_organization(organization)?.id;
            let connection = tx.insert_connection(NewConnection {
                organization_id,
                name: "books".to_owned(),
                provider_name: "scripted".to_owned(),
                api_url: None,
                is_on_premise: false,
                company: None,
                environment: None,
                config: serde_json::Map::new(),
                secrets: Secrets::default(),
                models,
            })?;
            let models = tx.list_models_of_connections(organization_id, &[connection.id])?;
            for view in &models {
                let change = ModelChange {
                    overlap: Some(chrono::Duration::seconds(10)),
                    ..ModelChange::default()
                };
                tx.update_model(organization_id, view.model.id, change)?;
            }
            let models: Vec<ModelId> = models.into_iter().map(|view| view.model.id).collect();
            Ok((organization_id, connection.id, models))
        });
        let (organization, id, models) = made.unwrap();
        let now = self.now();
        for (model, kind) in models.iter().zip(kinds) {
            let mut stream = Stream {
                kind: *kind,
                page_size: 2 + self.dice.below(3),
                fingerprint: 1,
                rows: std::collections::BTreeMap::new(),
                version: 0,
            };
            for row in 0..self.setting.rows {
                let age = chrono::Duration::seconds(self.dice.between(0, 200));
                stream.put(format!("k{row:02}"), now - age);
            }
            self.provider
                .with(|provider| provider.streams.insert(*model, stream));
            self.shadow.add_model(*model, organization, id);
        }
        self.connections.push(Account {
            organization,
            id,
            models,
        });
    }

    /// Anything that callers do.
    pub fn act(&mut self) {
        let acts: [(u32, Act); 10] = [
            (30, Self::request),
            (10, Self::cancel),
            (8, Self::retry),
            (3, Self::cancel_batch),
            (6, Self::disable_or_enable),
            (4, Self::schedule),
            (2, Self::disable_or_enable_model),
            (3, Self::reconfigure),
            (2, Self::replace_state),
            (1, Self::delete),
        ];
        let account = self.dice.pick(&self.connections.clone()).cloned();
        // Pass after pass, each of which may miss what another has seen.
        if let Some(account) = account.clone().filter(|_| self.setting.decides)
            && self.dice.chance(600)
        {
            return self.request_scope(&account, Scope::plain(), None);
        }
        if let (Some(account), Some(act)) = (account, self.dice.weighed(&acts)) {
            act(self, account);
        }
    }

    fn request(&mut self, account: Account) {
        let scope = match self.dice.below(10) {
            0 => Scope::full_refresh(),
            1 => {
                let end = self.now();
                let start = end - chrono::Duration::seconds(self.dice.between(10, 100));
                Scope::requested(Some(start), Some(end), None, false).unwrap()
            }
            2 => Scope::requested(None, None, Some("k03".to_owned()), false).unwrap(),
            _ => Scope::plain(),
        };
        let models = self
            .dice
            .chance(500)
            .then(|| self.dice.pick(&account.models).cloned());
        self.request_scope(&account, scope, models.flatten());
    }

    /// Asks for syncs; what is said to be joined must not have started.
    pub fn request_scope(&mut self, account: &Account, scope: Scope, model: Option<ModelId>) {
        let request = SyncRequest {
            organization_id: account.organization,
            connection_id: account.id,
            models: model.map(|id| vec![id.to_string()]),
            scope: scope.clone(),
        };
        let before = self.shadow.statuses();
        match self.call(move |tx| tx.request_syncs(&request)) {
            Ok(batch) => {
                for member in &batch.members {
                    let known = before.get(&member.sync.id);
                    self.shadow.check_join(member, known, &scope);
                }
                let ids: Vec<String> = batch
                    .members
                    .iter()
                    .map(|m| m.sync.id.to_string())
                    .collect();
                self.tell(|| format!("request {}: {ids:?}", scope.canonical()));
                self.shadow.batches.push((account.organization, batch.id));
            }
            Err(error) => self.tell(|| format!("request: {error}")),
        }
    }

    fn any_sync(&mut self, account: &Account, wanted: fn(Status) -> bool) -> Option<Sync> {
        let all: Vec<&Sync> = self
            .shadow
            .syncs()
            .filter(|sync| sync.connection_id == account.id)
            .filter(|sync| wanted(sync.lifecycle.status()))
            .collect();
        self.dice.pick(&all).map(|sync| (*sync).clone())
    }

    fn cancel(&mut self, account: Account) {
        let Some(sync) = self.any_sync(&account, |status| !status.is_final()) else {
            return;
        };
        let (organization, id) = (account.organization, sync.id);
        let result = self.call(move |tx| tx.cancel_sync(organization, id));
        self.expect(
            result.map(|sync| sync.lifecycle.status() == Status::Cancelled),
            "cancel",
            id,
        );
    }

    fn retry(&mut self, account: Account) {
        let may = |status| {
            matches!(
                status,
                Status::Failed | Status::Cancelled | Status::PendingRetry
            )
        };
        let Some(sync) = self.any_sync(&account, may) else {
            return;
        };
        let (organization, id) = (account.organization, sync.id);
        if sync.lifecycle.status() == Status::PendingRetry {
            self.provider.with(|provider| {
                if let Some(allowance) = &mut provider.allowance {
                    allowance.doubt(account.id);
                }
            });
        }
        let result = self.call(move |tx| tx.retry_sync(organization, id));
        self.expect(result.map(|_| true), "retry", id);
    }

    fn expect(&mut self, result: Result<bool, StoreError>, what: &'static str, id: SyncId) {
        self.tell(|| format!("{what} {id}: {result:?}"));
        self.shadow.count(what);
        if !matches!(result, Ok(true)) {
            let detail = format!("{what} of {id} gave {result:?}");
            self.shadow
                .break_promise("callers get true answers", detail);
        }
    }

    fn cancel_batch(&mut self, _: Account) {
        let batches = self.shadow.batches.clone();
        if let Some((organization, id)) = self.dice.pick(&batches).copied() {
            let result = self.call(move |tx| tx.cancel_batch(organization, id));
            self.tell(|| format!("cancel the batch {id:?}: {:?}", result.map(|_| ())));
        }
    }

    fn disable_or_enable(&mut self, account: Account) {
        let is_disabled = self.shadow.disabled.contains(&account.id);
        self.set_disabled(&account, !is_disabled);
    }

    /// Disables a connection, or enables it again.
    pub fn set_disabled(&mut self, account: &Account, disabled: bool) {
        let (organization, id) = (account.organization, account.id);
        let change = ConnectionChange {
            is_sync_disabled: Some(disabled),
            ..ConnectionChange::default()
        };
        self.shadow.set_disabled(id, disabled);
        let result = self.call(move |tx| tx.update_connection(organization, id, change));
        self.tell(|| format!("disabled {disabled} of {id}: {:?}", result.map(|_| ())));
    }

    fn disable_or_enable_model(&mut self, account: Account) {
        let organization = account.organization;
        let change = ModelChange {
            is_read_enabled: Some(self.dice.chance(700)),
            ..ModelChange::default()
        };
        if let Some(model) = self.dice.pick(&account.models).copied() {
            let result = self.call(move |tx| tx.update_model(organization, model, change));
            self.tell(|| format!("changes {model}: {:?}", result.map(|_| ())));
        }
    }

    fn reconfigure(&mut self, account: Account) {
        self.provider.with(|provider| {
            for model in &account.models {
                if let Some(stream) = provider.streams.get_mut(model) {
                    stream.fingerprint += 1;
                }
            }
        });
        self.shadow.muddle(account.id);
        self.tell(|| format!("{} is configured anew", account.id));
    }

    fn replace_state(&mut self, account: Account) {
        let organization = account.organization;
        let Some(model) = self.dice.pick(&account.models).copied() else {
            return;
        };
        let is_busy = self.shadow.has_turn(model);
        self.shadow.states_replaced(model, is_busy);
        let result = self.call(move |tx| tx.replace_model_states(organization, model, &[]));
        self.tell(|| format!("replaces the state of {model}: {result:?}"));
        if result.is_ok() == is_busy {
            let detail = format!("the state of {model} was replaced while a sync had the turn");
            self.shadow
                .break_promise("a state moves with its sync alone", detail);
        }
    }

    fn delete(&mut self, account: Account) {
        if self.connections.len() < 2 {
            return;
        }
        let (organization, id) = (account.organization, account.id);
        self.connections.retain(|other| other.id != id);
        self.shadow.forget_connection(id);
        self.provider.with(|provider| {
            if let Some(allowance) = &mut provider.allowance {
                allowance.forget(id);
            }
        });
        let result = self.call(move |tx| tx.delete_connection(organization, id));
        self.shadow.count("delete");
        self.tell(|| format!("delete {id}: {result:?}"));
        let is_there = self.call(move |tx| tx.find_connection(organization, id));
        if !matches!((&result, &is_there), (Ok(()), Ok(None))) {
            let detail = format!("{id}: {result:?}");
            self.shadow
                .break_promise("what is deleted is not found", detail);
        }
    }
}
