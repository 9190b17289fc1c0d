//! A recording in speedscope's file format, for speedscope and what else reads it: a profile for init and one for the
//! first invoke. Format: the JSON Schema in the npm package `speedscope`, `file-format-schema.json`.

use serde_json::{Value, json};

use crate::profile::tree::Tree;
use crate::profile::{Phase, Recording};

const SCHEMA: &str = "https://www.speedscope.app/file-format-schema.json";

/// The file, as JSON; `name` is what was profiled.
pub fn speedscope(recording: &Recording, name: &str) -> String {
    let frames: Vec<Value> = recording
        .modules
        .iter()
        .map(|module| match &module.file {
            Some(file) => json!({ "name": module.name, "file": file }),
            None => json!({ "name": module.name }),
        })
        .collect();
    let phases = [(Phase::Init, "init"), (Phase::First, "first invoke")];
    let profiles: Vec<Value> = phases
        .into_iter()
        .map(|(phase, title)| (Tree::of(recording, phase), title))
        // What has no frame at all could not be shown; an empty init is better than no profile.
        .filter(|(tree, title)| !tree.roots.is_empty() || *title == "init")
        .map(|(tree, title)| evented(recording, &tree, &format!("{name}: {title}")))
        .collect();
    let file = json!({
        "$schema": SCHEMA,
        "exporter": concat!("lambench ", env!("CARGO_PKG_VERSION")),
        "name": name,
        "activeProfileIndex": 0,
        "shared": { "frames": frames },
        "profiles": profiles,
    });
    format!("{file}\n")
}

/// Modules open and close as loading them did; a module's own time comes behind what it loaded, as where its imports
/// stood in it is not known.
fn evented(recording: &Recording, tree: &Tree, name: &str) -> Value {
    enum Step {
        Open(usize),
        Close(usize),
    }
    let mut at = 0.0;
    let mut events = Vec::new();
    let mut todo: Vec<Step> = tree
        .roots
        .iter()
        .rev()
        .map(|&root| Step::Open(root))
        .collect();
    while let Some(step) = todo.pop() {
        match step {
            Step::Open(frame) => {
                events.push(json!({ "type": "O", "frame": frame, "at": at }));
                todo.push(Step::Close(frame));
                todo.extend(
                    tree.children[frame]
                        .iter()
                        .rev()
                        .map(|&child| Step::Open(child)),
                );
            }
            Step::Close(frame) => {
                at += recording.modules[frame].self_ms.max(0.0);
                events.push(json!({ "type": "C", "frame": frame, "at": at }));
            }
        }
    }
    json!({
        "type": "evented",
        "name": name,
        "unit": "milliseconds",
        "startValue": 0,
        "endValue": at,
        "events": events,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Language, Module};

    fn module(name: &str, self_ms: f64, loaded_by: Option<usize>, phase: Phase) -> Module {
        Module {
            name: name.into(),
            file: (name != "node:http").then(|| format!("/var/task/{name}")),
            self_ms,
            loaded_by,
            phase,
            ..Module::default()
        }
    }

    fn recording() -> Recording {
        Recording {
            language: Language::Node,
            version: "20.20.2".into(),
            handler: "index.handler".into(),
            total_ms: 7.0,
            cpu_ms: None,
            modules: vec![
                module("index.js", 1.0, None, Phase::Init),
                module("a/index.js", 2.0, Some(0), Phase::Init),
                module("node:http", 3.5, Some(1), Phase::Init),
                module("b.json", 0.5, Some(0), Phase::Init),
                module("late.js", 4.0, Some(0), Phase::First),
            ],
            imports: Vec::new(),
            first_ms: Some(5.0),
            error: None,
            first_error: None,
            deferred: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn modules_open_and_close_as_they_nest() {
        let file: Value = serde_json::from_str(&speedscope(&recording(), "shop")).unwrap();
        let events: Vec<(String, u64, f64)> = file["profiles"][0]["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let kind = event["type"].as_str().unwrap().to_owned();
                (
                    kind,
                    event["frame"].as_u64().unwrap(),
                    event["at"].as_f64().unwrap(),
                )
            })
            .collect();
        let expected = [
            ("O", 0, 0.0),
            ("O", 1, 0.0),
            ("O", 2, 0.0),
            ("C", 2, 3.5),
            ("C", 1, 5.5),
            ("O", 3, 5.5),
            ("C", 3, 6.0),
            ("C", 0, 7.0),
        ];
        let told: Vec<(&str, u64, f64)> = events
            .iter()
            .map(|(kind, n, at)| (kind.as_str(), *n, *at))
            .collect();
        assert_eq!(told, expected);
        assert_eq!(file["profiles"][0]["endValue"], 7.0);
        assert_eq!(file["profiles"][1]["name"], "shop: first invoke");
        assert_eq!(file["profiles"][1]["endValue"], 4.0);
        assert_eq!(file["shared"]["frames"][2], json!({ "name": "node:http" }));
    }

    #[test]
    fn a_start_that_loaded_nothing_is_still_a_profile() {
        let mut empty = recording();
        empty.modules.clear();
        let file: Value = serde_json::from_str(&speedscope(&empty, "shop")).unwrap();
        assert_eq!(file["profiles"].as_array().unwrap().len(), 1);
        assert_eq!(file["profiles"][0]["endValue"], 0.0);
    }
}
