//! Sends the requests of a page: one, or one for each chunk of properties.

use serde_json::Value;

use super::super::answers::parse;
use super::super::merging::Merging;
use super::super::requests;
use super::{Asked, Open, Reader};
use crate::error::SourceError;
use crate::http::answer::{Body, header_values};
use crate::http::exchange::{Call, Less, Outcome};
use crate::http::request::RequestParts;
use crate::template::Context;

/// One request.
struct Request {
    context: Context,
    parts: RequestParts,
}

/// What came of it.
enum Told {
    Answer {
        body: Body,
        headers: Value,
    },
    /// Nothing is to be read.
    Nothing,
    Reset,
    Less(Less, SourceError),
}

impl Reader {
    /// Asks for the next page and begins to parse its answer.
    pub(super) async fn ask(&mut self) -> Result<Asked, SourceError> {
        self.learn_schema().await?;
        if let Some(answer) = self.first_answer() {
            let request = self.request(None)?;
            return Ok(self.opened(request, Body::Memory(answer), Value::Null));
        }
        let Some(chunks) = self.chunks().await? else {
            let request = self.request(None)?;
            return self.ask_once(request).await;
        };
        let properties = self.bound.stream.retriever.properties.as_ref();
        let chunking = properties.and_then(|properties| properties.chunking.as_ref());
        match (chunking, chunks.first()) {
            (Some(chunking), Some(_)) => {
                let merging = Merging::new(&chunking.keys);
                self.ask_in_chunks(&chunks, merging).await
            }
            (_, chunk) => {
                let request = self.request(chunk.map(Vec::as_slice))?;
                self.ask_once(request).await
            }
        }
    }

    async fn ask_once(&mut self, request: Request) -> Result<Asked, SourceError> {
        Ok(match self.send(&request).await? {
            Told::Answer { body, headers } => self.opened(request, body, headers),
            Told::Nothing => Asked::Nothing,
            Told::Reset => Asked::Reset,
            Told::Less(what, error) => Asked::Less(what, error),
        })
    }

    /// A page is read when all of its parts are there: whatever interrupts it, it is asked for
    /// again from its first part.
    async fn ask_in_chunks(
        &mut self,
        chunks: &[Vec<String>],
        mut merging: Merging,
    ) -> Result<Asked, SourceError> {
        let mut open = None;
        for chunk in chunks {
            let request = self.request(Some(chunk))?;
            let told = self.send(&request).await?;
            // What the last answer says counts, as in the reference.
            open = Some(match told {
                Told::Answer { body, headers } => {
                    let mut reading = self.reading(&request.context);
                    reading.skip = None;
                    merging = merging.with(body, reading).await.map_err(|error| {
                        let asked = self.exchange.asked(&request.parts);
                        let message = format!("{asked}: {}", error.message);
                        SourceError { message, ..error }
                    })?;
                    (request, headers, false)
                }
                Told::Nothing => (request, Value::Null, true),
                Told::Reset => return Ok(Asked::Reset),
                Told::Less(what, error) => return Ok(Asked::Less(what, error)),
            });
        }
        let Some((Request { context, parts }, headers, is_last)) = open else {
            return Ok(Asked::Nothing);
        };
        Ok(Asked::open(Open {
            parsed: merging.parse(self.reading(&context)),
            parts,
            context,
            headers,
            is_last,
        }))
    }

    fn opened(&self, request: Request, body: Body, headers: Value) -> Asked {
        let Request { context, parts } = request;
        Asked::open(Open {
            parsed: parse(body, self.reading(&context)),
            parts,
            context,
            headers,
            is_last: false,
        })
    }

    fn request(&self, properties: Option<&[String]>) -> Result<Request, SourceError> {
        let (slice, window) = (self.slice.as_ref(), self.window.as_ref());
        let token = self.token.as_ref();
        let context = requests::context(&self.bound, slice, window, token, properties);
        let context = self.with_file(context);
        let size = self.place.size;
        let parts = requests::build(
            &self.bound,
            slice,
            window,
            token,
            size,
            properties,
            &context,
        )
        .map_err(|error| self.exchange.template(&error))?;
        Ok(Request { context, parts })
    }

    async fn send(&mut self, request: &Request) -> Result<Told, SourceError> {
        let call = Call {
            requester: &self.bound.stream.retriever.requester,
            context: &request.context,
            clock: self.clock,
        };
        let sent = self.exchange.run(&request.parts, &call, &mut self.cost);
        let answer = match sent.await? {
            Outcome::Answer(answer) => answer,
            Outcome::Reset => return Ok(Told::Reset),
            Outcome::Less(what, error) => return Ok(Told::Less(what, error)),
            Outcome::Ignored { what, answer } => {
                self.warn(
                    "answer_ignored",
                    format!("{what}: ignored, as the manifest says"),
                );
                self.doubt("an answer was ignored, as the manifest says");
                // What is not even JSON has no records.
                match answer.filter(|answer| answer.body.json().is_some()) {
                    Some(answer) => answer,
                    None => return Ok(Told::Nothing),
                }
            }
        };
        let headers = match self.reads_headers() {
            true => header_values(&answer.headers),
            false => Value::Null,
        };
        // An error that the manifest takes for good has no records.
        if answer.status == reqwest::StatusCode::NO_CONTENT || answer.status.as_u16() >= 400 {
            return Ok(Told::Nothing);
        }
        let body = answer.body;
        Ok(Told::Answer { body, headers })
    }
}
