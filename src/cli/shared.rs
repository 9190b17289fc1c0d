//! Groups of flags that more than one command takes, or that come once for both builds and once for each.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::export::ExportArgs;
use super::run::{key_value, memory_mb, timeout_s};

/// How often, and in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "How much")]
pub struct OrderArgs {
    /// Cold starts per subject that must be accepted [env: LAMBENCH_RUNS] [default: 20; of two subjects 10 to 30]
    ///
    /// Two subjects measured together are judged at looks that are fixed beforehand: after 10, 20 and 30 starts each, at a
    /// level that makes up for looking three times. The run ends at the first look that decides. With N there is one look,
    /// after N starts each.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub runs: Option<u32>,
    /// Warm invokes after each cold start [env: LAMBENCH_WARM_INVOKES] [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    pub warm_invokes: Option<u32>,
    /// Repeat the order of an earlier run [env: LAMBENCH_SEED] [default: random, and printed]
    ///
    /// Two subjects are interleaved in blocks (before, after, after, before, or the reverse), so that a machine or a
    /// region that slows down hits both alike. The seed decides the blocks.
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u64>,
}

/// Where results go.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Print the result file's JSON and nothing else on standard output
    #[arg(long)]
    pub json: bool,
    /// Write the result to FILE too (it is always kept under .lambench/results/)
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Other forms.
    #[command(flatten)]
    pub export: ExportArgs,
}

/// How fast.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How fast")]
pub struct PaceArgs {
    /// Control-plane calls per second on AWS [env: LAMBENCH_CONTROL_RATE] [default: 10]
    ///
    /// All calls but the invokes share it: updates, and the looks whether they are in force. AWS allows 15 a second for
    /// most of them, per account and region, and deploys need some too. The embedded sandbox has no limit.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub control_rate: Option<u32>,
    /// Simultaneous invokes after each touch [env: LAMBENCH_CONCURRENCY] [default: 1]
    ///
    /// Each of the N must be a cold start of its own. It is much faster, but starts in a burst are slower than single
    /// ones: results of different N are never compared. --runs is rounded up to whole bursts, and the warm invokes
    /// follow each burst, one at a time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: Option<u32>,
    /// Stop after this time (90s, 10m, 1h30m), put everything back and keep what was measured [env: LAMBENCH_MAX_TIME]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_time: Option<Duration>,
    /// Continue a run that was interrupted: the same command again, with the id of the run
    ///
    /// The plan and the seed are those of the run; its samples stay. It is refused where the code, the configuration or
    /// the payload is another, and where --runs, --warm-invokes, --seed or --concurrency say otherwise.
    #[arg(long, value_name = "RUN")]
    pub resume: Option<String>,
}

/// `90s`, `10m`, `1h30m`; a number alone is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write it as 90s, 10m or 1h30m".to_owned();
    let (mut seconds, mut number) = (0_u64, String::new());
    for letter in text.chars() {
        let unit = match letter {
            '0'..='9' => {
                number.push(letter);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return Err(wrong()),
        };
        let n: u64 = number.parse().map_err(|_| wrong())?;
        number.clear();
        seconds = n
            .checked_mul(unit)
            .and_then(|more| seconds.checked_add(more))
            .ok_or_else(wrong)?;
    }
    if !number.is_empty() {
        let bare = text.len() == number.len();
        seconds = number.parse().ok().filter(|_| bare).ok_or_else(wrong)?;
    }
    if seconds == 0 || seconds > MOST_SECONDS {
        return Err("give a second at least, and a year at most".into());
    }
    Ok(Duration::from_secs(seconds))
}

const MOST_SECONDS: u64 = 365 * 86_400;

/// What the sandbox runs packages with.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sandbox")]
pub struct InterpreterArgs {
    /// Runtime interface client to run where the package brings none [env: LAMBENCH_RIC]
    ///
    /// A folder that holds awslambdaric or aws-lambda-ric. Without it: the one in the package or its layers, then
    /// one that the interpreter can import, then lambench's own small one. The report says which one ran.
    #[arg(long, value_name = "PATH")]
    pub ric: Option<PathBuf>,
    /// Run python3.12 or nodejs20.x with whatever version is installed
    ///
    /// Without it a package for python3.12 is never measured on 3.11. What ran is in the report.
    #[arg(long)]
    pub any_version: bool,
    /// CPU that functions get on the sandbox [env: LAMBENCH_CPU] [default: by-memory]
    ///
    /// As on AWS a function gets one CPU for each 1769 MB of memory, from its first event on; init is not limited. Where
    /// control groups can't be written it is not limited. The report says which.
    #[arg(long, value_enum, value_name = "SHARE")]
    pub cpu: Option<CpuArg>,
    /// Package files in the page cache when a cold start begins, on the sandbox [env: LAMBENCH_DISK] [default: warm]
    ///
    /// warm: all of them, before every start. evict: none, so that they come from the disk.
    #[arg(long, value_enum, value_name = "STATE")]
    pub disk: Option<DiskArg>,
}

/// `--cpu`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CpuArg {
    /// One CPU for each 1769 MB
    ByMemory,
    /// All that this machine has
    Unlimited,
}

/// `--disk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiskArg {
    /// All of them
    Warm,
    /// None of them
    Evict,
}

