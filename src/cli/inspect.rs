//! `lambench inspect`.

use std::path::PathBuf;

use clap::Args;

use super::look::LookArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  lambench inspect build/app.zip --layers build/deps.zip    what is in it, and what could go
  lambench inspect old.zip new/                             what went and what came
  lambench inspect my-fn --aws --html my-fn.html            what is deployed, with a map of it";

pub(super) const LONG: &str = "\
Say what a package is made of, whose each part is, and what of it could go

TARGET is a folder, a zip, a layer (known by python/ or nodejs/ at its top), a function of lambench.toml, or one that is \
deployed: its code and its layers are then fetched into a temporary folder, and nothing is changed. So are layers of a \
package that are named by the ARN of a version. With AFTER, what went and \
what came between the two; a function that lambench.toml defines with two builds is compared with itself.

Sizes are those of the files, unzipped and zipped, and belong to the distributions that list them: *.dist-info and *.egg-info \
of Python, the folders in node_modules/ of Node. What belongs to none is the function's own code. A folder is packed as \
`lambench run` packs it, to know its zipped sizes. 1 KB is 1024 bytes, as Lambda counts.

Nothing is run, imported or measured: for that there are `lambench profile` and `lambench run`.";

/// Arguments of `lambench inspect`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What")]
pub struct InspectArgs {
    /// Folder, zip, layer, or function: a name of lambench.toml, or NAME, NAME:QUALIFIER or ARN of one that is deployed
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// What to compare TARGET with
    #[arg(value_name = "AFTER")]
    pub after: Option<String>,
    /// Layers of the packages, in order: folders, zips, or ARNs of published ones (repeatable, or with commas)
    #[arg(long, value_name = "PATH|ARN", value_delimiter = ',')]
    pub layers: Vec<PathBuf>,
    /// Layers of AFTER, where they are others
    #[arg(
        long,
        value_name = "PATH|ARN",
        value_delimiter = ',',
        requires = "after",
        hide_short_help = true
    )]
    pub after_layers: Vec<PathBuf>,
    /// What is said of it, and where it is.
    #[command(flatten)]
    pub look: LookArgs,
    /// Levels of the tree [default: 2; 4 in JSON and in the page]
    ///
    /// 1 is the distributions, 2 what lies in them.
    #[arg(long, value_name = "N", help_heading = "Output", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub depth: Option<u32>,
    /// Entries of the tree, the largest that there are [default: 24; 1000 in JSON, 400 in the page]
    #[arg(long, value_name = "N", help_heading = "Output", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub top: Option<u32>,
    /// Print JSON and nothing else on standard output (see `lambench schema inspect`)
    #[arg(long, help_heading = "Output")]
    pub json: bool,
    /// Write a page for the browser too, with a map of the package; - is standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
}
