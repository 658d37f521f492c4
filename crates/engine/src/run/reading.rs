//! Pages, from the source into the store.

use syncline_connectors::source as connector;
use syncline_connectors::source::{Coverage, End, Page, SourceRecord};
use syncline_domain::attempt::{Counters, Warning};
use syncline_store::bug::{self, Bug};
use syncline_store::runs::{PageWrite, ProvenEnd, RecordDraft, Unseen};

use super::interrupt::Interrupt;
use super::persist::{Mark, mark};
use super::prefetch::Prefetch;
use super::{Account, Stage, Step, SyncRun};

/// A sync whose pages are being read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) pages: Prefetch,
    /// Where the sync stands in the store.
    pub(super) last: Option<Mark>,
    /// What is to be kept with the next page.
    pub(super) warnings: Vec<Warning>,
    pub(super) is_full_pass: bool,
    /// Why the pass may not be trusted to have seen everything.
    pub(super) doubt: Option<String>,
    pub(super) account: Account,
}

impl SyncRun {
    /// Waits for the next page and commits it, or keeps the proof of the end. The page after it
    /// is being fetched meanwhile.
    ///
    /// A page without records waits for what comes next, so that a source that has nothing new
    /// costs one transaction; whatever comes, it is committed first.
    pub(super) async fn read(&self, mut reading: Box<Reading>) -> Result<(Step, Stage), Interrupt> {
        let mut held: Option<(PageWrite, Mark)> = None;
        loop {
            let next = reading.pages.next();
            let next = match self.place.control().unless_stopped(next).await {
                Ok(next) => next,
                Err(stop) => Err(stop.into()),
            };
            let end = match next {
                Ok(connector::Step::Page(page)) => {
                    let reached = mark(&page.position);
                    let page = page_write(page, std::mem::take(&mut reading.warnings));
                    if page.records.is_empty() && held.is_none() {
                        held = Some((page, reached));
                        continue;
                    }
                    if let Some(held) = held.take() {
                        self.land(&mut reading, held).await?;
                    }
                    let counted = self.land(&mut reading, (page, reached)).await?;
                    return Ok((Step::Page(counted), Stage::Read(reading)));
                }
                Ok(connector::Step::End(end)) => end,
                Err(interrupt) => {
                    if let Some(held) = held.filter(|_| !interrupt.is_lost()) {
                        self.land(&mut reading, held).await?;
                    }
                    return Err(interrupt);
                }
            };
            let Reading {
                is_full_pass,
                doubt,
                warnings,
                account,
                ..
            } = *reading;
            let held = held.map(|(page, _)| page);
            let end = proven_end(end, warnings, is_full_pass, doubt);
            return self.prove(held, end, account).await;
        }
    }

    async fn land(
        &self,
        reading: &mut Reading,
        (page, reached): (PageWrite, Mark),
    ) -> Result<Counters, Interrupt> {
        let counted = self.commit(page, reading.last.as_ref()).await?;
        reading.last = Some(reached);
        Ok(counted)
    }
}

fn page_write(page: Page, mut warnings: Vec<Warning>) -> PageWrite {
    let Page {
        records,
        position,
        states,
        cost,
        warnings: more,
    } = page;
    warnings.extend(more);
    PageWrite {
        records: records
            .into_iter()
            .map(|SourceRecord { key, data }| RecordDraft { key, data })
            .collect(),
        position,
        states,
        requests: cost.requests,
        bytes: cost.bytes,
        warnings,
    }
}

fn proven_end(
    end: End,
    mut warnings: Vec<Warning>,
    is_full_pass: bool,
    doubt: Option<String>,
) -> ProvenEnd {
    let End {
        states,
        drops_partitions,
        coverage,
        cost,
        warnings: more,
    } = end;
    warnings.extend(more);
    // Only a pass whose pages were remembered from the first on can tell what it did not see.
    let unseen = match (coverage, doubt) {
        _ if !is_full_pass => Unseen::Unknown,
        (Coverage::Partial, _) => Unseen::Unknown,
        (Coverage::Full, None) => Unseen::Gone,
        (Coverage::Doubtful { .. }, _) if bug::is_on(Bug::DoubtTakenForProof) => Unseen::Gone,
        (Coverage::Full, Some(reason)) | (Coverage::Doubtful { reason }, _) => {
            Unseen::Suspect { reason }
        }
    };
    ProvenEnd {
        states,
        drops_partitions,
        unseen,
        requests: cost.requests,
        bytes: cost.bytes,
        warnings,
    }
}
