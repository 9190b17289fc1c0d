//! `lambench checklist`: what of the optimisation guide is done, from the package, a few profiled starts, and what is stored.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::checklist::{
    self, CiFile, CiLine, Clients, KeptBaseline, Known, Measured, MeasuredVerdict, OtherFunction,
    Source, Start, Why,
};
use crate::cli::{ChecklistArgs, CommonBuild, Globals, InspectArgs, PlaceArgs, ProfileArgs};
use crate::config::{self, CopyLayer, Neighbour, PackageSight, Sight, SightOf};
use crate::exit::Exit;
use crate::inspect::distributions::distributions;
use crate::inspect::{self, Anatomy, Files, Installed, Mounted, Place, Subject};
use crate::render::{self, Style};
use crate::results::store::{Front, Store};
use crate::results::{RunResult, SubjectResult};
use crate::subject::infer::Family;

use super::fetched::Endpoints;
use super::inspect::{blocking, subject, warn};
use super::{Failure, print, profile, say, signals, stage};

/// Starts that are profiled: enough for what is a matter of tens of milliseconds.
const STARTS: u32 = 3;
/// Larger sources are no code that somebody wrote.
const LARGEST_SOURCE: u64 = 1 << 20;
/// Of stored results, no more than the newest of one function are looked at.
const RESULTS: usize = 20;

/// Gathers what is known, judges and prints.
pub async fn checklist(args: ChecklistArgs, globals: Globals) -> Result<Exit, Failure> {
    let wanted = of_inspect(&args);
    let asked = config::inspected(&wanted, &globals)?;
    for warning in &asked.warnings {
        warn(warning);
    }
    let sight = asked.after.unwrap_or(asked.target);
    if let SightOf::Package(PackageSight {
        is_layer: false,
        runtime: None,
        ..
    }) = &sight.what
    {
        // Half of the list is about how it runs: the error says what to name.
        config::profiled(&of_profile(&args, &sight, &[]), &globals)?;
    }
    let mut signals = signals::listen(|| {})?;
    let scratch = stage::scratch()?;
    let look = async {
        let mut endpoints = Endpoints::new(&args.look);
        let subject = subject(&args.look, &sight, &mut endpoints, &scratch).await?;
        blocking(move || Looked::into(&subject)).await
    };
    let looked = tokio::select! {
        looked = look => looked?,
        () = signals.stop.requested() => return Ok(Exit::Interrupted),
    };
    let Some(start) = start(&args, &globals, &sight, &looked).await? else {
        return Ok(Exit::Interrupted);
    };
    let neighbours = config::neighbours(&globals)?;
    let project = config::project()?;
    let store = Store::new(&project);
    let list = checklist::check(&Known {
        target: &args.target,
        function: &sight.function,
        anatomy: &looked.anatomy,
        followed: looked.followed,
        others: &others(&neighbours, &sight),
        start: &start,
        clients: &looked.clients,
        measured: &measured(&store, &sight),
        baselines: &baselines(&store, &sight),
        ci: &ci(&project),
        budgets: neighbours
            .iter()
            .find(|one| one.name == sight.function)
            .map_or(0, |one| one.budgets),
    });
    if args.json {
        print(&render::pretty(&list))?;
    } else {
        let style = Style::for_stdout();
        say(&render::checklist(&list, asked.lang, &style))?;
    }
    Ok(Exit::Done)
}

fn of_inspect(args: &ChecklistArgs) -> InspectArgs {
    InspectArgs {
        target: args.target.clone(),
        layers: args.layers.clone(),
        look: args.look.clone(),
        ..InspectArgs::default()
    }
}

/// What the package itself tells.
struct Looked {
    anatomy: Anatomy,
    clients: Clients,
    /// Whether its imports can be followed.
    followed: bool,
    /// Where its layers lie on this machine, fetched ones too.
    layers: Vec<PathBuf>,
}

impl Looked {
    fn into(subject: &Subject) -> Self {
        let installed = Installed::of(&subject.mounts);
        let mounts = || subject.mounts.iter().zip(&installed.own);
        let sources: Vec<Source> = mounts()
            .filter(|(mount, _)| mount.place == Place::Task)
            .flat_map(|(mount, own)| own_sources(mount, own))
            .collect();
        let layers = mounts()
            .filter(|(mount, _)| mount.place != Place::Task)
            .map(|(mount, _)| mount.files.path().to_owned());
        Self {
            clients: checklist::clients::find(&sources),
            followed: inspect::reach::is_followed(subject),
            layers: layers.collect(),
            anatomy: inspect::inspect_installed(subject, installed),
        }
    }
}

