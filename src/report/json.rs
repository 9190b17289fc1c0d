//! The JSON form (`LogFormat=JSON`): one object a line, `{"time","type","record"}`, keys in any order.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{InitReport, Line, Report, RestoreReport};

/// What the type of every platform record begins with.
pub(super) const MARK: &[u8] = b"platform.";

/// Above this, doubles no longer hold every whole number.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Reads one object that is all of `bytes`.
pub(super) fn parse(bytes: &[u8]) -> Option<Line> {
    memchr::memmem::find(bytes, MARK)?;
    serde_json::from_slice::<Event>(bytes).ok()?.line()
}

/// Reads the object that begins `bytes`, and says where it ends. The outer `None` is: no object.
pub(super) fn parse_prefix(bytes: &[u8]) -> Option<(Option<Line>, usize)> {
    let mut events = serde_json::Deserializer::from_slice(bytes).into_iter::<Event>();
    if let Some(Ok(event)) = events.next() {
        return Some((event.line(), events.byte_offset()));
    }
    // An object of another shape is stepped over whole: what stands inside it is the application's.
    let mut others = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
    others.next()?.ok()?;
    Some((None, others.byte_offset()))
}

#[derive(serde::Deserialize)]
struct Event<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    record: Record<'a>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    request_id: Scalar<'a>,
    #[serde(borrow)]
    version: Scalar<'a>,
    #[serde(borrow)]
    runtime_version: Scalar<'a>,
    #[serde(borrow)]
    phase: Scalar<'a>,
    #[serde(borrow)]
    status: Scalar<'a>,
    #[serde(borrow)]
    error_type: Scalar<'a>,
    #[serde(borrow)]
    metrics: Option<Metrics<'a>>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metrics<'a> {
    #[serde(borrow)]
    duration_ms: Scalar<'a>,
    #[serde(borrow)]
    billed_duration_ms: Scalar<'a>,
    #[serde(rename = "memorySizeMB", borrow)]
    memory_size_mb: Scalar<'a>,
    #[serde(rename = "maxMemoryUsedMB", borrow)]
    max_memory_used_mb: Scalar<'a>,
    #[serde(borrow)]
    init_duration_ms: Scalar<'a>,
    #[serde(borrow)]
    restore_duration_ms: Scalar<'a>,
    #[serde(borrow)]
    billed_restore_duration_ms: Scalar<'a>,
}

impl Event<'_> {
    fn line(self) -> Option<Line> {
        let Record {
            request_id,
            version,
            runtime_version,
            phase,
            status,
            error_type,
            metrics,
        } = self.record;
        let metrics = metrics.unwrap_or_default();
        Some(match self.kind.strip_prefix("platform.")? {
            "report" => Line::Report(Report {
                request_id: request_id.text(),
                duration_ms: metrics.duration_ms.ms(),
                billed_ms: metrics.billed_duration_ms.ms(),
                memory_mb: metrics.memory_size_mb.whole(),
                max_memory_mb: metrics.max_memory_used_mb.whole(),
                init_ms: metrics.init_duration_ms.ms(),
                restore_ms: metrics.restore_duration_ms.ms(),
                billed_restore_ms: metrics.billed_restore_duration_ms.ms(),
                status: status.text(),
                error_type: error_type.text(),
            }),
            "initReport" => Line::InitReport(InitReport {
                init_ms: metrics.duration_ms.ms(),
                phase: phase.text(),
                status: status.text(),
                error_type: error_type.text(),
            }),
            "restoreReport" => Line::RestoreReport(RestoreReport {
                restore_ms: metrics.duration_ms.ms(),
                status: status.text(),
                error_type: error_type.text(),
            }),
            "initStart" => Line::InitStart {
                runtime_version: runtime_version.text(),
            },
            "restoreStart" => Line::RestoreStart {
                runtime_version: runtime_version.text(),
            },
            "start" => Line::Start {
                request_id: request_id.text(),
                version: version.text(),
            },
            "runtimeDone" => Line::End {
                request_id: request_id.text(),
                status: status.text(),
            },
            "initRuntimeDone" => Line::InitRuntimeDone,
            "restoreRuntimeDone" => Line::RestoreRuntimeDone,
            "extension" => Line::Extension,
            "telemetrySubscription" => Line::Telemetry,
            "logsSubscription" | "logsDropped" => Line::Logs,
            _ => return None,
        })
    }
}

/// A value of whatever type stands there: one strange field must not cost the whole record.
#[derive(Default)]
enum Scalar<'a> {
    #[default]
    Nothing,
    Number(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    fn ms(&self) -> Option<f64> {
        match self {
            // + 0.0: a negative zero is a zero.
            Self::Number(n) if n.is_finite() && *n >= 0.0 => Some(*n + 0.0),
            _ => None,
        }
    }

    fn whole(&self) -> Option<u64> {
        self.ms()
            .filter(|n| n.fract() == 0.0 && *n < MAX_WHOLE)
            .map(|n| n as u64)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Nothing)
    }
    fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(n as f64))
    }
    fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(n as f64))
    }
    fn visit_f64<E>(self, n: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Number(n))
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Nothing)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }
}
