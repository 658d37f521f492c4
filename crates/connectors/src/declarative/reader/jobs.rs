//! Works the job of a slice off: makes it, asks until it is done, and makes another one when it
//! fails. What is waited for long is waited for without a worker: the attempt ends, and the next
//! one asks on for the same job.

use chrono::{Duration, TimeDelta};
use serde_json::Value;

use super::super::jobs::{Done, JobPlace, MOST_TRIES, extract, mark_of, span, told};
use super::super::sink::Batch;
use super::Reader;
use crate::components::async_jobs::{AsyncJobs, JobStatus};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::Answer;
use crate::http::request::RequestParts;
use crate::source::Page;
use crate::template::{Context, python};

/// A job that does not say how long it may take.
const USUAL_TIMEOUT: TimeDelta = Duration::minutes(60);

/// How a job came to nothing.
enum Lost {
    /// It was never made.
    NotMade(SourceError),
    Failed,
    TimedOut,
}

impl Reader {
    /// Comes closer to a job that is done. A page, where that is worth a position.
    pub(super) async fn work_job(&mut self) -> Result<Option<Page>, SourceError> {
        let bound = self.bound.clone();
        let Some(jobs) = bound.stream.retriever.jobs.as_deref() else {
            return Ok(None);
        };
        let job = self.place.job.clone().unwrap_or_default();
        let Some(created) = &job.created else {
            self.wait_to_make(&job).await?;
            return self.make(jobs, job).await.map(Some);
        };
        if job.is_read {
            self.delete(jobs, created).await?;
            return Ok(Some(self.leave()));
        }
        match self.follow(jobs, &job, created).await {
            Err(error) if self.is_gone(&error) => {
                self.warn("job_gone", "the provider no longer knows the job of the earlier attempt; another one was made".to_owned());
                self.start_slice_again();
                Ok(None)
            }
            Err(error) if !error.may_pass() => {
                // Nobody will come back for it.
                self.abort(jobs, created).await;
                Err(error)
            }
            other => other,
        }
    }

    /// Makes a job. That it cannot be made counts as one that failed.
    async fn make(&mut self, jobs: &AsyncJobs, job: JobPlace) -> Result<Page, SourceError> {
        let context = self.job_context(None);
        let sent = self.send_of_job(&jobs.creation, &context).await;
        let tries = job.tries + 1;
        let (answer, parts) = match sent {
            Ok(sent) => sent,
            Err(error) if error.kind == SourceErrorKind::Refused => {
                return self.lose(jobs, tries, Lost::NotMade(error));
            }
            Err(error) => return Err(error),
        };
        let created =
            told(&answer, &parts, &jobs.reads).map_err(|error| self.about(&parts, error))?;
        self.place.job = Some(JobPlace {
            tries,
            began: Some(self.clock.now()),
            created: Some(created),
            ..JobPlace::default()
        });
        if !self.is_job_storable() {
            self.warn("job_not_kept", "what the provider said of the job holds a secret or is too long to be kept: after an interruption another job is made".to_owned());
        }
        Ok(self.page(Batch::default(), Vec::new()))
    }

    /// Asks until the job is done, or it is time to leave the worker to others.
    async fn follow(
        &mut self,
        jobs: &AsyncJobs,
        job: &JobPlace,
        created: &Value,
    ) -> Result<Option<Page>, SourceError> {
        let context = self.job_context(Some(created));
        let timeout = span(jobs.timeout.as_ref(), Duration::minutes(1), &context)
            .map_err(|error| self.exchange.template(&error))?
            .unwrap_or(USUAL_TIMEOUT);
        let waits = self.exchange.job_waits();
        let began = job.began.unwrap_or_else(|| self.clock.now());
        loop {
            let age = self.clock.now() - began;
            // Whole seconds: the time between two questions is counted in them. One that nobody
            // asked for in long is asked for once more.
            let over = age.num_seconds() - timeout.num_seconds();
            if over > 0 && over <= waits.most.num_seconds() {
                self.abort(jobs, created).await;
                return self.lose(jobs, job.tries, Lost::TimedOut).map(Some);
            }
            let (answer, parts) = self.send_of_job(&jobs.polling, &context).await?;
            let status = self
                .status(jobs, &answer, &context)
                .map_err(|error| self.about(&parts, error))?;
            match status {
                JobStatus::Running if over > 0 => {
                    self.abort(jobs, created).await;
                    return self.lose(jobs, job.tries, Lost::TimedOut).map(Some);
                }
                JobStatus::Running => {
                    let pause = waits.pause(age);
                    self.rest(pause, age < waits.patience, || {
                        let age = spelled(age);
                        format!("a job at the provider has run for {age}, and is asked for again")
                    })
                    .await?;
                }
                JobStatus::Completed => {
                    return self.open_files(jobs, created, &answer, &parts).await;
                }
                JobStatus::Failed => return self.lose(jobs, job.tries, Lost::Failed).map(Some),
                JobStatus::TimedOut => {
                    self.abort(jobs, created).await;
                    return self.lose(jobs, job.tries, Lost::TimedOut).map(Some);
                }
                JobStatus::Skipped => {
                    self.doubt("a job was skipped: the provider had nothing to report");
                    self.hold_state();
                    return Ok(Some(self.leave()));
                }
            }
        }
    }

