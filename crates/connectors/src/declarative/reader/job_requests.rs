//! The requests about a job, beside those of its files.

use serde_json::Value;

use super::super::requests;
use super::Reader;
use crate::components::async_jobs::AsyncJobs;
use crate::components::requesters::HttpRequester;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::Answer;
use crate::http::exchange::{Call, Outcome};
use crate::http::request::RequestParts;
use crate::template::Context;

impl Reader {
    /// Sends one of the requests about a job.
    pub(super) async fn send_of_job(
        &mut self,
        requester: &HttpRequester,
        context: &Context,
    ) -> Result<(Answer, RequestParts), SourceError> {
        let parts =
            requests::plain(requester, context).map_err(|error| self.exchange.template(&error))?;
        let call = Call {
            requester,
            context,
            clock: self.clock,
        };
        let unusable = match self.exchange.run(&parts, &call, &mut self.cost).await? {
            Outcome::Answer(answer) => return Ok((answer, parts)),
            Outcome::Ignored {
                answer: Some(answer),
                ..
            } => return Ok((answer, parts)),
            Outcome::Ignored { what, answer: None } => what,
            Outcome::Less(_, error) => return Err(error),
            Outcome::Reset => "pages cannot begin anew here".to_owned(),
        };
        Err(self.about(
            &parts,
            SourceError::new(
                SourceErrorKind::Refused,
                format!("the answer about a job cannot be left out: {unusable}"),
            ),
        ))
    }

    /// As far as it goes: that a job is not ended does not keep anything from being read.
    pub(super) async fn abort(&mut self, jobs: &AsyncJobs, created: &Value) {
        let Some(requester) = &jobs.abort else {
            return;
        };
        let context = self.job_context(Some(created));
        if let Err(error) = self.send_of_job(requester, &context).await {
            self.warn(
                "job_not_aborted",
                format!("a job could not be ended: {error}"),
            );
        }
    }

    /// What was read stays read.
    pub(super) async fn delete(
        &mut self,
        jobs: &AsyncJobs,
        created: &Value,
    ) -> Result<(), SourceError> {
        let Some(requester) = &jobs.delete else {
            return Ok(());
        };
        let context = self.job_context(Some(created));
        match self.send_of_job(requester, &context).await {
            Err(error) if error.may_pass() => Err(error),
            Err(error) => {
                self.warn(
                    "job_not_deleted",
                    format!("a job could not be deleted: {error}"),
                );
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// What the requests about a job, and those of its files, can read.
    pub(super) fn job_context(&self, created: Option<&Value>) -> Context {
        let context = requests::context(
            &self.bound,
            self.slice.as_ref(),
            self.window.as_ref(),
            None,
            None,
        );
        match created {
            None => context,
            Some(created) => context.with("creation_response", created),
        }
    }

    /// Adds what the requests of files can read.
    pub(super) fn with_file(&self, context: Context) -> Context {
        let (Some(job), Some(done)) = (&self.place.job, &self.done) else {
            return context;
        };
        let file = usize::try_from(job.file).ok();
        let file = file.and_then(|file| done.files.get(file));
        context
            .with(
                "creation_response",
                job.created.as_ref().unwrap_or(&Value::Null),
            )
            .with("polling_response", &done.polling)
            .with("download_target", file.unwrap_or(&Value::Null))
    }

    pub(super) fn about(&self, parts: &RequestParts, error: SourceError) -> SourceError {
        SourceError {
            message: format!("{}: {}", self.exchange.asked(parts), error.message),
            ..error
        }
    }
}
