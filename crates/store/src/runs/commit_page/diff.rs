//! The second way: look first, and write what differs.

use syncline_domain::ModelId;

use super::Written;
use super::drafts::Draft;
use super::fence::Landing;
use super::known::Known;
use crate::error::StoreError;
use crate::records::canonical::is_same_json;
use crate::tx::Tx;

/// A draft that is there already and differs.
pub(super) struct Change<'d, 'p> {
    pub(super) draft: &'d Draft<'p>,
    pub(super) number: i64,
}

/// A draft that is not there yet. Its first number in the feed is its ordinal.
pub(super) struct Addition<'d, 'p> {
    pub(super) draft: &'d Draft<'p>,
    pub(super) number: i64,
}

/// What a draft is, beside what is stored.
#[derive(Clone, Copy)]
enum Verdict {
    New,
    Same { ordinal: i64 },
    Changed { ordinal: i64, was_deleted: bool },
}

impl Tx<'_> {
    pub(super) fn write_differences(
        &mut self,
        landing: &Landing,
        drafts: &[Draft<'_>],
    ) -> Result<Written, StoreError> {
        let verdicts = self.judge(landing.model_id, drafts)?;
        let mut written = Written::default();
        let mut revived = 0;
        for verdict in &verdicts {
            match verdict {
                Verdict::New => written.added += 1,
                Verdict::Same { .. } => written.unchanged += 1,
                Verdict::Changed { was_deleted, .. } => {
                    written.changed += 1;
                    revived += i64::from(*was_deleted);
                }
            }
        }
        let count = written.added + written.changed;
        let mut number = if count == 0 {
            0
        } else {
            self.take_numbers(landing.model_id, count, written.added + revived)?
        };
        let (mut additions, mut changes) = (Vec::new(), Vec::new());
        for (draft, verdict) in drafts.iter().zip(verdicts) {
            written.ordinals.push(match verdict {
                Verdict::New => {
                    number += 1;
                    additions.push(Addition { draft, number });
                    number
                }
                Verdict::Same { ordinal } => ordinal,
                Verdict::Changed { ordinal, .. } => {
                    number += 1;
                    changes.push(Change { draft, number });
                    ordinal
                }
            });
        }
        if !additions.is_empty() {
            self.insert_records(landing, &additions)?;
        }
        if !changes.is_empty() {
            self.update_records(landing, &changes)?;
        }
        Ok(written)
    }

    /// Compares hashes first; where those differ, what the texts say.
    fn judge(
        &mut self,
        model_id: ModelId,
        drafts: &[Draft<'_>],
    ) -> Result<Vec<Verdict>, StoreError> {
        let mut verdicts = vec![Verdict::New; drafts.len()];
        let mut doubtful = Vec::new();
        for Known {
            index,
            ordinal,
            hash,
            is_deleted,
        } in self.find_known(model_id, drafts)?
        {
            let same = !is_deleted && hash == drafts[index].hash;
            verdicts[index] = if same {
                Verdict::Same { ordinal }
            } else {
                if !is_deleted {
                    doubtful.push(index);
                }
                Verdict::Changed {
                    ordinal,
                    was_deleted: is_deleted,
                }
            };
        }
        if !doubtful.is_empty() {
            let keys: Vec<&str> = doubtful.iter().map(|index| &*drafts[*index].key).collect();
            for (at, stored) in self.find_known_data(model_id, &keys)? {
                let index = doubtful[at];
                if let Verdict::Changed { ordinal, .. } = verdicts[index]
                    && is_same_json(&stored, drafts[index].data)
                {
                    verdicts[index] = Verdict::Same { ordinal };
                }
            }
        }
        Ok(verdicts)
    }
}
