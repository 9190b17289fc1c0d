//! Guides as their readers follow them: every block of a page is marked, what is marked as a command is run by a shell in a
//! folder, in order, and what the page shows must come out, figures apart.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Parser as _;
use lambench::cli::Cli;

use crate::support::{Ran, Test, repository};

/// What a block of a page is, by the comment in the line above it.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// `run`, `run 3`: a script, and the exit code that it must end with.
    Run(i32),
    /// `parse`: commands that nothing here can carry out; lambench must take them.
    Parse,
    /// `file NAME`: what the reader writes.
    File(String),
    /// `shows`: on standard output of the script before; `...` stands for what is left out.
    Shows,
    /// `says`: the same on standard error.
    Says,
}

#[derive(Debug)]
pub struct Block {
    pub line: usize,
    pub kind: Kind,
    pub text: String,
}

fn kind(mark: &str) -> Option<Kind> {
    match mark.split_once(' ') {
        None => match mark {
            "run" => Some(Kind::Run(0)),
            "parse" => Some(Kind::Parse),
            "shows" => Some(Kind::Shows),
            "says" => Some(Kind::Says),
            _ => None,
        },
        Some(("run", code)) => code.parse().ok().map(Kind::Run),
        Some(("file", name)) => Some(Kind::File(name.to_owned())),
        Some(_) => None,
    }
}

/// All blocks of a page. One that is not marked, or that is no fenced block, is an error.
pub fn blocks(page: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let mut mark = None;
    let mut lines = page.lines().zip(1..);
    while let Some((text, line)) = lines.next() {
        if text.starts_with("~~~") || text.starts_with("    ") || text.starts_with('\t') {
            return Err(format!("line {line}: a block is fenced by ```"));
        }
        if let Some(language) = text.trim_start().strip_prefix("```") {
            let mark: &str = mark
                .take()
                .ok_or_else(|| format!("line {line}: this block is not marked"))?;
            let kind = kind(mark).ok_or_else(|| format!("line {line}: what is {mark:?}?"))?;
            let script = matches!(kind, Kind::Run(_) | Kind::Parse);
            if script != (language == "sh") && !matches!(kind, Kind::File(_)) {
                return Err(format!("line {line}: {language:?} is marked {mark:?}"));
            }
            let text: Vec<&str> = lines
                .by_ref()
                .map(|(text, _)| text)
                .take_while(|text| *text != "```")
                .collect();
            let text = text.join("\n") + "\n";
            blocks.push(Block { line, kind, text });
        } else {
            mark = text
                .strip_prefix("<!-- test: ")
                .and_then(|text| text.strip_suffix(" -->"));
        }
    }
    Ok(blocks)
}

/// Words with their figures masked: run after run other milliseconds come out, in other units and widths, and other ids.
pub fn masked(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = without_id(word);
        let mut masked = String::new();
        for c in word.chars() {
            let c = if c.is_ascii_digit() { '#' } else { c };
            while c == '#' && masked.ends_with(['<', '>', '.']) {
                masked.pop();
            }
            let more = masked.ends_with('#') && matches!(c, '#' | '.' | ',');
            let rule = masked.ends_with('-') && c == '-';
            if !more && !rule {
                masked.push(c);
            }
        }
        let unit = masked.trim_end_matches([',', '.', ';', ':', ']']);
        if matches!(unit, "ms" | "s" | "min") && words.last().is_some_and(|w| w.ends_with('#')) {
            masked = format!("t{}", &masked[unit.len()..]);
        } else if masked == "<" {
            // As in p < 0.001 and p = 0.019.
            "=".clone_into(&mut masked);
        }
        words.push(masked);
    }
    words.join(" ")
}

/// The name of a copy of lambench's without its id.
fn without_id(word: &str) -> String {
    match word.split_once("lambench-") {
        Some((before, rest)) => {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            format!("{before}lambench-#{rest}")
        }
        None => word.to_owned(),
    }
}

