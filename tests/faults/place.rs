//! A deployed function, and the faults that its endpoint is made to have.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::Value;

use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::{Ran, Server, Test};

pub const ORIGINAL: &str = "it's the original";

/// A function of its own behind an endpoint that can be made faulty.
pub struct Place {
    pub test: Test,
    pub server: Server,
}

impl Place {
    pub fn new() -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", "hello-python");
        let place = Self { test, server };
        place.put_description(ORIGINAL);
        place
    }

    pub fn put_description(&self, text: &str) {
        let change = serde_json::json!({ "Description": text });
        self.server.configure("my-fn", &change);
    }

    pub fn configuration(&self) -> Value {
        self.server.configuration("my-fn")
    }

    pub fn run(
        &self,
        runs: &str,
        rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Ran {
        self.run_with(runs, &[], rule)
    }

    pub fn run_with(
        &self,
        runs: &str,
        more: &[&str],
        rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Ran {
        let proxy = Proxy::start(&self.server.url, rule);
        let mut args = vec![
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &proxy.url,
            "--runs",
            runs,
            "--warm-invokes",
            "1",
        ];
        args.extend(more);
        self.test.run(&args)
    }

    pub fn is_put_back(&self) -> bool {
        self.configuration()["Description"] == ORIGINAL
    }

    /// All of the configuration but what any update changes.
    pub fn record(&self) -> Value {
        self.server.record("my-fn")
    }

    pub fn exclusions(&self) -> Vec<String> {
        self.test.result()["exclusions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["reason"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The numbers `from..to` of the requests that `which` picks, counted from 0, meet `fault`.
pub fn on(
    which: fn(&Request) -> bool,
    from: usize,
    to: usize,
    fault: Fault,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |request| {
        if !which(request) {
            return None;
        }
        let n = seen.fetch_add(1, SeqCst);
        (from..to).contains(&n).then(|| fault.clone())
    }
}

pub const ALWAYS: usize = usize::MAX;
