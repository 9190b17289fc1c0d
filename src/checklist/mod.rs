//! The optimisation guide's three phases as facts: package size, cold start, verification; each item done or not, with
//! the evidence. No I/O, no SDK type: `commands` gathers what is judged here.

mod ci;
pub mod clients;
mod package;
mod start;
mod verification;

pub use ci::{CiFile, CiLine};
pub use clients::{Client, Clients, Kept, Source};
pub use package::OtherFunction;
pub use start::Start;
pub use verification::{KeptBaseline, Measured, MeasuredVerdict};

use schemars::JsonSchema;
use serde::Serialize;

use crate::inspect::{Anatomy, Finding};
use crate::profile::Suggestion;
use crate::results::{EndpointKind, Verdict};

/// The version of the JSON form. It only grows: fields are added, never renamed or removed.
pub const SCHEMA_VERSION: u32 = 1;

/// A checklist, as `lambench checklist --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Checklist {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The lambench that wrote it.
    pub lambench_version: String,
    /// As it was named.
    pub target: String,
    /// The function whose stored results count.
    pub function: String,
    /// Lambda runtime identifier, where known.
    pub runtime: Option<String>,
    /// Every item, in the order of the phases.
    pub items: Vec<Item>,
}

/// One thing that the guide asks for.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Item {
    /// Which phase it belongs to.
    pub phase: Phase,
    /// What is asked for.
    pub check: Check,
    /// Whether it is so.
    pub state: State,
    /// What shows it.
    pub evidence: Vec<Fact>,
}

/// The guide's phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Remove what is not needed, share through layers.
    PackageSize,
    /// Load lazily, keep globals.
    ColdStart,
    /// Measure before and after.
    Verification,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Within Lambda's limits.
    WithinLimits,
    /// Every distribution can be reached from the handler.
    NothingUnused,
    /// No tests, type stubs or service models that nothing needs.
    NothingNeedless,
    /// Nothing is provided twice, by the package and a layer or by two layers.
    ProvidedOnce,
    /// What several functions of the project have is in a layer.
    SharedInLayers,
    /// Python reads the bytecode instead of compiling at every cold start.
    BytecodeValid,
    /// Native libraries are stripped, and for the right architecture.
    NativeStripped,
    /// Init loads nothing that the request doesn't need.
    LoadedLazily,
    /// Clients are made once, not in each request.
    ClientsKept,
    /// Node: one bundle instead of `node_modules`.
    Bundled,
    /// Before and after were measured.
    MeasuredBothSides,
    /// The verdict on them is not *regressed*, and not undecided.
    VerdictGiven,
    /// A result is stored under a name.
    BaselineKept,
    /// A pipeline fails when a cold start regresses.
    GateInCi,
    /// Warm starts were measured, too.
    WarmMeasured,
    /// Max memory leaves room below the memory size.
    MemoryHasRoom,
}

/// Whether an item is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is.
    Done,
    /// It is not.
    NotDone,
    /// It asks for something that this function can't have or doesn't need.
    NotApplicable,
    /// What is needed to tell is not there.
    NotKnown,
}

/// Something that shows why an item is in its state.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// Sizes.
    Size {
        /// The package, zipped; null where not known.
        zipped_bytes: Option<u64>,
        /// The package and its layers, unzipped.
        unzipped_bytes: u64,
        /// What they may have.
        limit_bytes: u64,
        /// How many layers.
        layers: usize,
    },
    /// What `lambench inspect` found.
    Finding(Box<Finding>),
    /// Tests of what is installed, counted: nobody can tell that nothing reads them.
    Tests {
        /// How many.
        files: usize,
        /// Unzipped.
        bytes: u64,
    },
    /// A distribution that several functions of the project bring along.
    Shared {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// Unzipped, in this function.
        bytes: u64,
        /// The other functions.
        functions: Vec<String>,
    },
    /// What the profile measured.
    Init {
        /// Loading the handler's module, ms.
        init_ms: f64,
    },
    /// What could be loaded later.
    Later(Box<Suggestion>),
    /// Where a client is made.
    Client(Client),
    /// The function's own files that could not be looked into.
    Unread {
        /// Their names.
        files: Vec<String>,
    },
    /// What lies in `node_modules`.
    NodeModules {
        /// Packages.
        packages: usize,
        /// Files.
        files: usize,
        /// Unzipped.
        bytes: u64,
    },
    /// A stored result.
    Result {
        /// Its id.
        id: String,
        /// How old it is, seconds.
        age_s: i64,
        /// Where it was measured.
        endpoint: EndpointKind,
        /// Cold starts of the side that has fewer.
        cold_starts: usize,
    },
    /// The package has changed since it was measured.
    Changed {
        /// Unzipped bytes then.
        measured_bytes: u64,
        /// Unzipped bytes now.
        bytes: u64,
    },
    /// A verdict on the median cold start.
    Verdict {
        /// The verdict.
        verdict: Verdict,
        /// after / before - 1.
        change: Option<f64>,
        /// Its interval.
        interval: Option<(f64, f64)>,
        /// The sides were not measured together.
        indicative: bool,
        /// About how many more pairs would decide.
        more_pairs: Option<u32>,
    },
    /// A stored baseline.
    Baseline {
        /// Its name.
        name: String,
        /// How old it is, seconds.
        age_s: i64,
    },
    /// Where a pipeline runs lambench.
    Ci(CiLine),
    /// Budgets in lambench.toml.
    Budgets {
        /// How many.
        count: usize,
    },
    /// Warm starts.
    Warm {
        /// The median, ms.
        median_ms: f64,
        /// Of how many.
        n: usize,
    },
    /// Max Memory Used and the memory size.
    Memory {
        /// The largest that was seen, MB.
        max_mb: u64,
        /// The memory size, MB.
        size_mb: u64,
    },
    /// Why an item doesn't apply, or is not known.
    Why {
        /// The reason.
        why: Why,
    },
}

