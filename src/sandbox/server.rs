//! The sandbox from outside: options, start, the loopback server, shutdown.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{HOST, ORIGIN};
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinHandle, JoinSet};

use super::api::{Answer, Call, Reply, respond, route};
use super::background::Background;
use super::environment::{Host, Mounts};
use super::errors::{ApiError, SandboxError};
use super::live::LogListener;
use super::machine::{Cpu, Machine};
use super::packages::PackageError;
use super::plane::{FOLDERS, Parts, Plane, REQUEST_LIMIT};
use super::pool::Stage;
use super::runtimes::RuntimeOptions;
use crate::scratch::Scratch;

/// Long enough to be seen, short enough not to be waited for.
const SETTLE: Duration = Duration::from_millis(20);
/// Lambda's default limit on simultaneous invokes of an account.
const CONCURRENCY: usize = 1000;
/// Killing takes milliseconds; what takes longer than this goes with the process.
const KILLS_LIMIT: Duration = Duration::from_secs(5);
const REMOVAL_LIMIT: Duration = Duration::from_secs(10);
const PAUSE_AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(50);

/// How a sandbox is to be.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// This program's own executable, which is run again as the guard of every environment.
    pub guard_exe: PathBuf,
    /// 0 takes any that is free.
    pub port: u16,
    /// From an update to the moment when it serves.
    pub settle: Duration,
    /// `--ric`.
    pub ric: Option<PathBuf>,
    /// `--any-version`.
    pub any_version: bool,
    /// The region that its ARNs and its functions' variables name.
    pub region: String,
    /// Simultaneous invokes; more are throttled.
    pub concurrency: usize,
    /// How packages are presented to functions; what this system allows unless set.
    pub mounts: Option<Mounts>,
    /// The CPU and the disk that functions are given.
    pub machine: Machine,
    /// Who reads logs along.
    pub listener: Option<LogListener>,
}

impl SandboxOptions {
    /// The defaults, with `guard_exe` as the guard.
    pub fn new(guard_exe: PathBuf) -> Self {
        Self {
            guard_exe,
            port: 0,
            settle: SETTLE,
            ric: None,
            any_version: false,
            region: "us-east-1".to_owned(),
            concurrency: CONCURRENCY,
            mounts: None,
            machine: Machine::default(),
            listener: None,
        }
    }
}

/// Where an offered package lies, in S3's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// For `S3Bucket`.
    pub bucket: String,
    /// For `S3Key`.
    pub key: String,
}

/// A running sandbox. It ends with [`Sandbox::shutdown`]; dropping it ends it too, less patiently.
#[derive(Debug)]
pub struct Sandbox {
    plane: Arc<Plane>,
    server: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Sandbox {
    /// Starts listening. Must be called on a tokio runtime.
    pub async fn start(options: SandboxOptions) -> Result<Self, SandboxError> {
        let listen = |source| SandboxError::Listen {
            port: options.port,
            source,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let port = listener.local_addr().map_err(listen)?.port();
        let parent = std::env::temp_dir();
        let made = tokio::task::spawn_blocking({
            let parent = parent.clone();
            move || make_folder(&parent)
        });
        let folder = match made.await {
            Ok(Ok(folder)) => folder,
            failed => {
                let source = match failed {
                    Ok(Err(error)) => error,
                    other => io::Error::other(format!("{:?}", other.err())),
                };
                return Err(SandboxError::Folder {
                    folder: parent,
                    source,
                });
            }
        };
        let disk = options.machine.disk;
        disk.check(folder.path())
            .map_err(|why| SandboxError::Evict {
                folder: parent,
                why,
            })?;
        let mut host = Host::new(options.guard_exe, folder.path().join("environments")).await;
        host.mounts = options.mounts.unwrap_or(host.mounts);
        host.clients = Some(folder.path().join("clients"));
        host.listener = options.listener;
        if options.machine.cpu == Cpu::ByMemory {
            host.limit_cpu();
        }
        let plane = Arc::new(Plane::new(Parts {
            region: options.region,
            port,
            settle: options.settle,
            runtimes: RuntimeOptions {
                ric: options.ric,
                any_version: options.any_version,
                clients: folder.path().join("clients"),
            },
            stage: Stage {
                host: Arc::new(host),
                concurrency: Arc::new(Semaphore::new(options.concurrency)),
                most: options.concurrency,
                kills: Background::new(),
                disk,
            },
            folder,
        }));
        let stop = Arc::new(Notify::new());
        let server = tokio::spawn(accept(listener, Arc::clone(&plane), Arc::clone(&stop)));
        Ok(Self {
            plane,
            server,
            stop,
        })
    }

    /// `http://127.0.0.1:PORT`
    pub fn endpoint_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.plane.port)
    }

    /// The region that it plays.
    pub fn region(&self) -> &str {
        &self.plane.region
    }

    /// Why the CPU of functions is not limited, where it was to be.
    pub fn cpu_refusal(&self) -> Option<&str> {
        self.plane.cpu_refusal()
    }

    /// The private route for this process's own packages: the location stands for the zip file at `zip`, which is read
    /// when a function or a layer is made of it, and may be as large as Lambda lets a package from S3 be.
    pub fn offer(&self, zip: &Path) -> Result<Location, PackageError> {
        let missing = |why: String| PackageError::Missing {
            path: zip.to_owned(),
            why,
        };
        let path = zip.canonicalize().map_err(|e| missing(e.to_string()))?;
        if !path.is_file() {
            return Err(missing("it is not a file".to_owned()));
        }
        Ok(Location {
            bucket: self.plane.bucket.clone(),
            key: self.plane.offer(path),
        })
    }

