//! The Lambda Runtime API of one environment: what its runtime process asks for events and hands responses to.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Sender, UnboundedSender};
use tokio::sync::{oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::extensions::Extensions;
use super::protocol::monotonic_ns;
use super::runtime_messages::{
    Answer, Handout, RESPONSE_LIMIT, Raised, Reply, accepted, broken_off, event, forward,
    is_streamed, not_found, raised, read, refuse, too_large, unreadable, wrong_state,
};
use super::telemetry::Telemetry;
use super::{extension_api, telemetry_api};

/// What the runtime process did.
#[derive(Debug)]
pub(super) enum Call {
    /// Asked for an event, at this reading of the monotonic clock.
    Next { at_ns: u64 },
    /// Answered the invoke.
    Answer(Answer),
    /// Said that it can't initialise.
    InitError(Raised),
    /// An extension has registered, or asked for an event.
    Extension,
    /// An extension said that it can't go on.
    ExtensionFailed { kind: &'static str, reason: String },
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
    extensions: Arc<Extensions>,
    telemetry: Arc<Telemetry>,
    address: Ipv4Addr,
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
    /// Works on it; where its response goes if it streams one.
    Invoking(String, Option<Sender<Bytes>>),
    /// Has answered it, and not yet asked for the next.
    Answered(String),
}

impl State {
    fn refusal(&self, id: &str) -> Option<Reply> {
        match self {
            Self::Invoking(current, _) if current == id => None,
            Self::Answered(current) if current == id => Some(wrong_state()),
            _ => Some(refuse(
                StatusCode::BAD_REQUEST,
                "InvalidRequestID",
                "Invalid request ID",
            )),
        }
    }
}

impl RuntimeApi {
    /// Listens on a port of its own; calls go to `calls`.
    pub async fn start<C: From<Call> + Send + 'static>(
        calls: UnboundedSender<C>,
        extensions: Arc<Extensions>,
        telemetry: Arc<Telemetry>,
        own_address: bool,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            state: Mutex::new(State::Initialising),
            extensions,
            telemetry,
            address: if own_address {
                address(port)
            } else {
                Ipv4Addr::LOCALHOST
            },
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

    /// The extensions that talk to it.
    pub fn extensions(&self) -> &Extensions {
        &self.shared.extensions
    }

    /// What extensions are told of the environment.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.shared.telemetry
    }

    /// Gives the event to a runtime process that waits for one; gives it back if none does.
    pub fn hand_out(&self, handout: Handout) -> Option<Handout> {
        let mut state = self.shared.state();
        let invoking = State::Invoking(handout.request_id.clone(), handout.stream.clone());
        let returned = match std::mem::replace(&mut *state, invoking) {
            State::Waiting(runtime) => runtime.send(handout).err()?,
            _ => handout,
        };
        *state = State::Initialising;
        Some(returned)
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

/// The loopback address that an environment has for itself, so that the listeners of two, which would have a network
/// each on AWS, do not take each other's port.
pub(super) fn address(port: u16) -> Ipv4Addr {
    let [high, low] = port.to_be_bytes();
    Ipv4Addr::new(127, 77, high, low)
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
        let at_ns = monotonic_ns();
        let shared = Arc::clone(&shared);
        // Here, not in the future: that is never polled where the end of the connection is read with the request.
        let asked = asks_for_an_event(&request).then(|| shared.ask(at_ns));
        async move {
            Ok::<_, Infallible>(match asked {
                Some(handout) => hand_over(handout).await,
                None => answer(&shared, request, at_ns).await,
            })
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // Scripts look for `Lambda-Runtime-Aws-Request-Id` as AWS writes it.
    // awslambdaric tells of a failure in an X-Ray header of up to 1 MB.
    http.keep_alive(true)
        .header_read_timeout(None)
        .title_case_headers(true)
        .max_buf_size(4 << 20);
    // A runtime that breaks its connection has its own reasons; what comes of it is heard from the guard.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
    open.send_modify(|count| *count -= 1);
}

/// A web page in a browser on this machine could take an event, or answer one. Its requests carry an Origin or say what
/// site made them, or the Host is a name that is made to lead here.
fn is_from_a_page(headers: &HeaderMap) -> bool {
    // A browser never leaves the port out; a script may well write any word.
    let foreign = |host: &HeaderValue| {
        let host = host.as_bytes();
        let colon = host.iter().position(|byte| *byte == b':');
        colon.is_some_and(|colon| !matches!(&host[..colon], b"127.0.0.1" | b"localhost"))
    };
    headers.contains_key(ORIGIN)
        || headers.contains_key("sec-fetch-site")
        || headers.get(HOST).is_some_and(foreign)
}

fn asks_for_an_event(request: &Request<Incoming>) -> bool {
    request.method() == Method::GET
        && request.uri().path() == "/2018-06-01/runtime/invocation/next"
        && !is_from_a_page(request.headers())
}

/// The event, once there is one; no handout: the runtime process has not answered the last.
async fn hand_over(handout: Option<oneshot::Receiver<Handout>>) -> Reply {
    match handout {
        Some(handout) => handout.await.map_or_else(
            // Asked again on another connection, or the environment is being reset.
            |_| wrong_state(),
            event,
        ),
        None => wrong_state(),
    }
}

/// Every body is read to its end, a refused one too: the connection lives on, and the next request is on it.
async fn answer(shared: &Shared, request: Request<Incoming>, at_ns: u64) -> Reply {
    if is_from_a_page(request.headers()) {
        let message = "no web page may ask the Runtime API";
        return match read(request.into_body()).await {
            Ok(_) => refuse(StatusCode::FORBIDDEN, "Forbidden", message),
            Err(_) => unreadable(),
        };
    }
    let path = request.uri().path().to_owned();
    if let Some(path) = path.strip_prefix(extension_api::PREFIX) {
        return extension_api::answer(&shared.extensions, &*shared.tell, path, request, at_ns)
            .await;
    }
    match path.trim_end_matches('/') {
        telemetry_api::TELEMETRY => {
            let (extensions, telemetry) = (&shared.extensions, &shared.telemetry);
            return telemetry_api::answer(extensions, telemetry, shared.address, request).await;
        }
        telemetry_api::LOGS => return telemetry_api::no_logs(request).await,
        _ => {}
    }
    let path = path
        .strip_prefix("/2018-06-01/runtime/")
        .unwrap_or_default();
    let segments: Vec<&str> = path.split('/').collect();
    match (request.method(), &segments[..]) {
        (&Method::POST, ["invocation", id, "response"]) => shared.response(id, request).await,
        (&Method::POST, ["invocation", id, "error"]) => shared.error(id, request).await,
        (&Method::POST, ["init", "error"]) => shared.init_error(request).await,
        _ => match read(request.into_body()).await {
            Ok(_) => not_found("no such path in the Runtime API"),
            Err(_) => unreadable(),
        },
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runtime process asks for an event, unless it has one.
    fn ask(&self, at_ns: u64) -> Option<oneshot::Receiver<Handout>> {
        let (runtime, handout) = oneshot::channel();
        let mut state = self.state();
        if let State::Invoking(..) = *state {
            return None;
        }
        *state = State::Waiting(runtime);
        (self.tell)(Call::Next { at_ns });
        Some(handout)
    }

    /// Takes the answer if the invoke still waits for one.
    fn settle(&self, id: &str, answer: Answer) -> Reply {
        let mut state = self.state();
        if let Some(refusal) = state.refusal(id) {
            return refusal;
        }
        let reply = match &answer {
            Answer::TooLarge(limit) => too_large(*limit),
            _ => accepted(),
        };
        *state = State::Answered(id.to_owned());
        (self.tell)(Call::Answer(answer));
        reply
    }

    async fn response(&self, id: &str, request: Request<Incoming>) -> Reply {
        let stream = is_streamed(request.headers())
            .then(|| self.take_stream(id))
            .flatten();
        let body = request.into_body();
        let answer = match stream {
            Some(stream) => forward(body, &stream).await,
            None => read(body).await.map(|whole| match whole {
                Some((body, trailers)) => {
                    broken_off(&trailers).map_or(Answer::Response(body), Answer::Error)
                }
                None => Answer::TooLarge(RESPONSE_LIMIT),
            }),
        };
        answer.map_or_else(|_| unreadable(), |answer| self.settle(id, answer))
    }

    /// Where the response to this event goes as it comes; for the first that asks.
    fn take_stream(&self, id: &str) -> Option<Sender<Bytes>> {
        match &mut *self.state() {
            State::Invoking(current, stream) if current == id => stream.take(),
            _ => None,
        }
    }

    async fn error(&self, id: &str, request: Request<Incoming>) -> Reply {
        match raised(request).await {
            Ok(raised) => {
                let answer = raised.map_or(Answer::TooLarge(RESPONSE_LIMIT), Answer::Error);
                self.settle(id, answer)
            }
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
            return too_large(RESPONSE_LIMIT);
        };
        (self.tell)(Call::InitError(raised));
        accepted()
    }
}
