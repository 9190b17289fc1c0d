//! Native libraries.

use super::super::super::figure;
use super::super::{Text, s_of};
use super::part;
use crate::inspect::Severity;
use crate::inspect::native::{CannotLoad, Native};

impl Text {
    pub(in crate::render) fn native(self, found: &Native) -> String {
        match found {
            Native::NativeCannotLoad(found) => self.cannot_load(found),
            Native::NativeUnstripped {
                files,
                debug_bytes,
                symbol_bytes,
                changed_files,
            } => {
                let sized = [
                    (*debug_bytes, "of debug information", "디버그 정보"),
                    (*symbol_bytes, "of symbols", "심볼"),
                ];
                let sized = sized.iter().filter(|(bytes, ..)| *bytes > 0);
                let sized = sized.map(|(bytes, en, ko)| {
                    let bytes = figure::bytes(*bytes);
                    self.say(format!("{bytes} {en}"), format!("{ko} {bytes}"))
                });
                let sized = sized.collect::<Vec<_>>().join(self.and());
                let changed = if *changed_files == 0 {
                    String::new()
                } else {
                    self.say(
                        format!(" ({changed_files} more were changed since they were linked, and strip may break them)"),
                        format!("(링크한 뒤에 수정되어 strip하면 깨질 수 있는 {changed_files}개는 제외)"),
                    )
                };
                self.say(
                    format!("{files} native file{} with {sized} that only debuggers read{changed}", s_of(*files)),
                    format!("네이티브 파일 {files}개에 디버거만 읽는 {sized}이(가) 들어 있습니다{changed}"),
                )
            }
        }
    }

    fn cannot_load(self, found: &CannotLoad) -> String {
        let why = self.parts([
            part(found.macos, "for macOS", "macOS용"),
            part(found.windows, "for Windows", "Windows용"),
            part(found.other_machine, "for another machine", "다른 CPU용"),
            part(
                found.other_python,
                "named for another Python",
                "다른 Python 버전용",
            ),
            part(
                found.musl,
                "for musl, where Lambda has glibc",
                "musl용(Lambda는 glibc 사용)",
            ),
            part(found.newer_glibc, "for a newer glibc", "더 새로운 glibc용"),
        ]);
        let mut details = Vec::new();
        if found.other_machine > 0 {
            let machines = found.machines.join(", ");
            details.push(match &found.architecture {
                Some(is) => self.say(
                    format!("{machines}, the function is {is}"),
                    format!("{machines}, 함수는 {is}"),
                ),
                None => machines,
            });
        }
        if let (true, Some(python)) = (found.other_python > 0, &found.python) {
            details.push(self.say(
                format!("the function has Python {python}"),
                format!("함수는 Python {python}"),
            ));
        }
        if let (Some(needs), Some(has)) = (&found.needs_glibc, &found.has_glibc) {
            details.push(self.say(
                format!("glibc {needs} is needed, the runtime has {has}"),
                format!("glibc {needs} 필요, 런타임은 {has}"),
            ));
        }
        let details = if details.is_empty() {
            String::new()
        } else {
            format!(" ({})", details.join("; "))
        };
        let (files, can) = (found.files, found.others_can);
        let all = if can == 0 {
            self.say(
                ", and none that can".to_owned(),
                ". 불러올 수 있는 것은 없습니다".to_owned(),
            )
        } else {
            self.say(
                format!(", next to {can} that can"),
                format!(". 불러올 수 있는 것은 {can}개입니다"),
            )
        };
        self.say(
            format!(
                "{files} native file{} that can't be loaded: {why}{details}{all}",
                s_of(files)
            ),
            format!("불러올 수 없는 네이티브 파일 {files}개: {why}{details}{all}"),
        )
    }

    pub(in crate::render) const fn fix_native(
        self,
        found: &Native,
        severity: Severity,
    ) -> &'static str {
        match (found, severity) {
            (Native::NativeUnstripped { .. }, _) => self.pick(
                "strip them where they are built, or with strip --strip-unneeded, and load each once",
                "빌드할 때 또는 strip --strip-unneeded로 제거한 뒤 한 번씩 불러 보세요",
            ),
            (Native::NativeCannotLoad(_), Severity::Problem) => self.pick(
                "install for the function's system: pip with --platform, --python-version and --only-binary=:all:, npm with --os, --cpu and --libc, or in an image of the runtime",
                "함수의 실행 환경에 맞춰 설치하세요. pip은 --platform, --python-version, --only-binary=:all:, npm은 --os, --cpu, --libc를 쓰거나 런타임 이미지 안에서 설치합니다",
            ),
            (Native::NativeCannotLoad(_), _) => self.pick("leave them out of the package", "패키지에서 빼세요"),
        }
    }
}
