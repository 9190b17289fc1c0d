//! What is there twice, what the runtime has, too, and what no runtime reads.

use super::super::super::figure;
use super::super::super::layout::clean;
use super::super::{Text, s_of};
use crate::inspect::Place;
use crate::inspect::duplicates::{At, Duplicate, Equal, Installed, Nested};
use crate::inspect::provided::Provided;
use crate::inspect::unused::{Purpose, Unused};

impl Text {
    pub(in crate::render) fn duplicate(self, found: &Duplicate) -> String {
        match found {
            Duplicate::DistributionTwice { copies, mixed, .. } => self.twice(copies, *mixed),
            Duplicate::NodePackagesNested { packages, names } => {
                let most = packages.iter().map(Self::nested);
                let most = most.collect::<Vec<_>>().join(", ");
                self.say(
                    format!(
                        "{names} package{} of npm more than once in the same version: {most}",
                        s_of(*names)
                    ),
                    format!("같은 버전이 여러 번 설치된 npm 패키지 {names}개: {most}"),
                )
            }
            Duplicate::EqualFiles {
                largest,
                contents,
                files,
            } => {
                let most = largest.iter().take(2).map(|equal| self.equal(equal));
                let most = most.collect::<Vec<_>>().join("; ");
                self.say(
                    format!("{files} files with {contents} content{} between them: {most}", s_of(*contents)),
                    format!("내용이 같은 파일이 {files}개 있습니다(서로 다른 내용은 {contents}가지): {most}"),
                )
            }
        }
    }

    fn twice(self, copies: &[Installed], mixed: bool) -> String {
        let list = copies.iter().map(|copy| {
            let version = if copy.version.is_empty() {
                "?".to_owned()
            } else {
                clean(&copy.version)
            };
            let at = format!("{}{}", self.mounted_at(&copy.place), clean(&copy.site));
            self.say(format!("{version} in {at}"), format!("{at}에 {version}"))
        });
        let list = list.collect::<Vec<_>>().join(", ");
        if mixed {
            return self.say(
                format!("installed {} times into one folder of the search path, where the files of several versions are mixed: {list}", copies.len()),
                format!("검색 경로의 한 폴더에 {}번 설치되어 여러 버전의 파일이 섞입니다: {list}", copies.len()),
            );
        }
        self.say(
            format!(
                "installed {} times, and the first one is used: {list}",
                copies.len()
            ),
            format!(
                "{}번 설치되었으며 첫 번째 것이 쓰입니다: {list}",
                copies.len()
            ),
        )
    }

    fn nested(package: &Nested) -> String {
        let versions = package.versions.iter().filter(|(_, copies)| **copies > 1);
        let versions = versions.map(|(version, copies)| format!("{} × {copies}", clean(version)));
        let versions = versions.collect::<Vec<_>>().join(", ");
        format!(
            "{} {versions} ({})",
            clean(&package.name),
            figure::bytes(package.equal_bytes)
        )
    }

    fn equal(self, equal: &Equal) -> String {
        let at = |at: &At| format!("{}{}", self.mounted_at(&at.place), clean(&at.path));
        let paths: Vec<_> = equal.files.iter().take(3).map(at).collect();
        let paths = self.and_more(&paths.join(" = "), equal.files.len() - paths.len());
        format!("{paths} ({})", figure::bytes(equal.bytes))
    }

    /// Before a path in the package or a layer.
    fn mounted_at(self, place: &Place) -> String {
        match place {
            Place::Task => "/var/task/".to_owned(),
            Place::Layer { name, .. } => format!("{}: /opt/", self.layer_named(&clean(name))),
        }
    }

    pub(in crate::render) const fn fix_duplicate(self, found: &Duplicate) -> &'static str {
        match found {
            Duplicate::DistributionTwice { .. } => self.pick("keep one", "하나만 남기세요"),
            Duplicate::NodePackagesNested { .. } => {
                self.pick("npm dedupe, or a bundler", "npm dedupe 또는 번들러")
            }
            Duplicate::EqualFiles { .. } => "",
        }
    }

    pub(in crate::render) fn provided(self, found: &Provided) -> String {
        let Provided::ProvidedByRuntime {
            runtime,
            packages,
            under_the_runtimes_boto3: under,
        } = found;
        let most = Self::sizes(
            packages
                .iter()
                .take(5)
                .map(|packed| (packed.name.as_str(), packed.bytes)),
        );
        let most = self.and_more(&most, packages.len().saturating_sub(5));
        let runtime = clean(runtime);
        let mixed = if under.is_empty() {
            String::new()
        } else {
            let names = under.join(", ");
            self.say(
                format!(". boto3 is not in the package: the runtime's will run with the package's {names}, which AWS warns of"),
                format!(". boto3는 패키지에 없어 런타임의 boto3가 패키지의 {names}와 함께 쓰입니다. AWS는 이런 조합에 주의하라고 안내합니다"),
            )
        };
        self.say(
            format!("{runtime} has these too, in a version that AWS changes from time to time. Leaving them out is optional: AWS recommends to pack the SDK with the function: {most}{mixed}"),
            format!("{runtime} 런타임에도 들어 있으며 그 버전은 AWS가 수시로 바꿉니다. 빼는 것은 선택 사항이고, AWS는 SDK를 함수에 함께 담기를 권합니다: {most}{mixed}"),
        )
    }

    pub(in crate::render) fn unused(self, found: &Unused) -> String {
        let Unused::NotReadAtRunTime { groups } = found;
        let groups = groups.iter().map(|group| {
            let (what, bytes) = (self.purpose(group.purpose), figure::bytes(group.bytes));
            self.say(format!("{what} {bytes}"), format!("{what} {bytes}"))
        });
        let groups = groups.collect::<Vec<_>>().join(", ");
        self.say(
            format!("installed files that no runtime reads: {groups}"),
            format!("설치된 파일 중 실행할 때 읽지 않는 것: {groups}"),
        )
    }

    const fn purpose(self, purpose: Purpose) -> &'static str {
        match purpose {
            Purpose::Types => self.pick("types", "타입 정의"),
            Purpose::NativeSources => {
                self.pick("C, Fortran and Cython sources", "C·Fortran·Cython 소스")
            }
            Purpose::StaticLibraries => self.pick("static libraries", "정적 라이브러리"),
            Purpose::SourceMaps => self.pick(
                "source maps (read with --enable-source-maps alone)",
                "소스 맵(--enable-source-maps일 때만 읽음)",
            ),
            Purpose::Documents => self.pick("documents", "문서"),
        }
    }

    pub(in crate::render) const fn fix_unused(self) -> &'static str {
        self.pick("leave them out when packing", "패키지를 만들 때 빼세요")
    }
}