/// Where to measure.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where")]
pub struct PlaceArgs {
    /// Measure on AWS, also what lambench.toml defines with a package
    #[arg(long, conflicts_with = "local")]
    pub aws: bool,
    /// Measure on the sandbox, with no AWS account
    #[arg(long, conflicts_with_all = ["endpoint_url", "region", "profile"])]
    pub local: bool,
    /// Another endpoint that speaks Lambda's API, such as `lambench serve`
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// AWS region
    #[arg(long)]
    pub region: Option<String>,
    /// Profile of the AWS configuration files
    #[arg(long)]
    pub profile: Option<String>,
}

/// Flags of one build as they were typed, whichever of the three groups they came in.
#[derive(Debug, Clone, Copy)]
pub struct TypedBuild<'a> {
    /// `""`, `"before-"` or `"after-"`: what stands between `--` and the flag's name.
    pub prefix: &'static str,
    /// `--handler`.
    pub handler: Option<&'a str>,
    /// `--runtime`.
    pub runtime: Option<&'a str>,
    /// `--layers`.
    pub layers: &'a [PathBuf],
    /// `--memory`.
    pub memory: Option<u32>,
    /// `--timeout`.
    pub timeout: Option<u32>,
    /// `--env`.
    pub env: &'a [(String, String)],
    /// `--label`.
    pub label: Option<&'a str>,
}

/// The same flags three times: clap has no prefix for a flattened group.
macro_rules! build_flags {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $of:literal, $heading:literal, short_help: $short:literal) => {
        $(#[$doc])*
        #[derive(Clone, Default, Args)]
        #[command(next_help_heading = $heading)]
        pub struct $name {
            /// `--handler`.
            #[arg(
                id = concat!($prefix, "handler"),
                long = concat!($prefix, "handler"),
                value_name = "HANDLER",
                help = concat!("Handler", $of, ", such as `app.handler` [default: inferred from the package]"),
                hide_short_help = !$short
            )]
            pub handler: Option<String>,
            /// `--runtime`.
            #[arg(
                id = concat!($prefix, "runtime"),
                long = concat!($prefix, "runtime"),
                value_name = "RUNTIME",
                help = concat!("Runtime", $of, ": python3, python3.12, nodejs, nodejs20.x, provided.al2023 [default: inferred]"),
                hide_short_help = !$short
            )]
            pub runtime: Option<String>,
            /// `--layers`, in order.
            #[arg(
                id = concat!($prefix, "layers"),
                long = concat!($prefix, "layers"),
                value_name = "PATH",
                value_delimiter = ',',
                help = concat!("Layers", $of, ", folders or zips, in order (repeatable, or with commas); of a copy, ARNs too"),
                hide_short_help = !$short
            )]
            pub layers: Vec<PathBuf>,
            /// `--memory`, MB.
            #[arg(
                id = concat!($prefix, "memory"),
                long = concat!($prefix, "memory"),
                value_name = "MB",
                value_parser = memory_mb(),
                help = concat!("Memory", $of, ", MB, 128 to 10240 [env: LAMBENCH_MEMORY] [default: 512]"),
                hide_short_help = !$short
            )]
            pub memory: Option<u32>,
            /// `--timeout`, seconds.
            #[arg(
                id = concat!($prefix, "timeout"),
                long = concat!($prefix, "timeout"),
                value_name = "SECONDS",
                value_parser = timeout_s(),
                help = concat!("Timeout", $of, ", seconds, 1 to 900 [env: LAMBENCH_TIMEOUT] [default: 30]"),
                hide_short_help = !$short
            )]
            pub timeout: Option<u32>,
            /// `--env`: names and values.
            #[arg(
                id = concat!($prefix, "env"),
                long = concat!($prefix, "env"),
                value_name = "KEY=VALUE",
                value_parser = key_value,
                help = concat!("Environment variable", $of, " (repeatable); never written to any output"),
                hide_short_help = !$short
            )]
            pub env: Vec<(String, String)>,
            /// `--label`.
            #[arg(
                id = concat!($prefix, "label"),
                long = concat!($prefix, "label"),
                value_name = "TEXT",
                help = concat!("Text for the version row", $of, " [default: the version in the function's answer]"),
                hide_short_help = !$short
            )]
            pub label: Option<String>,
        }

        impl $name {
            /// The same flags without the group's own type.
            pub fn typed(&self) -> TypedBuild<'_> {
                TypedBuild {
                    prefix: $prefix,
                    handler: self.handler.as_deref(),
                    runtime: self.runtime.as_deref(),
                    layers: &self.layers,
                    memory: self.memory,
                    timeout: self.timeout,
                    env: &self.env,
                    label: self.label.as_deref(),
                }
            }
        }

        // Values of environment variables are secrets: a debug print has none.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let names: Vec<&str> = self.env.iter().map(|(name, _)| name.as_str()).collect();
                f.debug_struct(stringify!($name))
                    .field("handler", &self.handler)
                    .field("runtime", &self.runtime)
                    .field("layers", &self.layers)
                    .field("memory", &self.memory)
                    .field("timeout", &self.timeout)
                    .field("env", &names)
                    .field("label", &self.label)
                    .finish()
            }
        }
    };
}

build_flags!(
    /// Flags for the packages of both subjects.
    CommonBuild, "", " of the packages", "Packages", short_help: true
);
build_flags!(
    /// Flags for the package that is *before*; they win over those for both.
    BeforeBuild, "before-", " of --before alone", "The package before", short_help: false
);
build_flags!(
    /// Flags for the package that is *after* (or the only one); they win over those for both.
    AfterBuild, "after-", " of --after alone", "The package after", short_help: false
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_people_say_them() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("1h30m", 5400), ("45", 45)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "0s",
            "m",
            "10x",
            "1h30",
            "-5s",
            "99999999999999999999h",
            "9999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
