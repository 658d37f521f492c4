//! The provider as the engine sees it: each request waits at a desk until the simulation answers.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::source::{PageReader, Plan, PlanRequest, ReadRequest, Source, Step};
use syncline_domain::health::Health;
use syncline_domain::range::{RangeInputs, TimeRange};
use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, ModelState};
use syncline_engine::{Quotas, Sources, SourcesError, SyncSource};
use syncline_store::clock::FixedClock;
use syncline_store::runs::{Fence, Run};
use tokio::sync::oneshot;

use super::allowance::Turnstile;
use super::{Ask, Kind, Provider};
use syncline_domain::ModelId;

/// The manifest of all.
pub const MANIFEST: &str = "m1";

/// The sources of one engine.
pub struct Desk {
    provider: Provider,
    process: usize,
    quotas: Quotas,
    clock: FixedClock,
}

/// One run's source.
struct Account {
    provider: Provider,
    process: usize,
    model: ModelId,
    fence: Fence,
    /// The last page that is committed.
    committed: Option<u64>,
    turnstile: Option<Arc<Turnstile>>,
}

/// Window, request in it, the row behind which it goes on, and how many rows are behind it.
pub type Place = (i64, i64, Option<(i64, String)>, usize);

/// Where a reader stands.
pub struct Reader {
    pub model: ModelId,
    pub fence: Fence,
    pub scope: Scope,
    pub range: TimeRange,
    pub fingerprint: Fingerprint,
    pub slice: i64,
    pub request: i64,
    /// The key behind which it goes on; in a window, behind time and key.
    pub after: Option<(i64, String)>,
    pub offset: usize,
    /// The last page that was given.
    pub before: Option<u64>,
    pub is_anew: bool,
    pub is_resumed: bool,
    /// Where the last page began, to be served again.
    pub last_began: Option<Place>,
}

impl Desk {
    pub(super) fn new(
        provider: Provider,
        process: usize,
        quotas: Quotas,
        clock: FixedClock,
    ) -> Self {
        Self {
            provider,
            process,
            quotas,
            clock,
        }
    }

    /// Nobody passes one where the provider counts nothing: nothing is said, and nothing kept.
    async fn turnstile(&self, run: &Run) -> Option<Arc<Turnstile>> {
        self.provider
            .with(|provider| provider.allowance.is_some())
            .then_some(())?;
        Some(Arc::new(Turnstile {
            provider: self.provider.clone(),
            process: self.process,
            connection: run.connection.id,
            keeper: self.quotas.of(run).await,
            clock: self.clock.clone(),
        }))
    }
}

#[async_trait]
impl Sources for Desk {
    async fn source(&self, run: &Run) -> Result<SyncSource, SourcesError> {
        let committed = run.position.as_ref().and_then(serial);
        let account = Account {
            provider: self.provider.clone(),
            process: self.process,
            model: run.model.id,
            fence: run.fence,
            committed,
            turnstile: self.turnstile(run).await,
        };
        Ok(SyncSource {
            source: Arc::new(account),
            manifest_hash: MANIFEST.to_owned(),
        })
    }
}

fn serial(position: &syncline_domain::state::Position) -> Option<u64> {
    position
        .pagination_state
        .as_object()
        .get("serial")?
        .as_u64()
}

fn unknown() -> SourceError {
    SourceError::new(SourceErrorKind::Configuration, "no such stream")
}

#[async_trait]
impl Source for Account {
    async fn check(&self, _: DateTime<Utc>) -> Health {
        Health::default()
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        let Some((kind, fingerprint)) = self.stream() else {
            return Err(unknown());
        };
        let fits = |state: &&ModelState| state.fingerprint == fingerprint;
        let watermark = request
            .states
            .iter()
            .filter(|_| kind == Kind::Windows && !request.scope.is_full_refresh())
            .filter(fits)
            .find_map(|state| state.state.get("cursor")?.as_str()?.parse().ok());
        let range = TimeRange::next(
            request.scope.start(),
            request.scope.end(),
            RangeInputs {
                watermark,
                look_back: Duration::zero(),
                overlap: request.overlap,
                floor: None,
                ceiling: None,
                now: request.now,
            },
        );
        Ok(Plan {
            range,
            is_full_pass: request.scope.is_unbounded() && range.start().is_none(),
            fingerprint,
            warnings: Vec::new(),
        })
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        let (_, fingerprint) = self.stream().ok_or_else(unknown)?;
        let mut reader = Reader {
            model: self.model,
            fence: self.fence,
            scope: request.scope,
            range: request.range,
            fingerprint,
            slice: 0,
            request: 0,
            after: None,
            offset: 0,
            before: self.committed,
            is_anew: self.committed.is_some() && request.position.is_none(),
            is_resumed: false,
            last_began: None,
        };
        if let Some(position) = &request.position {
            let state = position.pagination_state.as_object();
            reader.slice = position.progress.slice;
            reader.request = position.progress.request;
            let time = state.get("time").and_then(|time| time.as_i64());
            let key = state.get("key").and_then(|key| key.as_str());
            reader.after = time.zip(key.map(str::to_owned));
            let offset = state.get("offset").and_then(|offset| offset.as_u64());
            reader.offset = offset.and_then(|n| n.try_into().ok()).unwrap_or(0);
            reader.is_resumed = true;
        }
        if reader.is_anew {
            self.provider
                .with(|provider| provider.muddled.insert(self.fence.sync_id));
        }
        Ok(Box::new(AtDesk {
            provider: self.provider.clone(),
            process: self.process,
            reader: Arc::new(Mutex::new(reader)),
            turnstile: self.turnstile.clone(),
        }))
    }
}

impl Account {
    fn stream(&self) -> Option<(Kind, Fingerprint)> {
        self.provider.with(|provider| {
            let stream = provider.streams.get(&self.model)?;
            let fingerprint = Fingerprint::new(format!("f{}", stream.fingerprint));
            Some((stream.kind, fingerprint))
        })
    }
}

/// A reader that waits for its answers.
struct AtDesk {
    provider: Provider,
    process: usize,
    reader: Arc<Mutex<Reader>>,
    turnstile: Option<Arc<Turnstile>>,
}

#[async_trait]
impl PageReader for AtDesk {
    async fn next(&mut self) -> Result<Step, SourceError> {
        let passed = match &self.turnstile {
            Some(turnstile) => {
                let fence = self
                    .reader
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .fence;
                Some((turnstile, turnstile.pass(fence).await?))
            }
            None => None,
        };
        let (reply, answer) = oneshot::channel();
        self.provider.with(|provider| {
            provider.asks.push(Ask {
                process: self.process,
                reader: Arc::clone(&self.reader),
                reply,
            });
        });
        let answer = answer.await;
        if let Some((turnstile, passed)) = passed {
            turnstile.answered(passed).await;
        }
        match answer {
            Ok(answer) => answer,
            // A defect of the connector; without the hook, which would print it.
            Err(_) => std::panic::resume_unwind(Box::new("as the script says")),
        }
    }
}

impl Ask {
    /// Whose run asks.
    pub fn fence(&self) -> Fence {
        self.reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fence
    }
}
