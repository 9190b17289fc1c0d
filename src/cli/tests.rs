use clap::{CommandFactory as _, Parser as _};

use super::{Cli, Command, LangArg, RunArgs};

fn run(args: &[&str]) -> Result<RunArgs, clap::Error> {
    let all = ["lambench", "run"].iter().chain(args);
    match Cli::try_parse_from(all)?.command {
        Command::Run(args) => Ok(args),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_flags_of_all_commands_fit_together() {
    Cli::command().debug_assert();
}

/// Every command and every command below one, with what is typed to get there.
fn every_command() -> Vec<(String, clap::Command)> {
    fn below(command: &clap::Command, typed: &str, all: &mut Vec<(String, clap::Command)>) {
        all.push((typed.to_owned(), command.clone()));
        for command in command.get_subcommands() {
            below(command, &format!("{typed} {}", command.get_name()), all);
        }
    }
    let mut cli = Cli::command();
    cli.build();
    let mut all = Vec::new();
    below(&cli, "lambench", &mut all);
    all
}

/// The words of an example as a shell would split them: quotes are taken off, pipes and redirections end it.
fn words(example: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in example.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, c) if c.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(quote, None, "{example}");
    words.retain(|word| !word.is_empty());
    let end = words.iter().position(|word| word == "|" || word == ">");
    words.truncate(end.unwrap_or(words.len()));
    words
}

#[test]
fn every_help_opens_with_examples_of_the_command_that_parse() {
    let all = every_command();
    assert!(all.len() > 12, "{}", all.len());
    for (typed, mut command) in all {
        let helps = [command.render_help(), command.render_long_help()];
        for help in helps {
            let help = help.to_string();
            assert!(help.starts_with("Example"), "{typed}: {help}");
            let examples: Vec<&str> = help
                .lines()
                .skip(1)
                .take_while(|line| !line.trim().is_empty())
                .map(|line| line.trim().split("   ").next().unwrap())
                .filter(|line| line.starts_with("lambench"))
                .collect();
            assert!(
                examples.iter().any(|line| line.starts_with(&typed)),
                "{typed}: {help}"
            );
            for example in examples {
                let parsed = Cli::try_parse_from(words(example));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
            }
        }
    }
}

#[test]
fn the_short_help_is_a_page_of_one_line_a_flag() {
    for (typed, mut command) in every_command() {
        let short = command.render_help().to_string();
        let long = command.render_long_help().to_string();
        assert!(short.lines().count() <= long.lines().count(), "{typed}");
        for flag in command.get_arguments() {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.contains('\n'), "{typed} {}: {help}", flag.get_id());
        }
    }
}

#[test]
fn every_flag_says_what_it_does_and_every_command_teaches() {
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands_mut() {
        for flag in command.get_arguments() {
            let help = flag.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.len() > 8, "{}: {help:?}", flag.get_id());
        }
        let long = command.get_long_about().unwrap().to_string();
        assert!(long.lines().count() > 2, "{long}");
        let help = command.render_long_help().to_string();
        assert!(
            help.contains(long.lines().last().unwrap().get(..40).unwrap()),
            "{help}"
        );
        let examples = command.get_before_help().unwrap().to_string();
        assert!(help.starts_with(&examples), "no example is wrapped: {help}");
    }
}

