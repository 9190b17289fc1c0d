//! The Lambda Runtime API of one environment: what its runtime process asks for events and hands responses to.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::protocol::monotonic_ns;

/// What a response may hold: 6 MB and a little, as AWS counts.
pub(super) const RESPONSE_LIMIT: usize = 6_291_556;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";

/// What the runtime process did.
#[derive(Debug)]
pub(super) enum Call {
    /// Asked for an event, at this reading of the monotonic clock.
    Next { at_ns: u64 },
    /// Answered the invoke.
    Answer(Answer),
    /// Said that it can't initialise.
    InitError(Raised),
}

/// An answer to an invoke.
#[derive(Debug)]
pub(super) enum Answer {
    /// The function's response.
    Response(Bytes),
    /// The function's error.
    Error(Raised),
    /// A response over the limit.
    TooLarge,
}

/// An error in the runtime's own words.
#[derive(Debug)]
pub(super) struct Raised {
    /// `ValueError`, `Runtime.ImportModuleError`.
    pub kind: String,
    /// The body, as posted.
    pub body: Bytes,
}

/// An event for the runtime process.
#[derive(Debug)]
pub(super) struct Handout {
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// The event.
    pub payload: Bytes,
    /// Time that is left.
    pub remaining: Duration,
    /// ARN.
    pub arn: String,
    /// X-Ray header.
    pub trace: String,
    /// Client context, JSON.
    pub client_context: Option<String>,
}

/// The server; it ends with this value.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    shared: Arc<Shared>,
    port: u16,
    open: watch::Sender<usize>,
    server: AbortHandle,
}

struct Shared {
    state: Mutex<State>,
    tell: Box<dyn Fn(Call) + Send + Sync>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.state.fmt(f)
    }
}

#[derive(Debug)]
enum State {
    /// Not yet asked for an event.
    Initialising,
    /// Waits for one.
    Waiting(oneshot::Sender<Handout>),
    /// Works on it.
    Invoking(String),
    /// Has answered it, and not yet asked for the next.
    Answered(String),
}

impl State {
    fn refusal(&self, id: &str) -> Option<Reply> {
        match self {
            Self::Invoking(current) if current == id => None,
            Self::Answered(current) if current == id => Some(wrong_state()),
            _ => Some(refuse(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            )),
        }
    }
}

type Reply = Response<Full<Bytes>>;

