//! The platform's own lines in the log of an invoke: START, END, REPORT and `INIT_REPORT`, or `platform.*` in JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::environment::{EnvironmentSpec, LogFormat};
use super::extensions::Standing;
use super::telemetry::{Stream, Telemetry};

/// How an invoke, or an init, ended for the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Status {
    /// Well; or the handler failed, of which REPORT does not speak.
    Success,
    /// The handler raised this. Only the JSON form says so.
    Raised(String),
    /// Ran out of time.
    Timeout,
    /// Crashed, or couldn't initialise: this error type.
    Error(String),
}

/// The figures of a REPORT line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    /// Handler time, and what extensions took longer.
    pub duration: Duration,
    /// Handler time alone.
    pub runtime: Duration,
    /// Init time, of a complete init only.
    pub init: Option<Duration>,
    /// Memory used at most.
    pub peak_kb: u64,
}

/// A log under construction.
pub(super) struct Records<'a> {
    spec: &'a EnvironmentSpec,
    request_id: &'a str,
    telemetry: &'a Telemetry,
    bytes: Vec<u8>,
}

impl<'a> Records<'a> {
    /// An empty log; its records are telemetry too.
    pub fn new(spec: &'a EnvironmentSpec, request_id: &'a str, telemetry: &'a Telemetry) -> Self {
        Self {
            spec,
            request_id,
            telemetry,
            bytes: Vec::new(),
        }
    }

    /// The finished log.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What the function printed; a last line without an end is given one, so that ours start a line.
    pub fn output(&mut self, output: Vec<u8>) {
        if self.bytes.is_empty() {
            self.bytes = output;
        } else {
            self.bytes.extend_from_slice(&output);
        }
        if self.bytes.last().is_some_and(|last| *last != b'\n') {
            self.bytes.push(b'\n');
        }
    }

    /// An init begins. AWS's text tail doesn't say so.
    pub fn init_start(&mut self, log_stream: &str, began: Timestamp) {
        let record = json!({
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": self.spec.runtime.version,
            "functionName": self.spec.function_name,
            "functionVersion": self.spec.version,
            "instanceId": log_stream,
            "instanceMaxMemory": self.spec.memory_mb * 1024 * 1024,
        });
        self.either(None, began, "platform.initStart", &record);
    }

    /// An init ended; of a good one only the JSON form speaks.
    pub fn init_report(&mut self, phase: &str, took: Duration, status: &Status) {
        let mut record = json!({"initializationType": "on-demand", "phase": phase});
        json_status(&mut record, status);
        record["metrics"] = json!({"durationMs": ms(took)});
        let text = (*status != Status::Success).then(|| {
            let status = text_status(status);
            format!(
                "INIT_REPORT Init Duration: {:.2} ms\tPhase: {phase}{status}\n",
                ms(took)
            )
        });
        self.either(text, Timestamp::now(), "platform.initReport", &record);
    }

    /// How far an extension has come in the init.
    pub fn extension(&mut self, standing: &Standing) {
        let Standing {
            name,
            state,
            events,
            error,
        } = standing;
        let mut record = json!({"name": name, "state": state, "events": events});
        let events = events.join(", ");
        let mut text = format!("EXTENSION\tName: {name}\tState: {state}\tEvents: [{events}]");
        if let Some(error) = error {
            text += "\tError Type: ";
            text += error;
            record["errorType"] = json!(error);
        }
        text.push('\n');
        self.either(Some(text), Timestamp::now(), "platform.extension", &record);
    }

    /// An extension has subscribed to telemetry.
    pub fn subscription(&mut self, name: &str, streams: &[Stream]) {
        let types: Vec<&str> = streams.iter().map(|stream| stream.word()).collect();
        let titles: Vec<&str> = streams.iter().map(|stream| stream.title()).collect();
        let record = json!({"name": name, "state": "Subscribed", "types": types});
        let text = format!(
            "TELEMETRY\tName: {name}\tState: Subscribed\tTypes: [{}]\n",
            titles.join(", ")
        );
        let kind = "platform.telemetrySubscription";
        self.either(Some(text), Timestamp::now(), kind, &record);
    }

    /// The invoke begins.
    pub fn start(&mut self, began: Timestamp) {
        let (id, version) = (self.request_id, &self.spec.version);
        let text = format!("START RequestId: {id} Version: {version}\n");
        let record = json!({"requestId": id, "version": version});
        self.either(Some(text), began, "platform.start", &record);
    }

