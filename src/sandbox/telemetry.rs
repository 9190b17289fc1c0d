//! The telemetry of one environment: what happens in it, told to the extensions that subscribed, and its log to one who
//! reads it along.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::live::Live;
use super::telemetry_delivery::{Destination, Queue};

/// What an extension may subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// `platform.*`.
    Platform,
    /// What the function prints.
    Function,
    /// What extensions print.
    Extension,
}

impl Stream {
    /// What a subscription means.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "platform" => Self::Platform,
            "function" => Self::Function,
            "extension" => Self::Extension,
            _ => return None,
        })
    }

    /// As the log names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Platform => "Platform",
            Self::Function => "Function",
            Self::Extension => "Extension",
        }
    }

    /// As a subscription names it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Function => "function",
            Self::Extension => "extension",
        }
    }
}

/// `buffering` of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Buffering {
    /// Events.
    pub max_items: usize,
    /// Bytes of events.
    pub max_bytes: usize,
    /// Since the first event of a batch.
    pub timeout: Duration,
}

/// Who wants what, and where.
#[derive(Debug, Clone)]
pub(super) struct Subscription {
    /// Of the extension.
    pub name: String,
    /// What it wants.
    pub streams: Vec<Stream>,
    /// How much at a time.
    pub buffering: Buffering,
    /// Where to.
    pub destination: Destination,
}

/// What is kept for those that subscribe before the init is complete, bytes.
const BACKLOG: usize = 1024 * 1024;

/// The hub between what happens and who wants to hear of it.
#[derive(Debug)]
pub(super) struct Telemetry {
    /// The function logs JSON objects.
    json: bool,
    /// Who reads the log along.
    live: Option<Live>,
    /// Somebody listens, or may yet: else an event is not even written.
    heard: AtomicBool,
    hub: Mutex<Hub>,
    /// False while the environment is frozen: nobody could take a delivery then.
    running: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Hub {
    /// What has happened in this init, while somebody may still subscribe.
    backlog: Option<Vec<(Stream, Bytes)>>,
    kept: usize,
    subscribers: Vec<(Subscription, Queue)>,
    /// Whose `platform.runtimeDone` has been told.
    done: Option<String>,
}

impl Telemetry {
    /// Of an environment whose function logs in JSON or not, and whose log is read along or not.
    pub fn new(json: bool, live: Option<Live>) -> Self {
        Self {
            json,
            live,
            heard: AtomicBool::new(false),
            hub: Mutex::default(),
            running: watch::Sender::new(true),
        }
    }

    fn hub(&self) -> MutexGuard<'_, Hub> {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An init begins; subscriptions of an earlier one end. Of an environment without external extensions nothing is kept.
    pub fn begin(&self, external: bool) {
        *self.hub() = Hub {
            backlog: external.then(Vec::new),
            ..Hub::default()
        };
        self.heard.store(external, Ordering::Relaxed);
        self.running.send_replace(true);
    }

    /// The init is complete: nobody subscribes any more.
    pub fn close(&self) {
        let mut hub = self.hub();
        hub.backlog = None;
        let heard = !hub.subscribers.is_empty();
        self.heard.store(heard, Ordering::Relaxed);
    }

    /// The platform has written a line of the log.
    pub fn logged(&self, line: &[u8]) {
        if let Some(live) = &self.live {
            live.said(line);
        }
    }

    /// Processes run again, or not.
    pub fn set_running(&self, running: bool) {
        self.running.send_replace(running);
    }

    /// Adds a subscriber, who is told at once what has happened before; a second subscription replaces the first.
    pub fn subscribe(&self, subscription: Subscription) {
        let mut hub = self.hub();
        hub.subscribers
            .retain(|(other, _)| other.name != subscription.name);
        let queue = Queue::start(&subscription, self.running.subscribe());
        let early = hub.backlog.iter().flatten();
        for (_, event) in early.filter(|(stream, _)| subscription.streams.contains(stream)) {
            queue.offer(event.clone());
        }
        hub.subscribers.push((subscription, queue));
        self.heard.store(true, Ordering::Relaxed);
    }

    /// Whose subscriptions there are and to what.
    pub fn subscriptions(&self) -> Vec<(String, Vec<Stream>)> {
        let hub = self.hub();
        let told = |(one, _): &(Subscription, Queue)| (one.name.clone(), one.streams.clone());
        hub.subscribers.iter().map(told).collect()
    }

    /// The platform has something to tell.
    pub fn platform(&self, at: Timestamp, kind: &str, record: &Value) {
        if self.heard.load(Ordering::Relaxed) {
            self.tell(Stream::Platform, at, kind, record);
        }
    }

    /// `platform.runtimeDone`, once for each invoke: when the runtime asks for the next event, else when it is over.
    pub fn runtime_done(&self, at: Timestamp, record: &Value) {
        if !self.heard.load(Ordering::Relaxed) {
            return;
        }
        let id = record["requestId"].as_str().map(str::to_owned);
        if std::mem::replace(&mut self.hub().done, id.clone()) != id {
            self.tell(Stream::Platform, at, "platform.runtimeDone", record);
        }
    }

    fn tell(&self, stream: Stream, at: Timestamp, kind: &str, record: &Value) {
        let text = json!({"time": format!("{at:.3}"), "type": kind, "record": record}).to_string();
        let event = Bytes::from(text);
        let mut hub = self.hub();
        for (subscription, queue) in &hub.subscribers {
            if subscription.streams.contains(&stream) {
                queue.offer(event.clone());
            }
        }
        if hub.kept + event.len() <= BACKLOG {
            hub.kept += event.len();
            if let Some(backlog) = &mut hub.backlog {
                backlog.push((stream, event));
            }
        }
    }

    fn line(&self, stream: Stream, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let object = (self.json && stream == Stream::Function)
            .then(|| serde_json::from_str(&text).ok())
            .flatten();
        let record = object.filter(Value::is_object).unwrap_or(json!(text));
        self.tell(stream, Timestamp::now(), stream.word(), &record);
    }

    /// Delivers all that is waiting, or gives up after a while.
    pub async fn flush(&self, limit: Duration) {
        let flushes: Vec<_> = {
            let hub = self.hub();
            hub.subscribers
                .iter()
                .map(|(_, queue)| queue.flush())
                .collect()
        };
        let all = async {
            for flushed in flushes {
                // A subscriber that is gone has nothing waiting.
                let _ = flushed.await;
            }
        };
        let _ = tokio::time::timeout(limit, all).await;
    }
}

/// Listens to what goes through a log, and tells it line by line.
#[derive(Debug)]
pub(super) struct Tap {
    telemetry: Arc<Telemetry>,
    stream: Stream,
    partial: Vec<u8>,
}

/// A line without an end is told in pieces of this size.
const LINE: usize = 256 * 1024;

impl Tap {
    /// On the log of the function, or of the extensions.
    pub fn new(telemetry: Arc<Telemetry>, stream: Stream) -> Self {
        Self {
            telemetry,
            stream,
            partial: Vec::new(),
        }
    }

    /// More has been read.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(live) = &self.telemetry.live {
            live.written(self.stream, bytes);
        }
        if !self.telemetry.heard.load(Ordering::Relaxed) {
            self.partial.clear();
            return;
        }
        self.partial.extend_from_slice(bytes);
        while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.partial.drain(..=end).collect();
            self.telemetry.line(self.stream, &line);
        }
        if self.partial.len() > LINE {
            let piece = std::mem::take(&mut self.partial);
            self.telemetry.line(self.stream, &piece);
        }
    }
}
