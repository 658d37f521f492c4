//! The other end of the lanes, for who does the writer's work on its own thread.

use tokio::sync::mpsc::Receiver;

use super::{Message, look, transact};
use crate::db::AnyConnection;
use crate::db::job::{Context, Job};
use crate::stepped::{Answer, Turn};
use crate::store::Lane;

/// What a caller is told whose answer was lost.
const LOST: &str = "the connection was lost";

/// What waits to be done.
pub(crate) struct Queues {
    control: Receiver<Message>,
    bulk: Receiver<Message>,
}

impl Queues {
    pub(super) fn new(control: Receiver<Message>, bulk: Receiver<Message>) -> Self {
        Self { control, bulk }
    }

    /// How many calls wait in a lane.
    pub(crate) fn waiting(&self, lane: Lane) -> usize {
        match lane {
            Lane::Control => self.control.len(),
            Lane::Bulk => self.bulk.len(),
        }
    }

    /// What waits is never done, and its callers hear that the store is closed.
    pub(crate) fn forget(&mut self) {
        for lane in [&mut self.control, &mut self.bulk] {
            while lane.try_recv().is_ok() {}
        }
    }

    /// Serves the first call of a lane; writes of the control lane bring those along that wait
    /// behind them, at most `shared` in all, as the writer's thread does.
    pub(crate) fn serve(
        &mut self,
        conn: &mut AnyConnection,
        context: &Context,
        lane: Lane,
        shared: usize,
        answer: Answer,
    ) -> Turn {
        let queue = match lane {
            Lane::Control => &mut self.control,
            Lane::Bulk => &mut self.bulk,
        };
        let mut jobs = Vec::new();
        let mut turns = Vec::new();
        while turns.is_empty() && jobs.len() < shared.max(1) {
            match queue.try_recv() {
                Ok(Message::Write(job)) => jobs.push(job),
                Ok(Message::Read(job)) => turns.push(Other::Read(job)),
                Ok(Message::Raw(work)) => turns.push(Other::Raw(work)),
                Ok(Message::Close) | Err(_) => break,
            }
            if lane == Lane::Bulk {
                break;
            }
        }
        let mut turn = write(conn, context, jobs, answer);
        for other in turns {
            turn.calls += 1;
            match (other, answer) {
                (Other::Raw(work), _) => work(conn),
                (Other::Read(job), Answer::Given) => look(conn, context, job),
                (Other::Read(job), Answer::LostBefore | Answer::LostAfter) => {
                    job.finish(Some(LOST));
                }
            }
        }
        turn
    }
}

enum Other {
    Read(Box<dyn Job>),
    Raw(super::Raw),
}

/// One commit.
pub(crate) fn write(
    conn: &mut AnyConnection,
    context: &Context,
    mut jobs: Vec<Box<dyn Job>>,
    answer: Answer,
) -> Turn {
    let mut turn = Turn {
        calls: jobs.len(),
        ..Turn::default()
    };
    if jobs.is_empty() {
        return turn;
    }
    let lost = match answer {
        Answer::LostBefore => Some(LOST.to_owned()),
        Answer::Given | Answer::LostAfter => match transact(conn, context, &mut jobs) {
            Err(reason) => Some(reason),
            Ok(changes) => {
                turn.is_committed = true;
                turn.changes = changes;
                (answer == Answer::LostAfter).then(|| LOST.to_owned())
            }
        },
    };
    for job in jobs {
        job.finish(lost.as_deref());
    }
    turn
}

/// A read that waits for nobody.
pub(crate) fn read_now(conn: &mut AnyConnection, context: &Context, job: Box<dyn Job>) {
    look(conn, context, job);
}
