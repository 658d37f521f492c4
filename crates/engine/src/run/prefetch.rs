//! Reads pages ahead of the one that is being committed.

use syncline_connectors::error::SourceError;
use syncline_connectors::source::{Cost, Coverage, End, PageReader, Step};
use syncline_store::bug::{self, Bug};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::interrupt::Interrupt;

/// A reader at work in a task of its own. Dropping it abandons the request that is under way.
#[derive(Debug)]
pub(super) struct Prefetch {
    steps: mpsc::Receiver<Result<Step, SourceError>>,
    task: AbortOnDropHandle<()>,
}

impl Prefetch {
    /// Begins to read, at most `ahead` pages in advance.
    pub(super) fn start(reader: Box<dyn PageReader>, ahead: usize) -> Self {
        let (sender, steps) = mpsc::channel(ahead.max(1));
        Self {
            steps,
            task: AbortOnDropHandle::new(tokio::spawn(read(reader, sender))),
        }
    }

    /// The next step. May be abandoned: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Step, Interrupt> {
        match self.steps.recv().await {
            Some(Err(_)) if bug::is_on(Bug::ErrorTakenForEnd) => Ok(Step::End(End {
                states: Vec::new(),
                drops_partitions: false,
                coverage: Coverage::Partial,
                cost: Cost::default(),
                warnings: Vec::new(),
            })),
            Some(step) => Ok(step?),
            None => Err(match (&mut self.task).await {
                Err(error) if error.is_panic() => Interrupt::panic(&*error.into_panic()),
                Ok(()) | Err(_) => Interrupt::Defect,
            }),
        }
    }
}

/// Room comes first, so that no more than `ahead` pages are asked for in vain when the attempt
/// breaks off, and no more are held in memory.
async fn read(mut reader: Box<dyn PageReader>, sender: mpsc::Sender<Result<Step, SourceError>>) {
    while let Ok(room) = sender.reserve().await {
        let step = reader.next().await;
        let is_last = !matches!(step, Ok(Step::Page(_)));
        room.send(step);
        if is_last {
            return;
        }
    }
}
