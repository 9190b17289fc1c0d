//! The function with one more layer and another handler, as a package on the sandbox or as a copy.

use std::path::{Path, PathBuf};

use crate::config::{CopyLayer, Settings, Subject, Target};
use crate::exit::Exit;
use crate::lambda::Lambda;
use crate::profile::{Hook, hook};
use crate::results::Arm;

use super::super::Failure;

/// AWS takes so many layers.
const MOST_LAYERS: usize = 5;
/// Putting a recording together takes its time on a small part of a processor.
const LEAST_TIMEOUT_S: u32 = 60;

/// What is staged, and how.
pub struct Hooked {
    /// The function as the user named it.
    pub subject: Subject,
    /// Its runtime.
    pub runtime: String,
    /// Its own handler.
    handler: String,
    /// What records its language.
    pub hook: Hook,
    /// Layers that it has already, as a copy.
    layers: Vec<String>,
    /// Of the deployed function, seconds.
    timeout_s: u32,
    /// The folder with the files of the hook.
    folder: PathBuf,
}

impl Hooked {
    /// Looks at the function, and writes the layer.
    pub async fn prepare(
        settings: &Settings,
        lambda: &Lambda,
        scratch: &Path,
    ) -> Result<Self, Failure> {
        let subject = settings.subjects[0].clone();
        let (runtime, handler, layers, timeout_s) = match &subject.target {
            Target::Package(package) => (
                package.runtime.clone(),
                package.handler.clone(),
                Vec::new(),
                package.timeout_s,
            ),
            Target::Copy(spec) => {
                let found = lambda.describe(&spec.model).await?;
                if found.image {
                    return Err(refused(
                        &subject.name,
                        "it is a container image, and images take no layers",
                        "profile its code as a package on this machine: lambench profile PATH --handler NAME",
                    ));
                }
                let arns = found.layers.iter().map(|layer| layer.arn.clone()).collect();
                (
                    spec.runtime.clone().or(found.runtime).unwrap_or_default(),
                    spec.handler.clone().or(found.handler).unwrap_or_default(),
                    arns,
                    spec.timeout_s.unwrap_or(found.timeout_s as u32),
                )
            }
            Target::InPlace(_) => unreachable!("it is a package or a copy"),
        };
        let Some(hook) = Hook::of(&runtime) else {
            return Err(refused(
                &subject.name,
                &format!("nothing records the runtime {runtime}"),
                "`lambench profile` is for Python and Node",
            ));
        };
        let folder = scratch.join("lambench-profile");
        for (path, text) in hook.files {
            let file = folder.join(path);
            let written = std::fs::create_dir_all(file.parent().unwrap_or(&folder))
                .and_then(|()| std::fs::write(&file, text));
            written.map_err(|error| {
                Failure::new(
                    Exit::CouldNotMeasure,
                    format!("writing {}: {error}", file.display()),
                )
            })?;
        }
        Ok(Self {
            subject,
            runtime,
            handler,
            hook,
            layers,
            timeout_s,
            folder,
        })
    }

    /// The subject with a handler of ours, these variables, and a name of its own.
    pub fn subject(
        &self,
        arm: Arm,
        handler: &str,
        called: &str,
        variables: &[(&str, &str)],
    ) -> Result<Subject, Failure> {
        let mut subject = self.subject.clone();
        subject.arm = arm;
        subject.function = format!("{}-{called}", subject.function);
        let own = [(hook::HANDLER, self.handler.as_str())];
        let variables = own
            .iter()
            .chain(variables)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        match &mut subject.target {
            Target::Package(package) => {
                handler.clone_into(&mut package.handler);
                package.timeout_s = package.timeout_s.max(LEAST_TIMEOUT_S);
                package.layers.push(self.folder.clone());
                package.environment.extend(variables);
                self.check_layers(package.layers.len())?;
            }
            Target::Copy(spec) => {
                let layers = spec.layers.take().unwrap_or_else(|| {
                    let arns = self.layers.iter().cloned();
                    arns.map(CopyLayer::Arn).collect()
                });
                spec.handler = Some(handler.to_owned());
                spec.timeout_s = Some(self.timeout_s.max(LEAST_TIMEOUT_S));
                spec.environment.extend(variables);
                let ours = CopyLayer::Path(self.folder.clone());
                let layers: Vec<CopyLayer> = layers.into_iter().chain([ours]).collect();
                self.check_layers(layers.len())?;
                spec.layers = Some(layers);
            }
            Target::InPlace(_) => unreachable!("it is a package or a copy"),
        }
        Ok(subject)
    }

    fn check_layers(&self, layers: usize) -> Result<(), Failure> {
        if layers <= MOST_LAYERS {
            return Ok(());
        }
        Err(refused(
            &self.subject.name,
            &format!("it has {MOST_LAYERS} layers already, and recording needs one more"),
            "give --layers with one layer less, merged with another",
        ))
    }
}

fn refused(name: &str, why: &str, hint: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{name} can't be profiled: {why}"))
        .hint(Some(hint.to_owned()))
}
