//! `--export FORMAT=FILE`, which several commands take.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// Forms for machines, and for people who read elsewhere than on a terminal.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ExportArgs {
    /// Write the result in another form too (repeatable): json, csv, markdown, junit, github, bencher, benchmark-action
    ///
    /// FORMAT=FILE, and - as FILE is standard output: it then holds that form alone, and the report goes to standard
    /// error. json is the result file, csv has a row for each invoke, markdown is for a pull request, junit for GitLab
    /// and Jenkins, bencher and benchmark-action for dashboards. github appends the Markdown to FILE, or without a
    /// FILE to $GITHUB_STEP_SUMMARY, and prints annotations on standard error.
    #[arg(
        id = "export",
        long = "export",
        value_name = "FORMAT=FILE",
        value_parser = Export::from_str
    )]
    pub exports: Vec<Export>,
}

/// A form and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Which form.
    pub format: Format,
    /// Where to.
    pub to: Destination,
}

/// The forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The result file; an array of them where several functions were measured.
    Json,
    /// A row for each invoke.
    Csv,
    /// The verdict, the table, and the rest folded.
    Markdown,
    /// A test case for each budget.
    Junit,
    /// Markdown for the job's summary, and annotations.
    Github,
    /// Bencher Metric Format.
    Bencher,
    /// github-action-benchmark's `customSmallerIsBetter`.
    BenchmarkAction,
}

impl Format {
    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// Where a form goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// `-`.
    Stdout,
    /// A file.
    File(PathBuf),
    /// The file that GitHub names in `GITHUB_STEP_SUMMARY`.
    StepSummary,
}

impl FromStr for Export {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            let all: Vec<_> = Format::value_variants().iter().map(|f| f.name()).collect();
            format!("{name:?} is no form; there are {}", all.join(", "))
        })?;
        let to = match file {
            None if format == Format::Github => Destination::StepSummary,
            None | Some("") => {
                return Err(format!(
                    "say where to: {name}=FILE, or {name}=- for standard output"
                ));
            }
            Some("-") => Destination::Stdout,
            Some(file) => Destination::File(file.into()),
        };
        Ok(Self { format, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_and_a_file_are_read_and_a_file_may_hold_equals_signs() {
        let read = |text: &str| text.parse::<Export>();
        assert_eq!(
            read("csv=a=b.csv"),
            Ok(Export {
                format: Format::Csv,
                to: Destination::File("a=b.csv".into())
            })
        );
        assert_eq!(read("junit=-").map(|e| e.to), Ok(Destination::Stdout));
        assert_eq!(
            read("github"),
            Ok(Export {
                format: Format::Github,
                to: Destination::StepSummary
            })
        );
        assert_eq!(
            read("benchmark-action=x").map(|e| e.format),
            Ok(Format::BenchmarkAction)
        );
    }

    #[test]
    fn what_is_wrong_with_an_export_is_said_with_what_would_be_right() {
        let wrong = |text: &str| text.parse::<Export>().unwrap_err();
        assert_eq!(
            wrong("json"),
            "say where to: json=FILE, or json=- for standard output"
        );
        assert_eq!(
            wrong("csv="),
            "say where to: csv=FILE, or csv=- for standard output"
        );
        assert!(wrong("xml=a").contains("junit, github, bencher, benchmark-action"));
    }
}
