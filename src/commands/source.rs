//! Where a package came from: kept in the result, so that `--before result:ID` can measure it again.

use std::path::{Path, PathBuf};

use crate::config::{Settings, Subject, Target};
use crate::exit::Exit;
use crate::results::{Arm, Source};

use super::Failure;
use super::stage::Staged;

/// Of a package; none for what is deployed.
pub fn source(settings: &Settings, subject: &Subject) -> Option<Source> {
    let kept = |path: &Path| seen_from(&settings.project, path);
    match &subject.target {
        Target::Package(package) => Some(Source {
            package: kept(&package.path),
            layers: package.layers.iter().map(|layer| kept(layer)).collect(),
            environment: package.environment.keys().cloned().collect(),
        }),
        Target::InPlace(_) | Target::Copy(_) => None,
    }
}

/// Refuses a stored package that is no longer what was measured then.
pub fn still_the_same(settings: &Settings, staged: &[Staged]) -> Result<(), Failure> {
    let before = staged.iter().find(|staged| staged.arm == Arm::Before);
    let Some((again, before)) = settings.again.as_ref().zip(before) else {
        return Ok(());
    };
    let Some(what) = again.changed(&before.record) else {
        return Ok(());
    };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "--before {}: {what} is no longer the same (contents, modes and times of its files count)",
            again.name
        ),
    )
    .hint(Some(
        "measure it under its path as another build, or compare with the result as it is: `lambench compare`"
            .into(),
    )))
}

/// As it is seen from the project's folder, so that a result that is committed says nothing about a machine; whole where
/// it lies elsewhere.
fn seen_from(project: &Path, path: &Path) -> PathBuf {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (project, path) = (whole(project), whole(path));
    path.strip_prefix(&project)
        .map(|inside| {
            if inside.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                inside.to_owned()
            }
        })
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_project_is_kept_without_the_way_to_the_project() {
        let project = tempfile::tempdir().unwrap();
        let build = project.path().join("build/new");
        std::fs::create_dir_all(&build).unwrap();
        let seen = |path: &Path| seen_from(project.path(), path);
        assert_eq!(seen(&build), Path::new("build/new"));
        assert_eq!(seen(project.path()), Path::new("."));
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(
            seen(elsewhere.path()),
            elsewhere.path().canonicalize().unwrap()
        );
    }
}
