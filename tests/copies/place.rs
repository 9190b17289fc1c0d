//! A deployed function, and packages to compare it with.

use serde_json::{Value, json};

use crate::support::proxy::{Fault, Request};
use crate::support::{Ran, Server, Test};

pub struct Place {
    pub test: Test,
    pub server: Server,
}

impl Place {
    pub fn new() -> Self {
        Self::with("hello-python")
    }

    pub fn with(package: &str) -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", package);
        let place = Self { test, server };
        place.configure(&json!({
            "Description": "the original",
            "MemorySize": 300,
            "Environment": {"Variables": {"T_SECRET": "hush-hush"}},
        }));
        place
    }

    pub fn configure(&self, change: &Value) {
        self.server.configure("my-fn", change);
    }

    pub fn configuration(&self) -> Value {
        self.server.configuration("my-fn")
    }

    pub fn functions(&self) -> Vec<String> {
        self.server.functions()
    }

    /// A package whose answer shows what it was started with.
    pub fn package(&self, name: &str, version: &str) -> String {
        let source = format!(
            "import os\ndef lambda_handler(event, context):\n    return {{'version': '{version}', \
             'seen': os.environ.get('T_SECRET'), 'memory': context.memory_limit_in_mb}}\n"
        );
        self.test
            .write(&format!("{name}/lambda_function.py"), &source);
        name.to_owned()
    }

    pub fn run_at(&self, url: &str, more: &[&str]) -> Ran {
        let mut args = vec!["run", "--endpoint-url", url, "--runs", "2"];
        args.extend(["--warm-invokes", "1"]);
        args.extend(more);
        self.test.run(&args)
    }

    pub fn run(&self, more: &[&str]) -> Ran {
        self.run_at(&self.server.url, more)
    }

    /// Nothing of ours is left, and the function is what it was to the letter.
    #[track_caller]
    pub fn is_untouched(&self, before: &Value) {
        assert_eq!(self.functions(), ["my-fn"]);
        assert_eq!(&self.configuration(), before);
        assert!(self.entries().is_empty(), "{:?}", self.entries());
    }

    /// What the journals say is not deleted yet.
    pub fn entries(&self) -> Vec<Value> {
        self.test.journal_entries()
    }
}

/// Rewrites what `GetFunction` answers about my-fn.
pub fn reads(
    from: &'static str,
    to: &'static str,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    move |request| {
        let reads = request.is_get() && request.path.ends_with("/functions/my-fn");
        reads.then_some(Fault::Rewrite(from, to))
    }
}