/// Why an item doesn't apply, or is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is about Python, and the function is none.
    NotPython,
    /// It is about Node, and the function is none.
    NotNode,
    /// There is no native library.
    NoNative,
    /// lambench.toml defines no other function with a package.
    OnlyFunction,
    /// The runtime's version or the handler's module is not known, so that imports can't be followed.
    NotFollowed,
    /// Imports are followed in Python alone.
    OnlyPythonIsFollowed,
    /// Init is profiled in Python and Node, and the function is neither.
    NotProfilable,
    /// A layer has no init of its own.
    IsALayer,
    /// No client that lambench knows is made in the function's own code.
    NoClients,
    /// It was asked not to profile.
    NotProfiled,
    /// Profiling failed, and what it said.
    ProfileFailed(String),
    /// There is no stored result of this function.
    NoResult,
    /// Only one side was ever measured.
    OneSide,
}

/// Everything that is judged.
#[derive(Debug)]
pub struct Known<'a> {
    /// As the target was named.
    pub target: &'a str,
    /// The function whose stored results count.
    pub function: &'a str,
    /// The package.
    pub anatomy: &'a Anatomy,
    /// Whether its imports were followed from the handler.
    pub followed: bool,
    /// The other functions of the project.
    pub others: &'a [OtherFunction],
    /// What init does.
    pub start: &'a Start,
    /// Clients in the function's own code.
    pub clients: &'a Clients,
    /// What was measured of this function, the newest first.
    pub measured: &'a [Measured],
    /// Baselines of this function.
    pub baselines: &'a [KeptBaseline],
    /// Where pipelines run lambench.
    pub ci: &'a [CiLine],
    /// Budgets that lambench.toml sets for this function.
    pub budgets: usize,
}

/// Judges every item.
pub fn check(known: &Known<'_>) -> Checklist {
    let mut items = package::items(known);
    items.extend(start::items(known));
    items.extend(verification::items(known));
    Checklist {
        schema_version: SCHEMA_VERSION,
        lambench_version: env!("CARGO_PKG_VERSION").to_owned(),
        target: known.target.to_owned(),
        function: known.function.to_owned(),
        runtime: known.anatomy.runtime.clone(),
        items,
    }
}

/// Lines of pipelines that run lambench.
pub fn lines_of_ci(files: &[CiFile]) -> Vec<CiLine> {
    ci::lines(files)
}

impl Item {
    fn new(phase: Phase, check: Check, state: State, evidence: Vec<Fact>) -> Self {
        Self {
            phase,
            check,
            state,
            evidence,
        }
    }

    /// An item that doesn't apply or is not known, and why.
    fn because(phase: Phase, check: Check, state: State, why: Why) -> Self {
        Self::new(phase, check, state, vec![Fact::Why { why }])
    }
}

/// `Done` if it is so.
fn done_if(is: bool) -> State {
    if is { State::Done } else { State::NotDone }
}

fn is_python(anatomy: &Anatomy) -> bool {
    family(anatomy) == crate::subject::infer::Family::Python
}

fn is_node(anatomy: &Anatomy) -> bool {
    family(anatomy) == crate::subject::infer::Family::Node
}

fn family(anatomy: &Anatomy) -> crate::subject::infer::Family {
    crate::subject::infer::Family::of(anatomy.runtime.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests;
