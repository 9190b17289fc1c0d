//! A function behind an endpoint that does not say that it is a sandbox.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::proxy::{Fault, Proxy, Request};
use crate::support::{Ran, Server, Test, fixture};

pub const ORIGINAL: &str = "the original";

/// A function behind an endpoint that does not say that it is a sandbox.
pub struct Place {
    pub test: Test,
    pub server: Server,
    pub proxy: Proxy,
    pub seen: Arc<Mutex<Vec<(String, String)>>>,
}

/// Nothing out of the ordinary.
pub const AS_AWS: Fault = Fault::AsAws("", "");

impl Place {
    pub fn new() -> Self {
        Self::answering(|request| request.is_get().then_some(AS_AWS))
    }

    pub fn answering(rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let test = Test::new();
        let function = format!("my-fn={}", fixture("hello-python").display());
        let other = format!("other-fn={}", fixture("hello-python").display());
        let functions = ["--function", &function, "--function", &other];
        let server = Server::start(&test, &[&["--settle", "10"], &functions[..]].concat());
        server.configure("my-fn", &json!({ "Description": ORIGINAL }));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let proxy = Proxy::start(&server.url, move |request| {
            let mut call = (request.method.clone(), request.path.clone());
            if request.dry_run {
                call.1.push_str("?dry-run");
            }
            log.lock().unwrap().push(call);
            rule(request)
        });
        Self {
            test,
            server,
            proxy,
            seen,
        }
    }

    pub fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec![
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &self.proxy.url,
            "--runs",
            "2",
            "--warm-invokes",
            "1",
        ];
        args.extend(more);
        args
    }

    pub fn run(&self, more: &[&str]) -> Ran {
        self.test.run(&self.args(more))
    }

    pub fn configuration(&self) -> Value {
        self.server.configuration("my-fn")
    }

    #[track_caller]
    pub fn only_read(&self) {
        let seen = self.seen.lock().unwrap();
        assert!(seen.iter().all(|(method, _)| method == "GET"), "{seen:?}");
        drop(seen);
        assert_eq!(self.configuration()["Description"], ORIGINAL);
    }

    pub fn invokes(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|(_, path)| path.ends_with("/invocations"))
            .count()
    }
}

/// Without line ends, which come where the terminal wants them.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
