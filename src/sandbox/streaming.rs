//! `InvokeWithResponseStream`: what the function streams is sent on as it comes, as events, and how it ended comes last.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::StatusCode;
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::api::{Answer, Call};
use super::environment::Outcome;
use super::errors::ApiError;
use super::event_stream::event;
use super::invoke::{Kind, kind, log_result, wants_tail};
use super::plane::Plane;
use super::pool::ServeError;

/// Of one event, bytes.
const CHUNK: usize = 64 * 1024;
/// So many pieces of a response may wait for a caller who is slow; then the function waits, too.
const WAITING: usize = 16;

impl Plane {
    /// `InvokeWithResponseStream`.
    pub async fn invoke_streaming(self: &Arc<Self>, call: Call) -> Result<Answer, ApiError> {
        let kind = kind(&call)?;
        if kind == Kind::Event {
            return Err(ApiError::validation(
                "Event",
                "invocationType",
                "Member must satisfy enum value set: [RequestResponse, DryRun]",
            ));
        }
        let tail = wants_tail(&call)?;
        let (pool, mut invocation) = self.invocation(call, kind)?;
        if kind == Kind::DryRun {
            return Ok(Answer::empty(StatusCode::NO_CONTENT));
        }
        let (pieces, arriving) = mpsc::channel(WAITING);
        invocation.stream = Some(pieces);
        let (done, outcome) = oneshot::channel();
        let serving = Arc::clone(&pool);
        // Its clock goes on, and its end comes, whether or not the caller reads.
        self.background.spawn(async move {
            let _ = done.send(serving.serve(invocation).await);
        });
        let mut arriving = Arriving {
            pieces: arriving,
            outcome: Some(outcome),
            ended: None,
        };
        // What kept the function from running has a status of its own; so nothing is answered before it is known.
        let first = arriving.next().await.transpose()?;
        let rest = stream::unfold(arriving, |mut arriving| async {
            Some((arriving.next().await?, arriving))
        });
        let events = stream::iter(first.map(Ok)).chain(rest).map(move |part| {
            part.map(|part| Frame::data(part.events(tail)))
                .map_err(|_| io::Error::other("the sandbox is closing"))
        });
        let mut answer = Answer::empty(StatusCode::OK);
        answer.stream = Some(StreamBody::new(events).boxed_unsync());
        answer.headers = pool.facts.clone();
        let set = HeaderValue::from_static("application/vnd.amazon.eventstream");
        answer.headers.insert(CONTENT_TYPE, set);
        if let Ok(version) = HeaderValue::from_str(&pool.spec.version) {
            answer.headers.insert("x-amz-executed-version", version);
        }
        Ok(answer)
    }
}

/// A response on its way.
struct Arriving {
    pieces: mpsc::Receiver<Bytes>,
    /// Until it is known.
    outcome: Option<oneshot::Receiver<Result<Outcome, ServeError>>>,
    /// Until it is told.
    ended: Option<Outcome>,
}

/// A part of it.
enum Part {
    Piece(Bytes),
    End(Outcome),
}

impl Arriving {
    /// The next part; none after the end.
    async fn next(&mut self) -> Option<Result<Part, ApiError>> {
        if let Some(outcome) = &mut self.outcome {
            tokio::select! {
                biased;
                Some(piece) = self.pieces.recv() => return Some(Ok(Part::Piece(piece))),
                outcome = outcome => {
                    self.outcome = None;
                    self.pieces.close();
                    match outcome {
                        Ok(Ok(outcome)) => self.ended = Some(outcome),
                        Ok(Err(error)) => return Some(Err(error.into())),
                        Err(_) => return Some(Err(ApiError::service("the sandbox is closing"))),
                    }
                }
            }
        }
        // What was streamed before the end comes before it.
        if let Some(piece) = self.pieces.recv().await {
            return Some(Ok(Part::Piece(piece)));
        }
        self.ended.take().map(|outcome| Ok(Part::End(outcome)))
    }
}

impl Part {
    /// As it is sent.
    fn events(self, tail: bool) -> Bytes {
        let mut events = Vec::new();
        let mut payload = |bytes: &[u8]| {
            for chunk in bytes.chunks(CHUNK) {
                events.extend(event("PayloadChunk", "application/octet-stream", chunk));
            }
        };
        let outcome = match self {
            Self::Piece(bytes) => {
                payload(&bytes);
                return events.into();
            }
            Self::End(outcome) => outcome,
        };
        let mut end = json!({});
        if let Some(error) = &outcome.function_error {
            end["ErrorCode"] = error.as_str().into();
            end["ErrorDetails"] = String::from_utf8_lossy(&outcome.body).into();
        } else {
            // One that was not streamed is sent whole.
            payload(&outcome.body);
        }
        if tail {
            end["LogResult"] = log_result(&outcome).into();
        }
        let end = end.to_string();
        events.extend(event("InvokeComplete", "application/json", end.as_bytes()));
        events.into()
    }
}
