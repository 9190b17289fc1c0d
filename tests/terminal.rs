//! What people meet on a terminal: completions in real shells, manual pages, explanations, styles.

mod support;

use std::process::{Command, Output};

use support::{Ran, Test};

fn is_there(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output();
    found.is_ok_and(|found| found.status.success())
}

/// What a program on this machine says to a script.
fn script(program: &str, args: &[&str], folder: &Test) -> Output {
    Command::new(program)
        .args(args)
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn completions(test: &Test, shell: &str) {
    let ran = test.run(&["completions", shell]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
    test.write("script", &ran.stdout);
}

#[test]
fn bash_completes_commands_flags_and_their_values() {
    let test = Test::new();
    completions(&test, "bash");
    let complete = |words: &[&str]| -> Vec<String> {
        let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let [.., before, last] = words else {
            panic!("two words at least");
        };
        let line = format!(
            "source ./script; COMP_WORDS=({}); COMP_CWORD={}; _lambench lambench '{last}' '{before}'; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1,
        );
        let said = script("bash", &["--norc", "-c", &line], &test);
        assert!(said.stderr.is_empty(), "{said:?}");
        let said = String::from_utf8(said.stdout).unwrap();
        said.lines().map(str::to_owned).collect()
    };
    let commands = complete(&["lambench", "re"]);
    assert!(commands.contains(&"restore".to_owned()), "{commands:?}");
    assert!(commands.contains(&"results".to_owned()), "{commands:?}");
    assert!(!commands.contains(&"run".to_owned()), "{commands:?}");
    let flags = complete(&["lambench", "run", "--before-m"]);
    assert_eq!(flags, ["--before-memory"]);
    let mut styles = complete(&["lambench", "--style", ""]);
    styles.sort();
    assert_eq!(styles, ["ascii", "auto", "full", "plain"]);
    assert_eq!(complete(&["lambench", "results", "pr"]), ["prune"]);
}

#[test]
fn fish_and_zsh_take_their_scripts_where_they_are_there() {
    let test = Test::new();
    if is_there("fish") {
        completions(&test, "fish");
        let line = "source ./script; complete -C 'lambench re'";
        let said = script("fish", &["--no-config", "-c", line], &test);
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.stderr.is_empty(), "{said:?}");
        let named = |name: &str| {
            text.lines()
                .any(|line| line.split('\t').next() == Some(name))
        };
        assert!(
            named("restore") && named("results") && !named("run"),
            "{text}"
        );
    }
    if is_there("zsh") {
        completions(&test, "zsh");
        let line =
            "autoload -U compinit && compinit -D -u && source ./script && print $_comps[lambench]";
        let said = script("zsh", &["-f", "-c", line], &test);
        assert!(said.stderr.is_empty(), "{said:?}");
        assert_eq!(String::from_utf8_lossy(&said.stdout), "_lambench\n");
    }
}

#[test]
fn every_shell_has_a_script_and_an_unknown_one_is_told_which_there_are() {
    let test = Test::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = test.run(&["completions", shell]);
        assert!(ran.stdout.contains("before-memory"), "{shell}");
    }
    let ran = test.run(&["completions", "cmd"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("bash, elvish, fish, powershell, zsh"),
        "{}",
        ran.stderr
    );
}

/// Programs that look at manual pages have nothing to say about this one.
fn is_clean(test: &Test, page: &str) {
    if is_there("groff") {
        let said = script("groff", &["-man", "-Tascii", "-ww", "-z", page], test);
        assert!(
            said.status.success() && said.stderr.is_empty(),
            "{page}: {said:?}"
        );
    }
    if is_there("mandoc") {
        let said = script("mandoc", &["-T", "lint", "-W", "error", page], test);
        assert!(said.status.success(), "{page}: {said:?}");
    }
}

#[test]
fn every_command_has_a_manual_page_that_renders_without_a_warning() {
    let test = Test::new();
    let ran = test.run(&["man", "-o", "pages/man1"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ran.stderr
    );
    let mut names = Vec::new();
    for entry in std::fs::read_dir(test.path().join("pages/man1")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        is_clean(&test, &format!("pages/man1/{name}"));
        names.push(name);
    }
    for wanted in ["lambench.1", "lambench-run.1", "lambench-results-prune.1"] {
        assert!(
            names.iter().any(|name| name == wanted),
            "{wanted}: {names:?}"
        );
    }
    let page = std::fs::read_to_string(test.path().join("pages/man1/lambench-run.1")).unwrap();
    for section in [
        "NAME",
        "SYNOPSIS",
        "EXAMPLES",
        "DESCRIPTION",
        "OPTIONS",
        "EXIT STATUS",
    ] {
        let heading = page.lines().any(|line| {
            line.strip_prefix(".SH ")
                .is_some_and(|title| title.trim_matches('"') == section)
        });
        assert!(heading, "{section}: {page}");
    }
    assert_eq!(
        test.run(&["man", "run"]).stdout,
        page,
        "the same on standard output"
    );
}

#[test]
fn a_manual_page_of_no_command_is_a_usage_error_that_lists_them() {
    let test = Test::new();
    let ran = test.run(&["man", "rum"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("no command is called \"rum\""),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("hint: there are run, "),
        "{}",
        ran.stderr
    );
    let ran = test.run(&["man", "results", "prune"]);
    assert!(ran.stdout.contains("older"), "{}", ran.stdout);
}

#[test]
fn a_figure_a_reason_and_a_verdict_are_explained_and_what_is_misspelt_is_suggested() {
    let test = Test::new();
    for (words, says) in [
        (&["explain", "cold.init.p95"][..], "Init Duration"),
        (&["explain", "cold", "start"], "REPORT line"),
        (&["explain", "proactive_init"], "before anyone waited"),
        (&["explain", "inconclusive"], "decide nothing"),
        (
            &["explain", "--lang", "ko", "콜드", "스타트"],
            "콜드 스타트",
        ),
        (&["explain"], "proactive_init"),
    ] {
        let ran = test.run(words);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
        assert!(ran.stdout.contains(says), "{words:?}: {}", ran.stdout);
    }
    let ran = test.run(&["explain", "cold.intit"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(
        ran.stderr.contains("nothing is called \"cold.intit\"")
            && ran.stderr.contains("did you mean cold.init"),
        "{}",
        ran.stderr
    );
}

fn demo(test: &Test, args: &[&str]) -> Ran {
    let much = ["demo", "--runs", "6", "--warm-invokes", "1", "--seed", "1"];
    let ran = test.run(&[&much[..], args].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

#[test]
fn in_ascii_not_a_byte_of_a_run_is_above_0x7f() {
    let test = Test::new();
    let ran = demo(&test, &["--style", "ascii"]);
    for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let other: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(other, "", "{name}: {text}");
    }
    assert!(ran.stdout.contains("Every cold start"), "{}", ran.stdout);
    let saved = |line: &&str| line.starts_with("Saved: ");
    for line in ran.stdout.lines().filter(|line| !saved(line)) {
        assert!(line.len() <= 80, "{line}");
    }
    for args in [
        &["results"][..],
        &["results", "show", "last"],
        &["explain"],
        &["run", "--dry-run", "--before", "x"],
    ] {
        let ran = test.run(&[args, &["--style", "ascii"]].concat());
        assert!(
            ran.stdout.is_ascii() && ran.stderr.is_ascii(),
            "{args:?}: {}",
            ran.stdout
        );
    }
    let korean = test.run(&[
        "results", "show", "last", "--lang", "ko", "--style", "ascii",
    ]);
    let signs: String = korean
        .stdout
        .chars()
        .filter(|c| !c.is_ascii() && !c.is_alphabetic())
        .collect();
    assert_eq!(signs, "", "{}", korean.stdout);
    assert!(korean.stdout.contains("콜드 스타트"), "{}", korean.stdout);
}

#[test]
fn a_picture_is_drawn_in_a_pipe_only_if_it_is_asked_for() {
    let test = Test::new();
    let ran = demo(&test, &[]);
    assert!(!ran.stdout.contains("Every cold start"), "{}", ran.stdout);
    let show = |style: &str| {
        let mut command = test.command(&["results", "show", "last"]);
        Ran::from(command.env("LAMBENCH_STYLE", style).output().unwrap())
    };
    let full = show("full");
    assert!(
        full.stdout.contains("Every cold start") && full.stdout.contains('\x1b'),
        "{}",
        full.stdout
    );
    let plain = show("plain");
    assert!(!plain.stdout.contains("Every cold start") && !plain.stdout.contains('\x1b'));
    // A real terminal, as Python makes one.
    let binary = env!("CARGO_BIN_EXE_lambench");
    let spawn = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let mut command = Command::new("python3");
    support::clean(&mut command);
    command
        .args(["-c", spawn, binary, "results", "show", "last"])
        .current_dir(test.path())
        .env("HOME", test.path())
        .env("XDG_STATE_HOME", test.path().join("state"))
        .env("COLUMNS", "80")
        .env("TERM", "xterm")
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .stdin(std::process::Stdio::null());
    let on_a_terminal = Ran::from(command.output().unwrap());
    assert_eq!(on_a_terminal.code, Some(0), "{}", on_a_terminal.stderr);
    let drawn = on_a_terminal
        .stdout
        .contains(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']);
    assert!(
        drawn && on_a_terminal.stdout.contains('\x1b'),
        "{}",
        on_a_terminal.stdout
    );
    let wrong = show("fancy");
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("LAMBENCH_STYLE"), "{}", wrong.stderr);
}

#[test]
fn off_a_terminal_progress_is_plain_lines_and_quiet_is_silent() {
    let test = Test::new();
    let ran = demo(&test, &[]);
    assert!(
        !ran.stderr.contains('\x1b') && !ran.stderr.contains('\r'),
        "{}",
        ran.stderr
    );
    let counted = |line: &&str| line.starts_with("cold starts ");
    assert!(
        ran.stderr.lines().filter(counted).count() >= 6,
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("cold starts 12/12: before "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("change "), "{}", ran.stderr);
    assert_eq!(demo(&test, &["--quiet"]).stderr, "");
}