#[test]
fn no_help_is_wider_than_a_page() {
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands_mut() {
        let help = command.render_long_help().to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn the_version_is_the_crates() {
    let error = Cli::try_parse_from(["lambench", "--version"]).unwrap_err();
    assert!(!error.use_stderr());
    assert_eq!(
        error.to_string(),
        concat!("lambench ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn flags_of_one_build_do_not_reach_the_other() {
    let args = run(&[
        "--memory",
        "128",
        "--before-memory",
        "256",
        "--after-memory",
        "1024",
        "--layers",
        "a,b",
        "--layers",
        "c",
        "--before-env",
        "KEY=a=b",
        "--after-env",
        "EMPTY=",
    ])
    .unwrap();
    assert_eq!(args.build.memory, Some(128));
    assert_eq!(args.before_build.memory, Some(256));
    assert_eq!(args.after_build.memory, Some(1024));
    assert_eq!(
        args.build.layers,
        ["a", "b", "c"].map(std::path::PathBuf::from)
    );
    assert!(args.before_build.layers.is_empty());
    assert_eq!(
        args.before_build.env,
        [("KEY".to_owned(), "a=b".to_owned())]
    );
    assert_eq!(args.after_build.env, [("EMPTY".to_owned(), String::new())]);
}

#[test]
fn expectations_are_json_or_else_text() {
    let args = run(&[
        "--expect",
        "/statusCode=200",
        "--expect",
        "/body/version=OPTIMIZED_v2.0",
        "--expect",
        "=null",
        "--expect",
        "/list=[1, 2]",
    ])
    .unwrap();
    let values: Vec<(&str, String)> = args
        .expect
        .iter()
        .map(|(pointer, value)| (pointer.as_str(), value.to_string()))
        .collect();
    assert_eq!(
        values,
        [
            ("/statusCode", "200".to_owned()),
            ("/body/version", "\"OPTIMIZED_v2.0\"".to_owned()),
            ("", "null".to_owned()),
            ("/list", "[1,2]".to_owned()),
        ]
    );
}

#[test]
fn a_payload_may_be_standard_input_or_start_with_a_hyphen() {
    assert_eq!(
        run(&["--payload", "-"]).unwrap().payload.as_deref(),
        Some("-")
    );
    assert_eq!(
        run(&["--payload", "-1"]).unwrap().payload.as_deref(),
        Some("-1")
    );
}

#[test]
fn global_flags_stand_before_or_after_the_command() {
    for args in [
        ["lambench", "--lang", "ko", "--quiet", "demo"],
        ["lambench", "demo", "--lang", "ko", "--quiet"],
    ] {
        let cli = Cli::try_parse_from(args).unwrap();
        assert_eq!(
            (cli.globals.lang, cli.globals.quiet),
            (Some(LangArg::Ko), true)
        );
    }
}

#[test]
fn wrong_flags_are_usage_errors_that_name_them() {
    let cases: [(&[&str], &[&str]); 13] = [
        (&["--runs", "0"], &["--runs"]),
        (&["--runs", "4294967295"], &["--runs", "1..=1000000"]),
        (&["--warm-invokes", "4294967295"], &["--warm-invokes"]),
        (&["--warm-invokes", "-1"], &["-1"]),
        (&["--memory", "127"], &["--memory", "128..=10240"]),
        (&["--after-timeout", "901"], &["--after-timeout", "1..=900"]),
        (&["--env", "NOVALUE"], &["--env", "KEY=VALUE"]),
        (
            &["--expect", "statusCode=200"],
            &["--expect", "/statusCode=200"],
        ),
        (&["--local", "--aws"], &["--local", "--aws"]),
        (
            &["--local", "--endpoint-url", "http://127.0.0.1:1"],
            &["--local", "--endpoint-url"],
        ),
        (
            &["--local", "--region", "eu-west-1"],
            &["--local", "--region"],
        ),
        (
            &["--before", "a/", "--baseline", "v1"],
            &["--before", "--baseline"],
        ),
        (&["--functoin", "x"], &["--functoin", "--function"]),
    ];
    for (args, texts) in cases {
        let error = run(args).unwrap_err();
        assert!(error.use_stderr(), "{args:?}");
        let message = error.to_string();
        for text in texts {
            assert!(message.contains(text), "{args:?}: no {text:?} in {message}");
        }
    }
}

#[test]
fn a_debug_print_has_no_values_of_environment_variables() {
    let args = run(&[
        "--env",
        "TOKEN=hush",
        "--before-env",
        "A=hush",
        "--after-env",
        "B=hush",
    ])
    .unwrap();
    let text = format!("{args:?}");
    assert!(text.contains("TOKEN") && !text.contains("hush"), "{text}");
}