    fn status(
        &self,
        jobs: &AsyncJobs,
        answer: &Answer,
        context: &Context,
    ) -> Result<JobStatus, SourceError> {
        let found = extract(jobs, &jobs.status_extractor, answer, context)?;
        let word = found.first().map_or_else(|| "None".to_owned(), python::str);
        jobs.statuses.get(&word).copied().ok_or_else(|| {
            let mut known: Vec<_> = jobs.statuses.keys().map(String::as_str).collect();
            known.sort_unstable();
            let word = self.exchange.redactor().excerpt(&word, 60);
            SourceError::new(
                SourceErrorKind::Refused,
                format!(
                    "the job's status is `{word}`, which the manifest's `status_mapping` does not have ({})",
                    known.join(", ")
                ),
            )
        })
    }

    /// The job is done: its files are to be read, from the one on that an earlier attempt was at.
    async fn open_files(
        &mut self,
        jobs: &AsyncJobs,
        created: &Value,
        answer: &Answer,
        parts: &RequestParts,
    ) -> Result<Option<Page>, SourceError> {
        let polling =
            told(answer, parts, &jobs.reads_of_status).map_err(|error| self.about(parts, error))?;
        let context = self
            .job_context(Some(created))
            .with("polling_response", &polling);
        let files = match (&jobs.target_extractor, &jobs.targets) {
            (None, _) => vec![Value::from("")],
            (Some(extractor), None) => extract(jobs, extractor, answer, &context)
                .map_err(|error| self.about(parts, error))?,
            (Some(extractor), Some(requester)) => {
                let (answer, parts) = self.send_of_job(requester, &context).await?;
                extract(jobs, extractor, &answer, &context)
                    .map_err(|error| self.about(&parts, error))?
            }
        };
        let Some(job) = &mut self.place.job else {
            return Ok(None);
        };
        let index = usize::try_from(job.file).unwrap_or(usize::MAX);
        let mark = files.get(index).map(mark_of);
        if self.is_resumed && job.mark.is_some() && mark != job.mark {
            self.warn(
                "job_changed",
                "the files of the job that an earlier attempt was at are others now; all were read"
                    .to_owned(),
            );
            self.doubt("the files of a job changed after an interruption");
            self.begin_files();
        }
        if files.is_empty() {
            return Ok(Some(self.leave_files(jobs)));
        }
        self.done = Some(Done { polling, files });
        self.mark_file();
        Ok(None)
    }

    /// The file behind the open one, if there is any; or the job, if that is to be deleted.
    pub(super) fn stays_with_job(&mut self) -> bool {
        let Some(job) = &mut self.place.job else {
            return false;
        };
        let Some(done) = &self.done else {
            return false;
        };
        let next = job.file + 1;
        let has_more = usize::try_from(next).is_ok_and(|next| next < done.files.len());
        if has_more {
            job.file = next;
            self.place.request += 1;
            self.token = self.first_token();
            self.mark_file();
            return true;
        }
        self.done = None;
        let jobs = self.bound.stream.retriever.jobs.as_deref();
        if jobs.is_some_and(|jobs| jobs.delete.is_some()) {
            job.is_read = true;
            return true;
        }
        self.place.job = None;
        false
    }

    /// Where its files are read from the first one on.
    fn begin_files(&mut self) {
        self.place = self.place.at_window_start();
        self.token = self.first_token();
        if let Some(job) = &mut self.place.job {
            job.file = 0;
        }
    }

    fn mark_file(&mut self) {
        if let (Some(job), Some(done)) = (&mut self.place.job, &self.done) {
            let file = usize::try_from(job.file).ok();
            job.mark = file.and_then(|file| done.files.get(file)).map(mark_of);
        }
    }

