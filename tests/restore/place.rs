//! A function with secrets behind `lambench serve`, and runs on it that do not come to their end.

use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use serde_json::{Value, json};

use crate::support::proxy::{Fault, Request};
use crate::support::{Ran, Server, Test, wait_for};

pub const ORIGINAL: &str = "it's the original";
pub const SECRET: &str = "hunter2-hunter2";

/// A function with secrets behind `lambench serve`.
pub struct Place {
    pub test: Test,
    pub server: Server,
}

impl Place {
    pub fn new(settle_ms: &str) -> Self {
        let test = Test::new();
        let server = Server::of(&test, settle_ms, "hello-python");
        let place = Self { test, server };
        place.update(&json!({
            "Description": ORIGINAL,
            "Environment": {"Variables": {"PASSWORD": SECRET, "EMPTY": ""}},
        }));
        place
    }

    /// A colleague's change, in force when this returns.
    pub fn update(&self, body: &Value) {
        self.settled();
        self.server.configure("my-fn", body);
    }

    pub fn settled(&self) -> Value {
        self.server.settled("my-fn")
    }

    /// All of the configuration but what any update changes.
    pub fn record(&self) -> Value {
        self.server.record("my-fn")
    }

    pub fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec!["run", "--function", "my-fn", "--warm-invokes", "0"];
        args.extend(["--endpoint-url", &self.server.url]);
        args.extend(more);
        args
    }

    pub fn start(&self, more: &[&str]) -> Child {
        self.test.command(&self.args(more)).spawn().unwrap()
    }

    /// A run that was killed in the middle of its touches.
    pub fn killed(&self, more: &[&str]) {
        let mut child = self.start(&[&["--runs", "500"], more].concat());
        self.wait_for_samples(5);
        child.kill().unwrap();
        child.wait().unwrap();
        let _ = std::fs::remove_dir_all(self.test.path().join(".lambench"));
    }

    pub fn wait_for_samples(&self, count: usize) {
        wait_for("samples", || {
            let logs = std::fs::read_dir(self.test.path().join(".lambench/runs")).ok()?;
            let mut logs = logs.flatten().map(|entry| entry.path());
            let log = logs.find(|path| path.extension().is_some_and(|x| x == "jsonl"))?;
            let log = std::fs::read_to_string(log).ok()?;
            (log.lines().count() > count).then_some(())
        });
    }

    /// The files in the journal folder.
    pub fn left(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.test.path().join("state/lambench/journal")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    pub fn journal(&self) -> Value {
        let name = self
            .left()
            .into_iter()
            .find(|name| name.rsplit('.').next() == Some("json"));
        let path = self.test.path().join("state/lambench/journal");
        let path = path.join(name.expect("a journal"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    pub fn restore(&self, more: &[&str]) -> Ran {
        self.test.run(&[&["restore"], more].concat())
    }

    #[track_caller]
    pub fn nothing_is_left(&self) {
        assert_eq!(self.left(), Vec::<String>::new());
    }

    /// No file that lambench wrote holds what is nobody's business.
    #[track_caller]
    pub fn nothing_is_told(&self, ran: &[&Ran]) {
        for ran in ran {
            assert!(!ran.stdout.contains(SECRET), "{}", ran.stdout);
            assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        }
        let mut seen = 0;
        for folder in ["state", ".lambench"] {
            for file in walkdir::WalkDir::new(self.test.path().join(folder))
                .into_iter()
                .flatten()
                .filter(|entry| entry.file_type().is_file())
            {
                let text = std::fs::read(file.path()).unwrap();
                let text = String::from_utf8_lossy(&text);
                assert!(!text.contains(SECRET), "{}", file.path().display());
                seen += 1;
            }
        }
        assert!(seen > 0, "there was something to look into");
    }
}

/// The updates `from..to`, counted from 0, meet `fault`.
pub fn on_updates(
    from: usize,
    to: usize,
    fault: Fault,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |request| {
        let hit = request.is_update() && (from..to).contains(&seen.fetch_add(1, SeqCst));
        hit.then(|| fault.clone())
    }
}