    /// The invoke ended.
    pub fn end(&mut self, figures: &Figures, status: &Status, produced_bytes: usize) {
        let id = self.request_id;
        let record = runtime_done(id, status, figures.runtime, produced_bytes);
        let text = format!("END RequestId: {id}\n");
        self.either(
            Some(text),
            Timestamp::now(),
            "platform.runtimeDone",
            &record,
        );
        self.report(figures, status);
    }

    fn report(&mut self, figures: &Figures, status: &Status) {
        let (id, size) = (self.request_id, self.spec.memory_mb);
        let (duration, init) = (ms(figures.duration), figures.init.map(ms));
        let billed = billed_ms(figures.init, figures.duration);
        // The watch lets a process run past the limit for some milliseconds; AWS never shows more than there is.
        let used = figures.peak_kb.div_ceil(1024).min(size);
        let mut text = format!(
            "REPORT RequestId: {id}\tDuration: {duration:.2} ms\tBilled Duration: {billed} ms\t\
             Memory Size: {size} MB\tMax Memory Used: {used} MB\t"
        );
        let mut metrics = json!({
            "durationMs": duration,
            "billedDurationMs": billed,
            "memorySizeMB": size,
            "maxMemoryUsedMB": used,
        });
        if let Some(init) = init {
            text += &init_field(init);
            metrics["initDurationMs"] = json!(init);
        }
        text += text_status(status).trim_start_matches('\t');
        text += if text.ends_with('\t') { "\n" } else { "\t\n" };
        let mut record = json!({"requestId": id, "metrics": metrics});
        json_status(&mut record, status);
        self.either(Some(text), Timestamp::now(), "platform.report", &record);
    }

    fn either(&mut self, text: Option<String>, at: Timestamp, kind: &str, record: &Value) {
        if kind == "platform.runtimeDone" {
            self.telemetry.runtime_done(at, record);
        } else {
            self.telemetry.platform(at, kind, record);
        }
        let line = match self.spec.log_format {
            LogFormat::Text => text.unwrap_or_default(),
            LogFormat::Json => {
                let line = json!({"time": format!("{at:.3}"), "type": kind, "record": record});
                format!("{line}\n")
            }
        };
        self.bytes.extend_from_slice(line.as_bytes());
        self.telemetry.logged(line.as_bytes());
    }
}

/// The record of a runtime that has done its part of an invoke.
pub(super) fn runtime_done(id: &str, status: &Status, took: Duration, bytes: usize) -> Value {
    let mut record = json!({"requestId": id});
    json_status(&mut record, status);
    record["metrics"] = json!({"durationMs": ms(took), "producedBytes": bytes});
    record
}

fn init_field(ms: f64) -> String {
    format!("Init Duration: {ms:.2} ms\t")
}

fn text_status(status: &Status) -> String {
    match status {
        Status::Success | Status::Raised(_) => String::new(),
        Status::Timeout => "\tStatus: timeout".into(),
        Status::Error(kind) => format!("\tStatus: error\tError Type: {kind}"),
    }
}

fn json_status(record: &mut Value, status: &Status) {
    let (word, kind) = match status {
        Status::Success => ("success", None),
        Status::Timeout => ("timeout", None),
        Status::Raised(kind) | Status::Error(kind) => ("error", Some(kind)),
    };
    record["status"] = json!(word);
    if let Some(kind) = kind {
        record["errorType"] = json!(kind);
    }
}

/// Milliseconds to two places, as REPORT has them.
fn ms(time: Duration) -> f64 {
    hundredths(time) as f64 / 100.0
}

fn hundredths(time: Duration) -> u64 {
    ((time.as_nanos() + 5_000) / 10_000) as u64
}

/// `ceil(init + duration)` of the figures as printed, so that the line adds up; a millisecond at least.
fn billed_ms(init: Option<Duration>, duration: Duration) -> u64 {
    (init.map_or(0, hundredths) + hundredths(duration))
        .div_ceil(100)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(micros: u64) -> Duration {
        Duration::from_micros(micros)
    }

    #[test]
    fn billed_is_the_ceiling_of_init_and_duration_together() {
        assert_eq!(billed_ms(Some(micros(2_656_670)), micros(20_650)), 2678);
        assert_eq!(billed_ms(None, micros(592_210)), 593);
        assert_eq!(billed_ms(None, micros(1_000_000)), 1000);
        assert_eq!(billed_ms(None, micros(0)), 1);
    }
}