    /// A job without a file.
    fn leave_files(&mut self, jobs: &AsyncJobs) -> Page {
        if let (Some(job), Some(_)) = (&mut self.place.job, &jobs.delete) {
            job.is_read = true;
            return self.page(Batch::default(), Vec::new());
        }
        self.leave()
    }

    /// The slice is behind, as far as its job goes.
    fn leave(&mut self) -> Page {
        self.place.job = None;
        self.done = None;
        let states = self.advance(None);
        self.page(Batch::default(), states)
    }

    /// Another job is to be made, or there were too many already: then the slice is left out, and
    /// the sync fails at its end.
    fn lose(&mut self, jobs: &AsyncJobs, tries: i64, lost: Lost) -> Result<Page, SourceError> {
        if tries >= MOST_TRIES {
            let why = match &lost {
                Lost::NotMade(error) => error.message.clone(),
                Lost::Failed => "the provider says that it failed".to_owned(),
                Lost::TimedOut => "it took too long".to_owned(),
            };
            // It stands in positions.
            let why = self.exchange.redactor().excerpt(&why, 300);
            self.place.lost.count += 1;
            self.place.lost.first.get_or_insert(why);
            self.hold_state();
            return Ok(self.leave());
        }
        let context = self.job_context(None);
        let wait = span(jobs.retry_wait.as_ref(), Duration::seconds(1), &context)
            .map_err(|error| self.exchange.template(&error))?;
        let usual = self.exchange.job_waits().every;
        let wait = match lost {
            Lost::Failed => wait.map_or(usual, |wait| wait.max(usual)),
            Lost::NotMade(_) | Lost::TimedOut => usual,
        };
        self.place.job = Some(JobPlace {
            tries,
            not_before: self.clock.now().checked_add_signed(wait),
            ..JobPlace::default()
        });
        Ok(self.page(Batch::default(), Vec::new()))
    }

    async fn wait_to_make(&mut self, job: &JobPlace) -> Result<(), SourceError> {
        let left = job.not_before.map(|moment| moment - self.clock.now());
        match left.filter(|left| *left > Duration::zero()) {
            None => Ok(()),
            Some(left) => {
                let tries = job.tries;
                self.rest(left, true, || {
                    format!("a job failed {tries} of {MOST_TRIES} times, and is made anew later")
                })
                .await
            }
        }
    }

    /// Waits, if that is not for long; otherwise the attempt ends, to go on then.
    async fn rest(
        &mut self,
        pause: Duration,
        may_hold: bool,
        why: impl Fn() -> String,
    ) -> Result<(), SourceError> {
        let length = pause.to_std().unwrap_or_default();
        if may_hold && self.exchange.wire().waits(length).await {
            return Ok(());
        }
        let until = self.clock.now().checked_add_signed(pause);
        Err(SourceError::new(SourceErrorKind::Later { until }, why()))
    }

    pub(super) fn is_job_storable(&self) -> bool {
        let redactor = self.exchange.redactor();
        let is_secret = |value: &Value| redactor.is_in(value);
        let job = self.place.job.as_ref();
        job.is_none_or(|job| job.is_storable(is_secret))
    }

    /// Its slice was not read: what is behind it is read, but the state stays in front of it.
    fn hold_state(&mut self) {
        if let Some(mark) = self.mark() {
            self.place.held.get_or_insert(mark);
            self.place.totals.is_held = true;
        }
    }

    /// The job that an earlier attempt made is not known any more.
    fn is_gone(&self, error: &SourceError) -> bool {
        self.is_resumed
            && error.kind == SourceErrorKind::Refused
            && matches!(error.status_code, Some(404 | 410))
    }

    pub(super) fn start_slice_again(&mut self) {
        self.place = self.place.at_window_start();
        self.place.job = None;
        self.done = None;
        self.token = self.first_token();
        self.is_resumed = false;
    }

    /// Why the sync fails though it came to its end: some slices could not be read.
    pub(super) fn lost_jobs(&mut self) -> Option<SourceError> {
        let lost = &self.place.lost;
        let first = lost.first.as_deref()?;
        let count = lost.count;
        Some(SourceError::new(
            SourceErrorKind::Refused,
            format!(
                "{count} of the stream's jobs could not be completed in {MOST_TRIES} tries each; what the others made was read. The first one: {first}"
            ),
        ))
    }
}

fn spelled(age: Duration) -> String {
    let seconds = age.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}