/// The function's own code, as far as it is text.
fn own_sources(mount: &Mounted, own: &[usize]) -> Vec<Source> {
    own.iter()
        .map(|i| &mount.files.list()[*i])
        .filter(|file| file.bytes <= LARGEST_SOURCE)
        .filter(|file| checklist::clients::is_source(&file.path))
        .filter_map(|file| {
            let bytes = mount.files.read(&file.path).ok()?;
            Some(Source {
                path: file.path.clone(),
                text: String::from_utf8(bytes).ok()?,
            })
        })
        .collect()
}

/// What init does. None: somebody stopped it.
async fn start(
    args: &ChecklistArgs,
    globals: &Globals,
    sight: &Sight,
    looked: &Looked,
) -> Result<Option<Start>, Failure> {
    let unknown = |why| Ok(Some(Start::Unknown(why)));
    let is_layer = match &sight.what {
        SightOf::Package(package) => package.is_layer,
        SightOf::Published(_) => true,
        // A copy would be made and invoked on AWS: that is for `lambench profile`, which asks first.
        SightOf::Deployed(_) => return unknown(Why::NotProfiled),
    };
    let runtime = looked.anatomy.runtime.as_deref().unwrap_or_default();
    match Family::of(runtime) {
        _ if is_layer => return unknown(Why::IsALayer),
        Family::Python | Family::Node => {}
        Family::Provided | Family::Other => return unknown(Why::NotProfilable),
    }
    if args.no_profile {
        return unknown(Why::NotProfiled);
    }
    let wanted = of_profile(args, sight, &looked.layers);
    Ok(match Box::pin(profile::glance(&wanted, globals)).await {
        Ok(None) => None,
        Ok(Some((init_ms, suggestions))) => Some(Start::Profiled {
            init_ms,
            suggestions,
        }),
        Err(failure) => Some(Start::Unknown(Why::ProfileFailed(
            failure.message().to_owned(),
        ))),
    })
}

/// `layers` lie on this machine; those that are named by paths are given as they were named.
fn of_profile(args: &ChecklistArgs, sight: &Sight, layers: &[PathBuf]) -> ProfileArgs {
    let mut build = CommonBuild {
        handler: args.look.handler.clone(),
        runtime: args.look.runtime.clone(),
        layers: args.layers.clone(),
        ..CommonBuild::default()
    };
    let mut target = args.target.clone();
    if let SightOf::Package(package) = &sight.what {
        // A function that is defined with two builds is profiled as the later one's package.
        let is_one_of_two = sight.name != target;
        if is_one_of_two {
            target = package.path.display().to_string();
            build.handler.clone_from(&package.handler);
            build.runtime.clone_from(&package.runtime);
            let variables = package.environment.iter().flat_map(|all| all.0.clone());
            build.env = variables.collect();
        }
        let is_published = |layer: &CopyLayer| matches!(layer, CopyLayer::Arn(_));
        if is_one_of_two || package.layers.iter().any(is_published) {
            build.layers = layers.to_vec();
        }
    }
    ProfileArgs {
        target,
        runs: STARTS,
        payload: args.payload.clone(),
        place: PlaceArgs {
            local: true,
            ..PlaceArgs::default()
        },
        build,
        ..ProfileArgs::default()
    }
}

/// What the other functions of the project bring along.
fn others(neighbours: &[Neighbour], sight: &Sight) -> Vec<OtherFunction> {
    let others = neighbours.iter().filter(|one| one.name != sight.function);
    others
        .filter_map(|one| {
            let package = one.package.as_deref().filter(|path| !is_at(sight, path))?;
            let mounted = Mounted {
                place: Place::Task,
                files: Files::open(package).ok()?,
            };
            let installed = distributions(&mounted).into_iter();
            Some(OtherFunction {
                name: one.name.clone(),
                distributions: installed.map(|d| (d.name, d.version)).collect(),
            })
        })
        .collect()
}

/// Whether this is where the package lies.
fn is_at(sight: &Sight, other: &Path) -> bool {
    let SightOf::Package(package) = &sight.what else {
        return false;
    };
    let canonical = |path: &Path| path.canonicalize().ok();
    canonical(&package.path).is_some_and(|path| canonical(other) == Some(path))
}

/// The results of this function, the newest first. What can't be read is none.
fn measured(store: &Store, sight: &Sight) -> Vec<Measured> {
    let now = Timestamp::now();
    let mut all = store.list_results();
    all.reverse();
    all.iter()
        .filter(|line| line.front.as_ref().is_ok_and(|front| is_of(front, sight)))
        .filter_map(|line| store.named(&format!("result:{}", line.name)).ok())
        .filter_map(|named| of_result(&named.result, now))
        .take(RESULTS)
        .collect()
}

fn is_of(front: &Front, sight: &Sight) -> bool {
    let is_of = |subject: &SubjectResult| subject.function == sight.function;
    front.subjects.last().is_some_and(is_of)
}

fn age_s(of: Timestamp, now: Timestamp) -> i64 {
    (now.as_second() - of.as_second()).max(0)
}

