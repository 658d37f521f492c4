//! Calls of one kind that come at the same moment share a transaction, and its statements.
//!
//! A call that comes alone waits for nobody. Those that come while others are served are taken
//! together by the next transaction: the more come, the less each of them costs (group commit, but
//! of the work too).

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::db::job::closed;
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::tx::Tx;

/// What came of each call, in their order.
pub(crate) type Answers<T> = Vec<Result<T, StoreError>>;

/// Work that many calls can share.
pub(crate) trait Together: Send + 'static {
    /// What is asked.
    type Call: Clone + Send + 'static;
    /// What is answered.
    type Answer: Send + 'static;

    /// In which lane it writes; `None`: it asks only.
    const LANE: Option<Lane>;
    /// How many calls one transaction takes at most.
    const MOST: usize;
    /// How many transactions may be under way at once: while one commits, the next goes on.
    const AT_ONCE: usize = 2;

    /// What one transaction must not see twice.
    fn apart(_: &Self::Call) -> Option<Uuid> {
        None
    }

    /// Serves the calls. What concerns one call alone is its own answer.
    ///
    /// # Errors
    /// What undoes all of them; each is then served alone.
    fn serve(tx: &mut Tx<'_>, calls: &[Self::Call]) -> Result<Answers<Self::Answer>, StoreError>;
}

/// Where calls gather.
pub(crate) struct Gate<W: Together> {
    state: Mutex<State<W>>,
    /// How many calls one transaction takes at most.
    most: usize,
}

struct State<W: Together> {
    waiting: VecDeque<Waiting<W>>,
    under_way: usize,
}

struct Waiting<W: Together> {
    call: W::Call,
    reply: oneshot::Sender<Result<W::Answer, StoreError>>,
}

impl<W: Together> Gate<W> {
    /// One that takes no more together than this, and than the work allows.
    pub(crate) fn new(group_size: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                under_way: 0,
            }),
            most: W::MOST.min(group_size),
        }
    }

    /// One call, served with those that wait at the same moment. It goes on to its end when the
    /// caller stops waiting for it.
    pub(crate) async fn pass(
        self: &Arc<Self>,
        store: &Store,
        call: W::Call,
    ) -> Result<W::Answer, StoreError> {
        let (reply, answer) = oneshot::channel();
        let must_serve = {
            let mut state = self.state();
            state.waiting.push_back(Waiting { call, reply });
            let may_serve = state.under_way < W::AT_ONCE;
            state.under_way += usize::from(may_serve);
            may_serve
        };
        if must_serve {
            let store = store.clone();
            let serving = Serving {
                gate: Arc::clone(self),
                is_over: false,
            };
            tokio::spawn(async move { serving.serve(&store).await });
        }
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that serves, until nobody waits.
struct Serving<W: Together> {
    gate: Arc<Gate<W>>,
    is_over: bool,
}

impl<W: Together> Serving<W> {
    async fn serve(mut self, store: &Store) {
        while let Some(calls) = self.take() {
            serve(store, calls).await;
        }
    }

    /// The calls of the next transaction; `None`: nobody waits, and it is over.
    fn take(&mut self) -> Option<Vec<Waiting<W>>> {
        let mut state = self.gate.state();
        if state.waiting.is_empty() {
            state.under_way -= 1;
            self.is_over = true;
            return None;
        }
        let mut taken = Vec::new();
        let mut left = VecDeque::new();
        let mut apart = HashSet::new();
        while let Some(waiting) = state.waiting.pop_front() {
            let may_share = W::apart(&waiting.call).is_none_or(|key| apart.insert(key));
            if may_share && taken.len() < self.gate.most {
                taken.push(waiting);
            } else {
                left.push_back(waiting);
            }
        }
        state.waiting = left;
        Some(taken)
    }
}

/// A runtime that ends takes its tasks along: nobody may wait for them.
impl<W: Together> Drop for Serving<W> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.gate.state();
        state.under_way -= 1;
        if state.under_way == 0 {
            state.waiting.clear();
        }
    }
}

async fn serve<W: Together>(store: &Store, waiting: Vec<Waiting<W>>) {
    let calls: Vec<W::Call> = waiting.iter().map(|waiting| waiting.call.clone()).collect();
    match transact::<W>(store, calls).await {
        Ok(answers) => {
            for (waiting, answer) in waiting.into_iter().zip(answers) {
                // The caller may have gone; what was done stays done.
                let _ = waiting.reply.send(answer);
            }
        }
        // It may have had its effect: nothing is tried again.
        Err(StoreError::Unavailable { reason, .. }) => {
            for waiting in waiting {
                let reason = reason.clone();
                let lost = StoreError::Unavailable {
                    reason,
                    source: None,
                };
                let _ = waiting.reply.send(Err(lost));
            }
        }
        Err(error) => alone(store, waiting, error).await,
    }
}

/// One of them has undone the others, who shall not suffer for it, nor wait for it.
async fn alone<W: Together>(store: &Store, mut waiting: Vec<Waiting<W>>, error: StoreError) {
    if waiting.len() == 1
        && let Some(waiting) = waiting.pop()
    {
        let _ = waiting.reply.send(Err(error));
        return;
    }
    let mut tasks = JoinSet::new();
    for Waiting { call, reply } in waiting {
        let store = store.clone();
        tasks.spawn(async move {
            let answers = transact::<W>(&store, vec![call]).await;
            let answer = answers.and_then(|mut answers| answers.pop().unwrap_or(Err(closed())));
            let _ = reply.send(answer);
        });
    }
    while tasks.join_next().await.is_some() {}
}

async fn transact<W: Together>(
    store: &Store,
    calls: Vec<W::Call>,
) -> Result<Answers<W::Answer>, StoreError> {
    let work = move |tx: &mut Tx<'_>| W::serve(tx, &calls);
    match W::LANE {
        Some(lane) => store.write(lane, work).await,
        None => store.read(work).await,
    }
}
