//! `lambench inspect`: what a package is made of. Nothing is run, and nothing is changed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::{ArchArg, Globals, InspectArgs};
use crate::config::{self, Lang, Sight, SightOf};
use crate::exit::Exit;
use crate::inspect::{
    self, Anatomy, Files, FilesError, Inspection, Mounted, Place, Subject, Unread,
};
use crate::lambda::{Connect, Lambda};
use crate::render::{self, Style};
use crate::results::store::{self, Store};
use crate::scratch::Scratch;
use crate::subject::pack;

use super::conclude::unwritable;
use super::measure::misnamed;
use super::{Failure, print, say, signals, stage};

/// Some reads: they must not keep AWS's control plane from deploys.
const CONTROL_RATE: u32 = 10;
/// Levels and entries of the tree that are kept: on a terminal, in JSON and in the page.
const ON_TERMINAL: (u32, u32) = (2, 24);
const IN_JSON: (u32, u32) = (4, 1000);
const IN_PAGE: (u32, u32) = (4, 400);

/// Looks into one package or two, and says what was found.
pub async fn inspect(args: InspectArgs, globals: Globals) -> Result<Exit, Failure> {
    let asked = config::inspected(&args, &globals)?;
    for warning in &asked.warnings {
        warn(warning);
    }
    if let Some(path) = args.html.as_deref().filter(|path| *path != Path::new("-")) {
        Store::check_save_as(path).map_err(|error| misnamed(&error))?;
    }
    let mut signals = signals::listen(|| {}).map_err(|error| {
        Failure::new(Exit::CouldNotMeasure, format!("catching signals: {error}"))
    })?;
    let scratch = stage::scratch()?;
    let look = async {
        let mut lambda = None;
        let target = anatomy(&args, &asked.target, &mut lambda, &scratch).await?;
        Ok::<_, Failure>(match &asked.after {
            None => Inspection::new(None, target),
            Some(after) => Inspection::new(
                Some(target),
                anatomy(&args, after, &mut lambda, &scratch).await?,
            ),
        })
    };
    let inspection = tokio::select! {
        inspection = look => inspection?,
        () = signals.stop.requested() => return Ok(Exit::Interrupted),
    };
    tell(&args, &globals, &inspection, asked.lang)
}

async fn anatomy(
    args: &InspectArgs,
    sight: &Sight,
    lambda: &mut Option<Lambda>,
    scratch: &Scratch,
) -> Result<Anatomy, Failure> {
    let subject = subject(args, sight, lambda, scratch).await?;
    blocking(move || inspect::inspect(&subject)).await
}

/// The package and its layers, opened; those of a deployed function are fetched.
pub(super) async fn subject(
    args: &InspectArgs,
    sight: &Sight,
    lambda: &mut Option<Lambda>,
    scratch: &Scratch,
) -> Result<Subject, Failure> {
    match &sight.what {
        SightOf::Package { .. } => {
            let (arch, sight) = (args.arch.map(ArchArg::name), sight.clone());
            let folder = scratch.path().to_owned();
            blocking(move || on_this_machine(&sight, arch, &folder)).await?
        }
        SightOf::Deployed(function) => {
            let lambda = match lambda {
                Some(lambda) => lambda,
                None => lambda.insert(connect(args).await?),
            };
            deployed(lambda, &sight.name, function, scratch.path()).await
        }
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("looking into the package: {error}"),
        )
    })
}

async fn connect(args: &InspectArgs) -> Result<Lambda, Failure> {
    let lambda = Lambda::connect(Connect {
        endpoint_url: args.place.endpoint_url.clone(),
        region: args.place.region.clone(),
        profile: args.place.profile.clone(),
        control_rate: Some(CONTROL_RATE),
    });
    Ok(lambda.await?)
}

/// The package, or the layer, and its layers.
fn on_this_machine(
    sight: &Sight,
    arch: Option<&'static str>,
    scratch: &Path,
) -> Result<Subject, Failure> {
    let SightOf::Package {
        path,
        layers,
        is_layer,
        runtime,
        handler,
    } = &sight.what
    else {
        unreachable!("a deployed function is fetched first");
    };
    let package = (!is_layer).then_some((Place::Task, path));
    let layers = is_layer.then_some(path).into_iter().chain(layers);
    let layers = layers.enumerate().map(|(position, path)| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = name.to_string_lossy().into_owned();
        (Place::Layer { position, name }, path)
    });
    let mounts: Result<Vec<Mounted>, Failure> = package
        .into_iter()
        .chain(layers)
        .map(|(place, path)| {
            let files = packed(open(path)?, scratch);
            Ok(Mounted { place, files })
        })
        .collect();
    Ok(Subject {
        name: sight.name.clone(),
        mounts: mounts?,
        unread: Vec::new(),
        runtime: runtime.clone(),
        handler: handler.clone(),
        architecture: arch.map(str::to_owned),
    })
}

