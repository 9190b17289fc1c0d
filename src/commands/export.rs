//! `--export`: what was measured, written in other forms once the report has been shown.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::{Destination, Export, Format};
use crate::config::Lang;
use crate::exit::Exit;
use crate::render::export::{self as forms, Measured};
use crate::render::{FleetLine, Style, fleet_json};
use crate::results::RunResult;
use crate::results::store::{self, Store};

use super::conclude::unwritable;
use super::measure::misnamed;
use super::{Failure, print, say};

/// GitHub Actions names the file of a step's summary in it.
const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Whether everything can be written, as far as that can be known before anything was measured. `json` is `--json`.
pub fn check(exports: &[Export], json: bool) -> Result<(), Failure> {
    let on_stdout: Vec<&Export> = to_stdout(exports).collect();
    if let [one, rest @ ..] = on_stdout.as_slice()
        && (json || !rest.is_empty())
    {
        let first = format!("--export {}=-", one.format.name());
        let other = match rest {
            [] => "--json".to_owned(),
            [other, ..] => format!("--export {}=-", other.format.name()),
        };
        return Err(Failure::new(
            Exit::Usage,
            format!("{first} and {other} both want standard output"),
        )
        .hint(Some("write one of them to a file".into())));
    }
    for export in exports {
        if let Some(path) = file_of(export)? {
            Store::check_save_as(&path).map_err(|error| misnamed(&error))?;
        }
    }
    Ok(())
}

/// Shows the report: on standard output, or on standard error where standard output is an export's.
pub fn show(exports: &[Export], report: impl FnOnce(&Style) -> String) -> Result<(), Failure> {
    if to_stdout(exports).next().is_none() {
        return say(&report(&Style::for_stdout()));
    }
    let style = Style::for_stderr();
    let text = style.written(&report(&style));
    // It is not what was asked for: a closed one is no failure.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    Ok(())
}

/// Writes results in every form that is wanted. All are tried; the first that fails is the error, the others are said.
pub fn export(exports: &[Export], results: &[&RunResult], lang: Lang) -> Result<(), Failure> {
    let all: Vec<Measured> = results.iter().map(|result| Measured::of(result)).collect();
    each(exports, &all, lang, &|| forms::json(results))
}

/// The same of many functions; what could not be measured is in it too.
pub fn export_fleet(exports: &[Export], lines: &[FleetLine], lang: Lang) -> Result<(), Failure> {
    let all: Vec<Measured> = lines.iter().map(Measured::line).collect();
    each(exports, &all, lang, &|| fleet_json(lines))
}

fn each(
    exports: &[Export],
    all: &[Measured],
    lang: Lang,
    json: &dyn Fn() -> String,
) -> Result<(), Failure> {
    let mut first = Ok(());
    for export in exports {
        let text = match export.format {
            Format::Json => json(),
            Format::Csv => forms::csv(all),
            Format::Markdown | Format::Github => forms::markdown(all, lang),
            Format::Junit => forms::junit(all),
            Format::Bencher => forms::bencher(all),
            Format::BenchmarkAction => forms::benchmark_action(all),
        };
        if export.format == Format::Github {
            // GitHub reads annotations from both streams; standard output may be another form's.
            let lines = forms::annotations(all, lang);
            let _ = std::io::stderr().lock().write_all(lines.as_bytes());
        }
        let written = write(export, &text);
        if first.is_ok() {
            first = written;
        } else if let Err(another) = written {
            another.report();
        }
    }
    first
}

fn write(export: &Export, text: &str) -> Result<(), Failure> {
    match file_of(export)? {
        None => print(text),
        Some(path) if export.format == Format::Github => append(&path, text),
        Some(path) => store::write_whole(&path, text).map_err(|error| unwritable(&error)),
    }
}

/// A summary may have been begun by another step.
fn append(path: &Path, text: &str) -> Result<(), Failure> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("writing {}: {error}", path.display()),
            )
        })
}

fn to_stdout(exports: &[Export]) -> impl Iterator<Item = &Export> {
    exports
        .iter()
        .filter(|export| export.to == Destination::Stdout)
}

/// The file that an export goes to; none for standard output.
fn file_of(export: &Export) -> Result<Option<PathBuf>, Failure> {
    match &export.to {
        Destination::Stdout => Ok(None),
        Destination::File(path) => Ok(Some(path.clone())),
        Destination::StepSummary => std::env::var_os(STEP_SUMMARY)
            .filter(|path| !path.is_empty())
            .map(|path| Some(path.into()))
            .ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!(
                        "--export github: {STEP_SUMMARY} is not set, as it is in GitHub Actions"
                    ),
                )
                .hint(Some("say where to: --export github=FILE".into()))
            }),
    }
}