impl RuntimeApi {
    /// Listens on a port of its own; calls go to `calls`.
    pub async fn start<C: From<Call> + Send + 'static>(
        calls: UnboundedSender<C>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Initialising),
            tell: Box::new(move |call| {
                // An environment that no longer listens has ended.
                let _ = calls.send(C::from(call));
            }),
        });
        let open = watch::Sender::new(0);
        let server =
            tokio::spawn(accept(listener, Arc::clone(&shared), open.clone())).abort_handle();
        Ok(Self {
            shared,
            port,
            open,
            server,
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Gives the event to a runtime process that waits for one; gives it back if none does.
    pub fn hand_out(&self, handout: Handout) -> Result<(), Handout> {
        let mut state = self.shared.state();
        let invoking = State::Invoking(handout.request_id.clone());
        match std::mem::replace(&mut *state, invoking) {
            State::Waiting(runtime) => runtime
                .send(handout)
                .inspect_err(|_| *state = State::Initialising),
            other => {
                *state = other;
                Err(handout)
            }
        }
    }

    /// Forgets a runtime process that is dead, once all that it sent has been heard.
    pub async fn reset(&self) {
        self.all_heard().await;
        *self.shared.state() = State::Initialising;
    }

    /// Waits until every connection of a dead runtime process has been read to its end.
    pub async fn all_heard(&self) {
        let mut open = self.open.subscribe();
        // A living child may hold a connection: what the dead one sent has long been read then.
        let _ = tokio::time::timeout(
            Duration::from_millis(200),
            open.wait_for(|count| *count == 0),
        )
        .await;
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves every connection; all of them end with this future.
async fn accept(listener: TcpListener, shared: Arc<Shared>, open: watch::Sender<usize>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: others must be given time to close theirs.
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        open.send_modify(|count| *count += 1);
        connections.spawn(serve(stream, Arc::clone(&shared), open.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, open: watch::Sender<usize>) {
    // Without it an answer may wait 40 ms for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, request).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // Scripts look for `Lambda-Runtime-Aws-Request-Id` as AWS writes it.
    http.keep_alive(true)
        .header_read_timeout(None)
        .title_case_headers(true);
    // A runtime that breaks its connection has its own reasons; what comes of it is heard from the guard.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
    open.send_modify(|count| *count -= 1);
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Reply {
    let at_ns = monotonic_ns();
    let path = request.uri().path().to_owned();
    let Some(path) = path.strip_prefix("/2018-06-01/runtime/") else {
        return refuse(
            StatusCode::NOT_FOUND,
            "NotFound",
            "no such path in the Runtime API",
        );
    };
    let segments: Vec<&str> = path.split('/').collect();
    match (request.method(), &segments[..]) {
        (&Method::GET, ["invocation", "next"]) => shared.next(at_ns).await,
        (&Method::POST, ["invocation", id, "response"]) => shared.response(id, request).await,
        (&Method::POST, ["invocation", id, "error"]) => shared.error(id, request).await,
        (&Method::POST, ["init", "error"]) => shared.init_error(request).await,
        _ => refuse(
            StatusCode::NOT_FOUND,
            "NotFound",
            "no such path in the Runtime API",
        ),
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn next(&self, at_ns: u64) -> Reply {
        let (runtime, handout) = oneshot::channel();
        {
            let mut state = self.state();
            if let State::Invoking(_) = *state {
                return wrong_state();
            }
            *state = State::Waiting(runtime);
            (self.tell)(Call::Next { at_ns });
        }
        match handout.await {
            Ok(handout) => event(handout),
            // Asked again on another connection, or the environment is being reset.
            Err(_) => wrong_state(),
        }
    }

    /// None if this invoke may be answered now; else what to say instead.
    fn refusal(&self, id: &str) -> Option<Reply> {
        self.state().refusal(id)
    }

    /// Takes the answer if the invoke still waits for one.
    fn settle(&self, id: &str, answer: Answer) -> Reply {
        let mut state = self.state();
        if let Some(refusal) = state.refusal(id) {
            return refusal;
        }
        let reply = if matches!(answer, Answer::TooLarge) {
            too_large()
        } else {
            accepted()
        };
        *state = State::Answered(id.to_owned());
        (self.tell)(Call::Answer(answer));
        reply
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Reply {
        if let Some(refusal) = self.refusal(id) {
            return refusal;
        }
        match read(request.into_body()).await {
            Ok(Some((body, trailers))) => {
                let answer = broken_off(&trailers).map_or(Answer::Response(body), Answer::Error);
                self.settle(id, answer)
            }
            Ok(None) => self.settle(id, Answer::TooLarge),
            Err(_) => unreadable(),
        }
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Reply {
        if let Some(refusal) = self.refusal(id) {
            return refusal;
        }
        match raised(request).await {
            Ok(raised) => self.settle(id, raised.map_or(Answer::TooLarge, Answer::Error)),
            Err(_) => unreadable(),
        }
    }

    async fn init_error(&self, request: Request<Incoming>) -> Reply {
        let Ok(raised) = raised(request).await else {
            return unreadable();
        };
        if !matches!(*self.state(), State::Initialising) {
            return wrong_state();
        }
        let Some(raised) = raised else {
            return too_large();
        };
        (self.tell)(Call::InitError(raised));
        accepted()
    }
}

/// The whole body and its trailers, or none if it is over the limit. It is read to its end even then: a client that
/// is still sending would not hear our answer.
async fn read(mut body: Incoming) -> Result<Option<(Bytes, HeaderMap)>, hyper::Error> {
    let (mut first, mut all, mut size) = (Bytes::new(), BytesMut::new(), 0);
    let mut trailers = HeaderMap::new();
    while let Some(frame) = body.frame().await {
        let frame = match frame?.into_data() {
            Ok(data) => {
                size += data.len();
                if size > RESPONSE_LIMIT {
                    (first, all) = (Bytes::new(), BytesMut::new());
                } else if first.is_empty() {
                    first = data;
                } else {
                    if all.is_empty() {
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&data);
                }
                continue;
            }
            Err(frame) => frame,
        };
        if let Ok(more) = frame.into_trailers() {
            trailers.extend(more);
        }
    }
    let whole = if all.is_empty() { first } else { all.freeze() };
    Ok((size <= RESPONSE_LIMIT).then_some((whole, trailers)))
}

/// An error that a streaming function met after it had begun to respond.
fn broken_off(trailers: &HeaderMap) -> Option<Raised> {
    let kind = trailers.get(ERROR_TYPE)?.to_str().ok()?.to_owned();
    let body = trailers
        .get(ERROR_BODY)
        .and_then(|body| BASE64_STANDARD.decode(body).ok());
    let body = body.unwrap_or_else(|| {
        json!({"errorType": kind, "errorMessage": ""})
            .to_string()
            .into_bytes()
    });
    Some(Raised {
        kind,
        body: body.into(),
    })
}

async fn raised(request: Request<Incoming>) -> Result<Option<Raised>, hyper::Error> {
    let header = request
        .headers()
        .get(ERROR_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .map(str::to_owned);
    let Some((body, _)) = read(request.into_body()).await? else {
        return Ok(None);
    };
    // Most clients leave the header out.
    let inside = || {
        serde_json::from_slice::<Value>(&body)
            .ok()?
            .get("errorType")?
            .as_str()
            .map(str::to_owned)
    };
    let kind = inside()
        .or(header)
        .unwrap_or_else(|| "Runtime.Unknown".to_owned());
    let body = if body.is_empty() {
        json!({"errorType": kind, "errorMessage": ""})
            .to_string()
            .into()
    } else {
        body
    };
    Ok(Some(Raised { kind, body }))
}

fn event(handout: Handout) -> Reply {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let deadline_ms = (now + handout.remaining).as_millis().to_string();
    let mut reply = Response::new(Full::new(handout.payload));
    let mut add = |name: &'static str, value: &str| {
        // Bytes above ASCII are allowed in a header value, control characters are not.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            reply
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    add("content-type", "application/json");
    add("lambda-runtime-aws-request-id", &handout.request_id);
    add("lambda-runtime-deadline-ms", &deadline_ms);
    add("lambda-runtime-invoked-function-arn", &handout.arn);
    add("lambda-runtime-trace-id", &handout.trace);
    if let Some(context) = &handout.client_context {
        add("lambda-runtime-client-context", context);
    }
    reply
}

fn reply(status: StatusCode, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

fn accepted() -> Reply {
    reply(StatusCode::ACCEPTED, &b"{\"status\":\"OK\"}\n"[..])
}

fn refuse(status: StatusCode, kind: &str, message: &str) -> Reply {
    reply(
        status,
        json!({"errorMessage": message, "errorType": kind}).to_string(),
    )
}

fn wrong_state() -> Reply {
    refuse(
        StatusCode::FORBIDDEN,
        "InvalidStateTransition",
        "State transition is not allowed",
    )
}

fn too_large() -> Reply {
    let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
    refuse(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestEntityTooLarge",
        &message,
    )
}

fn unreadable() -> Reply {
    refuse(
        StatusCode::BAD_REQUEST,
        "InvalidRequest",
        "the body could not be read",
    )
}