/// The first part of `shown` that is not in `whole`, in its order.
pub fn missing(shown: &str, whole: &str) -> Option<String> {
    let whole = masked(whole);
    let mut rest = whole.as_str();
    for part in shown.split("...") {
        let part = masked(part);
        match rest.split_once(&part) {
            Some((_, after)) => rest = after,
            None => return Some(part),
        }
    }
    None
}

/// For whoever writes a guide: `GUIDES_SHOW=80 cargo test --test guides -- --nocapture` prints what comes out, so wide.
fn shown() -> Option<String> {
    std::env::var("GUIDES_SHOW").ok()
}

/// Where a reader sits: a project's folder, and a home of its own.
pub struct Desk {
    pub test: Test,
    variables: Vec<(&'static str, String)>,
}

impl Desk {
    pub fn new() -> Self {
        let test = Test::new();
        std::fs::create_dir(test.path().join("project")).unwrap();
        Self {
            test,
            variables: Vec::new(),
        }
    }

    pub fn set(&mut self, name: &'static str, value: &str) {
        self.variables.push((name, value.to_owned()));
    }

    pub fn project(&self) -> PathBuf {
        self.test.path().join("project")
    }

    pub fn write(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.test.write(&format!("project/{name}"), text);
        if text.starts_with("#!") {
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(path, mode).unwrap();
        }
    }

    /// A script in the project's folder, with lambench and what is in `tools` on the PATH.
    pub fn shell(&self, script: &str) -> Ran {
        let lambench = self.test.command::<&str>(&[]);
        let mut command = Command::new("sh");
        for (name, value) in lambench.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let own = Path::new(env!("CARGO_BIN_EXE_lambench")).parent().unwrap();
        let tools = self.test.path().join("tools");
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .env(
                "PATH",
                format!("{}:{}:{path}", own.display(), tools.display()),
            )
            // Wide enough for every column; pages have less room.
            .env("COLUMNS", shown().as_deref().unwrap_or("110"))
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.project())
            .args(["-e", "-c", script])
            .stdin(Stdio::null());
        Ran::from(command.output().expect("a shell"))
    }

    /// Does what the page says, and panics where something else comes out.
    pub fn follow(&self, name: &str) {
        let page = read(name);
        let blocks = blocks(&page).unwrap_or_else(|why| panic!("{name}: {why}"));
        let mut last: Option<Ran> = None;
        for Block { line, kind, text } in blocks {
            let at = format!("{name}:{line}");
            match kind {
                Kind::File(file) => self.write(&file, &text),
                Kind::Parse => text.lines().for_each(|line| takes(line, &at)),
                Kind::Run(code) => {
                    let ran = self.shell(&text);
                    let said = format!("stdout:\n{}\nstderr:\n{}", ran.stdout, ran.stderr);
                    assert_eq!(ran.code, Some(code), "{at}: {text}\n{said}");
                    if shown().is_some() {
                        println!("--- {at}\n{text}{said}");
                    }
                    last = Some(ran);
                }
                Kind::Shows | Kind::Says => {
                    let ran = last.as_ref().expect("a script before it");
                    let whole = match kind {
                        Kind::Shows => &ran.stdout,
                        _ => &ran.stderr,
                    };
                    if let Some(part) = missing(&text, whole) {
                        panic!("{at}: no {part:?} in\n{whole}\nwhich is\n{}", masked(whole));
                    }
                }
            }
        }
    }
}

pub fn read(name: &str) -> String {
    let path = repository().join("docs/guides").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Panics unless this is a command line of lambench's.
pub fn takes(line: &str, at: &str) {
    let line = line.split(" #").next().unwrap_or_default();
    let words = words(line);
    if let Err(error) = Cli::try_parse_from(&words)
        && error.kind() != clap::error::ErrorKind::DisplayHelp
    {
        panic!("{at}: {line}\n{error}");
    }
}

/// Words as a shell makes them, as far as guides need it.
fn words(line: &str) -> Vec<String> {
    let pieces = line.split('\'').enumerate();
    let mut words = Vec::new();
    for (nth, piece) in pieces {
        if nth % 2 == 1 {
            words.push(piece.to_owned());
        } else {
            words.extend(piece.split_whitespace().map(ToOwned::to_owned));
        }
    }
    words
}