    /// The location stands for nothing any more; what was made of it stays.
    pub fn withdraw(&self, key: &str) {
        self.plane.withdraw(key);
    }

    /// Stops listening, ends every environment, removes the sandbox's folder.
    pub async fn shutdown(mut self) {
        self.stop.notify_one();
        let _ = (&mut self.server).await;
        // An invoke under way ends here: dropping it drops its environment.
        let mut background = self.plane.background.close();
        background.shutdown().await;
        for function in self.plane.functions() {
            function.delete();
        }
        let mut kills = self.plane.stage.kills.close();
        let killed = async { while kills.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(KILLS_LIMIT, killed).await;
        // Not by dropping the plane: a package that is still being unpacked holds on to it.
        let plane = Arc::clone(&self.plane);
        let removed = tokio::task::spawn_blocking(move || {
            plane.folder.remove();
            if let Some(groups) = &plane.stage.host.cpu {
                groups.remove();
            }
        });
        // A disk that is busy with other things is not waited for either: the next start removes the rest.
        let _ = tokio::time::timeout(REMOVAL_LIMIT, removed).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
        self.plane.background.close().abort_all();
        for function in self.plane.functions() {
            function.delete();
        }
    }
}

/// The sandbox's folder, or why functions could not be run from it.
fn make_folder(parent: &Path) -> io::Result<Scratch> {
    let folder = Scratch::new(parent, &FOLDERS)?;
    let why = match folder.path().to_str() {
        None => "its name is not UTF-8",
        Some(path) if path.contains(':') => {
            "with a colon in its name it can't be part of a search path"
        }
        Some(_) => return Ok(folder),
    };
    Err(io::Error::other(why))
}

async fn accept(listener: TcpListener, plane: Arc<Plane>, stop: Arc<Notify>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&plane)));
                }
                // Too many open files, mostly: some will be closed.
                Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILED_ACCEPT).await,
            },
            Some(_) = connections.join_next() => {}
            () = stop.notified() => break,
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn serve(stream: TcpStream, plane: Arc<Plane>) {
    // Without it a small answer waits for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let plane = Arc::clone(&plane);
        async move { Ok::<_, std::convert::Infallible>(handle(&plane, request).await) }
    });
    // A connection that breaks is its client's matter.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn handle(plane: &Arc<Plane>, request: Request<Incoming>) -> Reply {
    let request_id = uuid::Uuid::new_v4().to_string();
    let answered = std::panic::AssertUnwindSafe(answer(plane, request, request_id.clone()))
        .catch_unwind()
        .await;
    let answer = match answered {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => error.into(),
        Err(_) => ApiError::service("the sandbox failed inside").into(),
    };
    respond(answer, &request_id)
}

async fn answer(
    plane: &Arc<Plane>,
    request: Request<Incoming>,
    request_id: String,
) -> Result<Answer, ApiError> {
    refuse_foreign(&request, plane.port)?;
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let call = Call::new(parts, body, request_id).ok_or_else(|| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "ValidationException",
            "the path or the query string is not valid percent-encoded UTF-8",
        )
    })?;
    route(plane, call).await
}

/// Whoever can send a request runs code: a web page in a browser on this machine must not. It can't hide where it comes
/// from: its requests carry an Origin, or a Host that is not ours (DNS rebinding), or say that another site made them.
fn refuse_foreign(request: &Request<Incoming>, port: u16) -> Result<(), ApiError> {
    let headers = request.headers();
    let ours = |authority: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            // Port 80 is left out by clients.
            authority.eq_ignore_ascii_case(&format!("{name}:{port}"))
                || port == 80 && authority.eq_ignore_ascii_case(name)
        })
    };
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let host_is_ours = host.is_some_and(ours) && hosts.next().is_none();
    let uri_is_ours = request.uri().authority().is_none_or(|a| ours(a.as_str()));
    let site = headers.get("sec-fetch-site");
    let from_a_page = headers.contains_key(ORIGIN) || site.is_some_and(|site| site != "none");
    if host_is_ours && uri_is_ours && !from_a_page {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "AccessDeniedException",
        format!(
            "the lambench sandbox answers programs on this machine alone: Host must be 127.0.0.1:{port} or \
             localhost:{port}, and no web page may ask"
        ),
    ))
}

/// Reads a body whole. What is over the limit is still read, and forgotten: a client that is cut off in the middle of
/// sending never sees why.
async fn read(mut body: Incoming) -> Result<Bytes, ApiError> {
    let mut first: Option<Bytes> = None;
    let mut more = BytesMut::new();
    let mut total = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "ValidationException",
                format!("reading the request: {error}"),
            )
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        total += data.len();
        if total > REQUEST_LIMIT {
            more = BytesMut::new();
            first = None;
        } else if first.is_none() && more.is_empty() {
            // A small body comes in one piece, and is passed on as it is.
            first = Some(data);
        } else {
            if let Some(first) = first.take() {
                more.extend_from_slice(&first);
            }
            more.extend_from_slice(&data);
        }
    }
    if total > REQUEST_LIMIT {
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("Request must be smaller than {REQUEST_LIMIT} bytes"),
        ));
    }
    Ok(first.unwrap_or_else(|| more.freeze()))
}