fn open(path: &Path) -> Result<Files, Failure> {
    let path = seen_from_here(path);
    let files = Files::open(&path).map_err(|error| unreadable(&error))?;
    if files.list().is_empty() && files.left_out().is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{}: there is no file in it", path.display()),
        ));
    }
    Ok(files)
}

/// As somebody would name it who stands in the working folder: it is in errors, and in commands to copy.
fn seen_from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => path.to_owned(),
    }
}

fn unreadable(error: &FilesError) -> Failure {
    Failure::new(Exit::Usage, error.to_string())
}

/// A folder with the sizes that it has once it is packed; as it is where it can't be packed, which a run would refuse.
fn packed(mut files: Files, scratch: &Path) -> Files {
    if files.is_zip() {
        return files;
    }
    match pack::pack(files.path(), scratch) {
        Ok(zip) => {
            if let Ok(zipped) = Files::open(&zip.path) {
                files.pack_as(&zipped);
            }
            let _ = std::fs::remove_file(&zip.path);
        }
        Err(error) => warn(&format!("its zipped sizes are not known: {error}")),
    }
    files
}

/// The code of a function and its layers, fetched. A layer of somebody else may not be readable.
async fn deployed(
    lambda: &Lambda,
    name: &str,
    function: &str,
    scratch: &Path,
) -> Result<Subject, Failure> {
    let model = lambda.deployed(function).await?;
    if model.image().is_some() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{name} is a container image, which has no package to look into"),
        )
        .hint(Some(
            "its files are those of the image: give the folder that it is built from".into(),
        )));
    }
    let id = uuid::Uuid::new_v4().simple().to_string();
    let file = |what: String| -> PathBuf { scratch.join(format!("{id}-{what}.zip")) };
    let zip = file("code".into());
    lambda.fetch(&model, &zip).await?;
    let mut mounts = vec![Mounted {
        place: Place::Task,
        files: open(&zip)?.fetched(),
    }];
    let mut unread = Vec::new();
    for (position, arn) in model.layers().into_iter().enumerate() {
        let zip = file(format!("layer-{position}"));
        match lambda.fetch_layer(&arn, &zip).await {
            Ok(()) => mounts.push(Mounted {
                place: Place::Layer {
                    position,
                    name: arn,
                },
                files: open(&zip)?.fetched(),
            }),
            Err(error) => {
                warn(&format!("{error}; it is left out of the figures"));
                unread.push(Unread {
                    name: arn,
                    why: error.to_string(),
                });
            }
        }
    }
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Subject {
        name: name.to_owned(),
        mounts,
        unread,
        runtime: told(model.runtime()),
        handler: told(model.handler()),
        architecture: told(model.architecture()),
    })
}

fn tell(
    args: &InspectArgs,
    globals: &Globals,
    inspection: &Inspection,
    lang: Lang,
) -> Result<Exit, Failure> {
    let cut = |(depth, top): (u32, u32)| {
        let (depth, top) = (args.depth.unwrap_or(depth), args.top.unwrap_or(top));
        inspection.cut(depth as usize, top as usize)
    };
    let to_stdout = args.html.as_deref() == Some(Path::new("-"));
    if let Some(path) = &args.html {
        let page = render::inspect_html(&cut(IN_PAGE), lang);
        if to_stdout {
            print(&page)?;
            return Ok(Exit::Done);
        }
        store::write_whole(path, &page).map_err(|error| unwritable(&error))?;
    }
    if args.json {
        print(&render::inspect_json(&cut(IN_JSON)))?;
    } else {
        say(&render::inspect(
            &cut(ON_TERMINAL),
            lang,
            &Style::for_stdout(),
        ))?;
        if let Some(path) = args.html.as_deref().filter(|_| !globals.quiet) {
            print(&render::page_written(path, lang))?;
        }
    }
    Ok(Exit::Done)
}

pub(super) fn warn(what: &str) {
    // Standard error may be closed.
    let text = Style::for_stderr().written(&format!("warning: {what}\n"));
    let _ = std::io::stderr().write_all(text.as_bytes());
}
