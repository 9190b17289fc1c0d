//! `lambench inspect`: what a package is made of. Nothing is run, and nothing is changed.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::{Globals, InspectArgs, LookArgs};
use crate::config::{self, CopyLayer, Lang, Sight, SightOf};
use crate::exit::Exit;
use crate::inspect::{
    self, Anatomy, Environment, Files, FilesError, Inspection, Mounted, Place, Subject, Unread,
};
use crate::lambda::Lambda;
use crate::render::{self, Style};
use crate::results::store::{self, Store};
use crate::scratch::Scratch;
use crate::subject::pack;

use super::conclude::unwritable;
use super::fetched::{Endpoints, not_fetched, region_of, zip_in};
use super::measure::misnamed;
use super::{Failure, print, say, signals, stage};

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
    let mut signals = signals::listen(|| {})?;
    let scratch = stage::scratch()?;
    let look = async {
        let mut endpoints = Endpoints::new(&args.look);
        let target = anatomy(&args.look, &asked.target, &mut endpoints, &scratch).await?;
        Ok::<_, Failure>(match &asked.after {
            None => Inspection::new(None, target),
            Some(after) => {
                let after = anatomy(&args.look, after, &mut endpoints, &scratch).await?;
                Inspection::new(Some(target), after)
            }
        })
    };
    let inspection = tokio::select! {
        inspection = look => inspection?,
        () = signals.stop.requested() => return Ok(Exit::Interrupted),
    };
    tell(&args, &globals, &inspection, asked.lang)
}

async fn anatomy(
    look: &LookArgs,
    sight: &Sight,
    endpoints: &mut Endpoints<'_>,
    scratch: &Scratch,
) -> Result<Anatomy, Failure> {
    let subject = subject(look, sight, endpoints, scratch).await?;
    blocking(move || inspect::inspect(&subject)).await
}

/// The package and its layers, opened; what is deployed is fetched.
pub(super) async fn subject(
    look: &LookArgs,
    sight: &Sight,
    endpoints: &mut Endpoints<'_>,
    scratch: &Scratch,
) -> Result<Subject, Failure> {
    let (own, is_layer, layers) = match &sight.what {
        SightOf::Deployed(function) => {
            let lambda = endpoints.at(region_of(function)).await?;
            return deployed(lambda, &sight.name, function, scratch.path()).await;
        }
        SightOf::Published(arn) => (CopyLayer::Arn(arn.clone()), true, &[][..]),
        SightOf::Package(package) => {
            let own = CopyLayer::Path(package.path.clone());
            (own, package.is_layer, &package.layers[..])
        }
    };
    let mut parts = Vec::new();
    for layer in std::iter::once(&own).chain(layers) {
        parts.push(match layer {
            CopyLayer::Path(path) => Part::of(path),
            CopyLayer::Arn(arn) => {
                let zip = zip_in(scratch.path());
                let lambda = endpoints.at(region_of(arn)).await?;
                let fetched = lambda.fetch_layer(arn, &zip).await;
                fetched.map_err(not_fetched)?;
                Part {
                    name: arn.clone(),
                    path: zip,
                    is_fetched: true,
                }
            }
        });
    }
    let (sight, look) = (sight.clone(), look.clone());
    let folder = scratch.path().to_owned();
    blocking(move || opened(&sight, parts, is_layer, &look, &folder)).await?
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

/// A package or a layer as a folder or a zip.
struct Part {
    name: String,
    path: PathBuf,
    is_fetched: bool,
}

impl Part {
    fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            name: name.to_string_lossy().into_owned(),
            path: path.to_owned(),
            is_fetched: false,
        }
    }

    fn open(&self, scratch: &Path) -> Result<Files, Failure> {
        let files = open(&self.path)?;
        Ok(if self.is_fetched {
            files.fetched()
        } else {
            packed(files, scratch)
        })
    }
}

/// The package and its layers, or layers alone.
fn opened(
    sight: &Sight,
    parts: Vec<Part>,
    is_layer: bool,
    look: &LookArgs,
    scratch: &Path,
) -> Result<Subject, Failure> {
    let before = usize::from(!is_layer);
    let mounts = parts.into_iter().enumerate().map(|(i, part)| {
        let files = part.open(scratch)?;
        let place = match i.checked_sub(before) {
            None => Place::Task,
            Some(position) => Place::Layer {
                position,
                name: part.name,
            },
        };
        Ok(Mounted { place, files })
    });
    let (package, runtime) = match &sight.what {
        SightOf::Package(package) => (Some(package), &package.runtime),
        _ => (None, &look.runtime),
    };
    Ok(Subject {
        name: sight.name.clone(),
        mounts: mounts.collect::<Result<_, Failure>>()?,
        unread: Vec::new(),
        runtime: runtime.clone(),
        handler: package.and_then(|package| package.handler.clone()),
        architecture: look.arch.map(|arch| arch.name().to_owned()),
        environment: package.and_then(|package| package.environment.clone()),
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
    let zip = zip_in(scratch);
    lambda.fetch(&model, &zip).await?;
    let mut mounts = vec![Mounted {
        place: Place::Task,
        files: open(&zip)?.fetched(),
    }];
    let mut unread = Vec::new();
    for (position, name) in model.layers().into_iter().enumerate() {
        let zip = zip_in(scratch);
        match lambda.fetch_layer(&name, &zip).await {
            Ok(()) => mounts.push(Mounted {
                place: Place::Layer { position, name },
                files: open(&zip)?.fetched(),
            }),
            Err(error) => {
                warn(&format!("{error}; it is left out of the figures"));
                let why = error.to_string();
                unread.push(Unread { name, why });
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
        environment: model.variables().map(Environment),
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
        print(&render::pretty(&cut(IN_JSON)))?;
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
