//! Delivery of telemetry to one subscriber: batches over HTTP or TCP, again and again until they are taken, and never
//! while the environment is frozen.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use super::telemetry::{Buffering, Stream, Subscription};

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    /// The environment's own address; a listener that took the machine's is found there.
    pub address: Ipv4Addr,
    /// Port.
    pub port: u16,
    /// Path, and what the Host header says, for HTTP; none for TCP.
    pub http: Option<(String, String)>,
}

/// So many batches may wait; what comes after is dropped, and counted.
const WAITING_BATCHES: usize = 4;

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

enum Told {
    Event(Bytes),
    Flush(oneshot::Sender<()>),
}

/// The way to one subscriber; its delivery ends with this value.
#[derive(Debug)]
pub(super) struct Queue {
    tell: mpsc::UnboundedSender<Told>,
    load: Arc<Load>,
    limit: usize,
    delivery: AbortHandle,
}

#[derive(Debug, Default)]
struct Load {
    waiting_bytes: AtomicUsize,
    dropped_bytes: AtomicU64,
    dropped_records: AtomicU64,
}

impl Queue {
    /// Begins to deliver.
    pub fn start(subscription: &Subscription, running: watch::Receiver<bool>) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let load = Arc::new(Load::default());
        let delivery = Delivery {
            buffering: subscription.buffering,
            wants_platform: subscription.streams.contains(&Stream::Platform),
            post: Post {
                destination: subscription.destination.clone(),
                open: None,
            },
            told,
            load: Arc::clone(&load),
            running,
        };
        Self {
            tell,
            load,
            limit: WAITING_BATCHES * subscription.buffering.max_bytes,
            delivery: tokio::spawn(delivery.run()).abort_handle(),
        }
    }

    /// One event more; dropped if the subscriber has fallen too far behind.
    pub fn offer(&self, event: Bytes) {
        let size = event.len();
        if self.load.waiting_bytes.load(Ordering::Relaxed) + size > self.limit {
            let dropped = &self.load;
            dropped.dropped_records.fetch_add(1, Ordering::Relaxed);
            dropped
                .dropped_bytes
                .fetch_add(size as u64, Ordering::Relaxed);
            return;
        }
        self.load.waiting_bytes.fetch_add(size, Ordering::Relaxed);
        // The delivery lives as long as this end.
        let _ = self.tell.send(Told::Event(event));
    }

    /// Has everything sent now; the receiver hears when that is done.
    pub fn flush(&self) -> oneshot::Receiver<()> {
        let (done, flushed) = oneshot::channel();
        let _ = self.tell.send(Told::Flush(done));
        flushed
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.delivery.abort();
    }
}

struct Delivery {
    buffering: Buffering,
    wants_platform: bool,
    post: Post,
    told: mpsc::UnboundedReceiver<Told>,
    load: Arc<Load>,
    running: watch::Receiver<bool>,
}

impl Delivery {
    async fn run(mut self) {
        while let Some(first) = self.told.recv().await {
            let (mut batch, mut flushes) = (Vec::new(), Vec::new());
            self.fill(first, &mut batch, &mut flushes).await;
            let size: usize = batch.iter().map(Bytes::len).sum();
            batch.extend(self.dropped());
            if !batch.is_empty() {
                self.deliver(&batch).await;
            }
            self.load.waiting_bytes.fetch_sub(size, Ordering::Relaxed);
            for flush in flushes {
                // Who asked may have stopped waiting.
                let _ = flush.send(());
            }
        }
    }

    /// Until the batch is large or old enough, or has to go.
    async fn fill(
        &mut self,
        first: Told,
        batch: &mut Vec<Bytes>,
        flushes: &mut Vec<oneshot::Sender<()>>,
    ) {
        let due = Instant::now() + self.buffering.timeout;
        let mut size = 0;
        let mut next = Some(first);
        while let Some(told) = next {
            match told {
                Told::Event(event) => {
                    size += event.len();
                    batch.push(event);
                }
                Told::Flush(done) => {
                    flushes.push(done);
                    return;
                }
            }
            if batch.len() >= self.buffering.max_items || size >= self.buffering.max_bytes {
                return;
            }
            next = timeout_at(due, self.told.recv()).await.ok().flatten();
        }
    }

    fn dropped(&self) -> Option<Bytes> {
        let records = self.load.dropped_records.swap(0, Ordering::Relaxed);
        let bytes = self.load.dropped_bytes.swap(0, Ordering::Relaxed);
        let event = json!({
            "time": format!("{:.3}", Timestamp::now()),
            "type": "platform.logsDropped",
            "record": {
                "droppedBytes": bytes,
                "droppedRecords": records,
                "reason": "the subscriber has not taken what was sent before",
            },
        });
        (records > 0 && self.wants_platform).then(|| event.to_string().into())
    }

    async fn deliver(&mut self, batch: &[Bytes]) {
        let mut pause = FIRST_PAUSE;
        loop {
            // Whoever sees to that is as long as this.
            let _ = self.running.wait_for(|running| *running).await;
            if self.post.send(batch).await.is_ok() {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

struct Post {
    destination: Destination,
    /// Of TCP alone.
    open: Option<TcpStream>,
}

impl Post {
    async fn send(&mut self, batch: &[Bytes]) -> io::Result<()> {
        match &self.destination.http {
            Some((path, host)) => {
                let head = format!(
                    "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n",
                    2 + batch.iter().map(Bytes::len).sum::<usize>() + batch.len() - 1
                );
                let mut body = head.into_bytes();
                body.push(b'[');
                body.extend_from_slice(&batch.join(&b","[..]));
                body.push(b']');
                let mut stream = self.connect().await?;
                stream.write_all(&body).await?;
                taken(&mut stream).await
            }
            None => {
                let mut stream = match self.open.take() {
                    Some(stream) => stream,
                    None => self.connect().await?,
                };
                let mut lines = batch.join(&b"\n"[..]);
                lines.push(b'\n');
                stream.write_all(&lines).await?;
                self.open = Some(stream);
                Ok(())
            }
        }
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let Destination { address, port, .. } = self.destination;
        let stream = match TcpStream::connect(SocketAddr::from((address, port))).await {
            Ok(stream) => stream,
            // It listens where it would listen on a machine of its own.
            Err(_) => TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?,
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// Waits for an answer, however long the environment stands still meanwhile; only its status counts.
async fn taken(stream: &mut TcpStream) -> io::Result<()> {
    let mut answer = Vec::new();
    let mut buffer = [0; 1024];
    while !answer.contains(&b'\n') && answer.len() < 1024 {
        match stream.read(&mut buffer).await? {
            0 => break,
            count => answer.extend_from_slice(&buffer[..count]),
        }
    }
    let status = answer.split(|byte| *byte == b' ').nth(1);
    if status.is_some_and(|status| status.first() == Some(&b'2')) {
        // Read to its end, or closing would cut the listener off in the middle of its answer.
        let rest = async { while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {} };
        let _ = tokio::time::timeout(Duration::from_millis(100), rest).await;
        Ok(())
    } else {
        Err(io::Error::other("the subscriber did not take it"))
    }
}