fn of_result(result: &RunResult, now: Timestamp) -> Option<Measured> {
    let (subject, summary) = result.latest()?;
    let starts = |arm| {
        result
            .summary_of(arm)
            .and_then(|summary| summary.cold_ms)
            .map_or(0, |cold| cold.n)
    };
    let both_sides = result.subjects.len() == 2 || result.stored_before.is_some();
    let of_arms = result.subjects.iter().map(|subject| starts(subject.arm));
    let verdict = result
        .judgements
        .iter()
        .find(|judgement| judgement.metric == "cold.p50");
    Some(Measured {
        id: result.id.clone(),
        age_s: age_s(result.created_at, now),
        endpoint: subject.endpoint,
        cold_starts: of_arms.min().filter(|n| *n > 0)?,
        both_sides,
        indicative: result.is_indicative(),
        verdict: verdict.map(|judgement| MeasuredVerdict {
            verdict: judgement.verdict,
            change: judgement.change,
            interval: judgement.test.as_ref().and_then(|test| test.interval),
            more_pairs: judgement.more_pairs,
        }),
        unzipped_bytes: subject.unzipped_bytes,
        warm: summary.warm_ms.map(|warm| (warm.median, warm.n)),
        max_memory_mb: summary.max_memory_mb,
        memory_mb: subject.memory_mb,
    })
}

fn baselines(store: &Store, sight: &Sight) -> Vec<KeptBaseline> {
    let now = Timestamp::now();
    let all = store.list_baselines().into_iter();
    all.filter_map(|line| {
        let front = line.front.ok().filter(|front| is_of(front, sight))?;
        Some(KeptBaseline {
            name: line.name,
            age_s: age_s(front.created_at, now),
        })
    })
    .collect()
}

/// Where pipelines are written, from the repository's top; in a folder, every YAML.
const PIPELINES: [&str; 9] = [
    ".github/workflows",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    ".ci",
    ".drone.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "Jenkinsfile",
];

fn ci(project: &Path) -> Vec<CiLine> {
    let top = project
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(project);
    let paths = PIPELINES.iter().flat_map(|name| {
        let path = top.join(name);
        let mut inside: Vec<PathBuf> = std::fs::read_dir(&path)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        inside.sort();
        if inside.is_empty() {
            vec![path]
        } else {
            inside
        }
    });
    let files: Vec<CiFile> = paths
        .filter_map(|path| {
            let text = std::fs::read_to_string(&path).ok()?;
            let path = path
                .strip_prefix(top)
                .unwrap_or(&path)
                .display()
                .to_string();
            Some(CiFile { path, text })
        })
        .collect();
    checklist::lines_of_ci(&files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::Environment;
    use crate::results::Arm;
    use crate::results::samples::{pair, single};

    #[test]
    fn what_a_stored_result_says_is_taken_from_its_later_side() {
        let now = Timestamp::now();
        let both = pair();
        let found = of_result(&both, now).unwrap();
        assert!(found.both_sides && !found.indicative);
        let after = both.summary_of(Arm::After).unwrap();
        assert_eq!(found.max_memory_mb, after.max_memory_mb);
        assert_eq!(found.cold_starts, after.cold_ms.unwrap().n);
        assert!(!of_result(&single(), now).unwrap().both_sides);
    }

    #[test]
    fn of_two_builds_the_later_is_profiled_as_it_is_defined() {
        let args = ChecklistArgs {
            target: "fn".into(),
            ..ChecklistArgs::default()
        };
        let variable = ("MODE".to_owned(), "fast".to_owned());
        let sight = Sight {
            name: "fn-after".into(),
            function: "fn".into(),
            what: SightOf::Package(PackageSight {
                path: "new".into(),
                layers: Vec::new(),
                is_layer: false,
                runtime: Some("python3.12".into()),
                handler: Some("app.handler".into()),
                environment: Some(Environment([variable.clone()].into())),
            }),
        };
        let wanted = of_profile(&args, &sight, &[]);
        assert_eq!(wanted.target, "new");
        assert_eq!(wanted.build.runtime.as_deref(), Some("python3.12"));
        assert_eq!(wanted.build.env, [variable]);
        // Under its own name lambench.toml says them.
        let alone = Sight {
            name: "fn".into(),
            ..sight
        };
        assert!(of_profile(&args, &alone, &[]).build.env.is_empty());
    }

    #[test]
    fn pipelines_are_looked_for_at_the_top_of_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let workflows = folder.path().join(".github/workflows");
        let project = folder.path().join("functions/one");
        for made in [&workflows, &project, &folder.path().join(".git")] {
            std::fs::create_dir_all(made).unwrap();
        }
        std::fs::write(workflows.join("ci.yml"), "run: |\n  lambench gate\n").unwrap();
        let found = ci(&project);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (&*found[0].file, found[0].line),
            (".github/workflows/ci.yml", 2)
        );
    }
}
