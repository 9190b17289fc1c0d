//! What functions did, as lines of a log.

use std::fmt::Write as _;

use serde_json::Value;

use crate::support::{Ran, Test};

/// What a function did, a start after another.
#[derive(Clone)]
pub struct Traffic {
    pub function: Option<&'static str>,
    pub start: &'static str,
    pub starts: u32,
    /// Of so many invokes the first is cold.
    pub cold_each: u32,
    pub init_ms: f64,
    pub warm_ms: f64,
    pub memory_mb: u32,
    pub version: &'static str,
}

impl Default for Traffic {
    fn default() -> Self {
        Self {
            function: Some("orders"),
            start: "2026-10-01T00:00:00Z",
            starts: 800,
            cold_each: 10,
            init_ms: 400.0,
            warm_ms: 20.0,
            memory_mb: 512,
            version: "$LATEST",
        }
    }
}

impl Traffic {
    /// As awslogs writes them: group, stream, time, line. One invoke each half minute.
    pub fn lines(&self) -> String {
        let start: jiff::Timestamp = self.start.parse().unwrap();
        let mut dice = 11_u64 + u64::from(self.starts) + start.as_second().unsigned_abs();
        let mut noise = || {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            0.85 + 0.3 * ((dice >> 40) as f64 / f64::from(1 << 24))
        };
        let mut out = String::new();
        for i in 0..self.starts {
            let at = start + jiff::SignedDuration::from_secs(30 * i64::from(i));
            if let Some(function) = self.function {
                let environment = i / self.cold_each;
                let version = self.version;
                write!(
                    out,
                    "/aws/lambda/{function} 2026/10/01/[{version}]{environment:032x} "
                )
                .unwrap();
            }
            let cold = i % self.cold_each == 0;
            let handler = self.warm_ms * noise() * if cold { 3.0 } else { 1.0 };
            let init = if cold { self.init_ms * noise() } else { 0.0 };
            let id = u128::from(start.as_second().unsigned_abs()) << 64 | u128::from(i);
            let id = uuid::Uuid::from_u128(id);
            write!(
                out,
                "{at:.3} REPORT RequestId: {id}\tDuration: {handler:.2} ms\tBilled Duration: {} ms\t\
                 Memory Size: {} MB\tMax Memory Used: {} MB\t",
                (handler + init).ceil(),
                self.memory_mb,
                80 + i % 7,
            )
            .unwrap();
            if cold {
                write!(out, "Init Duration: {init:.2} ms\t").unwrap();
            }
            out.push('\n');
            if i % 5 == 0 {
                let _ = writeln!(
                    out,
                    "the application says REPORT RequestId: {id} Duration: 1 ms"
                );
            }
        }
        out
    }
}

pub fn later(traffic: &Traffic) -> Traffic {
    Traffic {
        start: "2026-11-01T00:00:00Z",
        ..traffic.clone()
    }
}

pub fn slower(by: f64) -> Traffic {
    let traffic = Traffic::default();
    later(&Traffic {
        init_ms: traffic.init_ms * by,
        ..traffic
    })
}

pub fn both(before: &Traffic, after: &Traffic) -> Test {
    let test = Test::new();
    test.write("before.log", &before.lines());
    test.write("after.log", &after.lines());
    test
}

pub const PAIR: [&str; 3] = ["compare", "logs:before.log", "logs:after.log"];

pub fn compared(test: &Test, more: &[&str]) -> Ran {
    test.run(&[&PAIR[..], more].concat())
}

pub fn json(test: &Test, args: &[&str]) -> Value {
    let ran = test.run(&[args, &["--json"]].concat()).success();
    serde_json::from_str(&ran.stdout).unwrap()
}
