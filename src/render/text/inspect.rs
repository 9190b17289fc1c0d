//! What is said of a package that was looked into. The words of a finding stand with its room: see `render/inspect`.

use super::super::logs::count;
use super::{Text, s_of};
use crate::inspect::Severity;
use crate::inspect::files::LeftOutWhy;
use crate::inspect::kinds::Kind;

words! {
    limits_heading: "Of what Lambda takes", "Lambda 한도 대비";
    limit_title: "Limit", "한도";
    used_title: "Used", "사용량";
    unzipped_title: "Unzipped", "압축 해제";
    zipped_title: "Zipped", "압축";
    share_title: "Share", "비율";
    files_title: "Files", "파일 수";
    layers_title: "Layers", "레이어";
    kind_title: "Kind", "종류";
    distribution_title: "Distribution", "라이브러리";
    tree_heading: "Where the bytes are", "용량이 쓰인 곳";
    kinds_heading: "By kind", "종류별 크기";
    findings_heading: "Found", "발견한 점";
    gone_heading: "No longer found", "해결된 점";
    nothing_found: "Nothing was found that Lambda refuses or that is known to be needless.",
        "Lambda가 거부하거나 불필요하다고 알려진 것은 발견하지 못했습니다.";
    changed_heading: "What went and what came", "줄어든 것과 늘어난 것";
    changed_kinds_heading: "The same by kind", "종류별 변화";
    nothing_changed: "Every distribution has the version and the size that it had.",
        "모든 라이브러리의 버전과 크기가 그대로입니다.";
    own_code: "own code and data", "함수 자체의 코드와 데이터";
    the_package: "package", "패키지";
    through_s3: "larger ones go through S3", "더 크면 S3를 거쳐야 합니다";
    with_layers: "with layers", "레이어 포함";
    map_title: "Map of the package", "패키지 지도";
    map_note: "Each box is as large as its files, unzipped. Its colour is the kind of most of its bytes; what it says when it is pointed at is its path and size. A distribution leads to its folders below.",
        "각 상자의 넓이는 압축을 푼 파일 크기에 비례합니다. 색은 가장 많은 용량을 차지하는 종류를 나타내며, 상자에 마우스를 올리면 경로와 크기가 표시됩니다. 라이브러리를 누르면 아래의 폴더 목록으로 이동합니다.";
    folders_title: "Folder by folder", "폴더별 크기";
    inspect_data_note: "What lambench inspect --json prints.", "lambench inspect --json이 출력하는 것과 같은 데이터입니다.";
    how_to_fix: "what helps:", "해결 방법:";
}

impl Text {
    /// `app/: 204.3 MB unzipped in 8,815 files, 61.3 MB zipped`.
    pub(in crate::render) fn inspect_title(
        self,
        name: &str,
        unzipped: &str,
        files: usize,
        zipped: Option<&str>,
    ) -> String {
        let (en, ko) = zipped.map_or_else(Default::default, |zipped| {
            (format!(", {zipped} zipped"), format!(", 압축 {zipped}"))
        });
        let (s, files) = (s_of(files), count(files as u64));
        self.say(
            format!("{name}: {unzipped} unzipped in {files} file{s}{en}"),
            format!("{name}: 파일 {files}개, 압축 해제 {unzipped}{ko}"),
        )
    }

    /// `old.zip → new/: 204.3 MB → 80.1 MB unzipped`.
    pub(in crate::render) fn diff_title(
        self,
        (before, after): (&str, &str),
        (was, is): (&str, &str),
    ) -> String {
        self.say(
            format!("{before} → {after}: {was} → {is} unzipped"),
            format!("{before} → {after}: 압축 해제 {was} → {is}"),
        )
    }

    pub(in crate::render) fn inspected_by(self, version: &str) -> String {
        self.say(
            format!("Written by lambench {version}. This page loads nothing and runs no script."),
            format!("lambench {version}(으)로 작성했습니다. 이 페이지는 외부에서 아무것도 불러오지 않으며 스크립트도 실행하지 않습니다."),
        )
    }

    pub(in crate::render) const fn kind(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Native => self.pick("native libraries", "네이티브 라이브러리"),
            Kind::Bytecode => self.pick("bytecode", "바이트코드"),
            Kind::Source => self.pick("sources", "소스 코드"),
            Kind::Test => self.pick("tests", "테스트"),
            Kind::TypeStub => self.pick("type stubs and source maps", "타입 정의와 소스 맵"),
            Kind::Metadata => self.pick("metadata and documents", "메타데이터와 문서"),
            Kind::Data => self.pick("data", "데이터"),
        }
    }

    pub(in crate::render) const fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Problem => self.pick("problem", "문제"),
            Severity::Waste => self.pick("waste", "낭비"),
            Severity::Note => self.pick("note", "참고"),
        }
    }

    pub(in crate::render) fn layer_named(self, name: &str) -> String {
        self.say(format!("layer {name}"), format!("레이어 {name}"))
    }

    pub(in crate::render) fn others(self, n: &str) -> String {
        self.say(format!("{n} others"), format!("그 외 {n}개"))
    }

    pub(in crate::render) fn used_of(self, is: &str, limit: &str) -> String {
        self.say(format!("{is} of {limit}"), format!("{is} / {limit}"))
    }

    pub(in crate::render) fn layers_of(self, is: usize, limit: usize) -> String {
        self.say(format!("{is} of {limit}"), format!("{is}개 / {limit}개"))
    }

    /// Files that stand for more.
    pub(in crate::render) fn and_more(self, examples: &str, more: usize) -> String {
        if more == 0 {
            return examples.to_owned();
        }
        self.say(
            format!("{examples} and {more} more"),
            format!("{examples} 외 {more}개"),
        )
    }

    /// What a part that could not be read is called, and why.
    pub(in crate::render) fn unread(self, name: &str, why: &str) -> String {
        self.say(
            format!(
                "layer {name} could not be read and is in no figure but the number of layers: {why}"
            ),
            format!(
                "레이어 {name}을(를) 읽지 못해 레이어 수 외의 수치에는 포함하지 않았습니다: {why}"
            ),
        )
    }

    pub(in crate::render) fn unzipped_too_large(self, over: &str, limit: &str) -> String {
        self.say(
            format!("the package and its layers are {over} more than the {limit} that Lambda takes unzipped"),
            format!("패키지와 레이어를 합친 크기가 Lambda의 압축 해제 한도 {limit}를 {over} 넘습니다"),
        )
    }

    pub(in crate::render) const fn fix_unzipped(self) -> &'static str {
        self.pick(
            "leave out what the handler does not need, or deploy it as a container image (up to 10 GB)",
            "핸들러에 필요 없는 것을 빼거나 컨테이너 이미지로 배포하세요(최대 10 GB)",
        )
    }

    pub(in crate::render) fn zipped_too_large(self, is: &str, limit: &str) -> String {
        self.say(
            format!("the zip is {is}: a request takes {limit}, and larger ones have to go through S3"),
            format!("zip 파일이 {is}입니다. 요청에 직접 담을 수 있는 크기는 {limit}까지이며, 더 크면 S3를 거쳐야 합니다"),
        )
    }

    pub(in crate::render) fn too_many_layers(self, is: usize, limit: usize) -> String {
        self.say(
            format!("it has {is} layers, and a function can have {limit}"),
            format!("레이어가 {is}개입니다. 함수에는 {limit}개까지만 연결할 수 있습니다"),
        )
    }

    pub(in crate::render) const fn fix_layers(self) -> &'static str {
        self.pick(
            "put several of them into one",
            "여러 레이어를 하나로 합치세요",
        )
    }

    pub(in crate::render) fn no_files(self, why: LeftOutWhy, count: usize) -> String {
        let (en, ko) = match why {
            LeftOutWhy::UnsafeName => (
                "whose name leads out of the package or is no path: Lambda does not unpack them",
                "이름이 패키지 밖을 가리키거나 올바른 경로가 아니어서 Lambda가 풀 수 없습니다",
            ),
            LeftOutWhy::Link => (
                "that is a symbolic link, which is in no figure but the whole size",
                "심볼릭 링크이며, 전체 크기 외의 수치에는 포함하지 않았습니다",
            ),
            LeftOutWhy::LeadsOut => (
                "that links to something outside the folder, which can't be packed",
                "폴더 밖을 가리키는 링크라서 패키지에 담을 수 없습니다",
            ),
            LeftOutWhy::Broken => (
                "that links to nothing or around in a circle, which can't be packed",
                "끊어졌거나 순환하는 링크라서 패키지에 담을 수 없습니다",
            ),
            LeftOutWhy::Special => (
                "that is neither a file nor a folder",
                "파일도 폴더도 아닙니다",
            ),
            LeftOutWhy::Duplicate => (
                "whose name another one has too: which of them counts is left to whoever unpacks them",
                "이름이 중복되어, 어느 쪽이 쓰일지는 압축을 푸는 쪽에 달려 있습니다",
            ),
            LeftOutWhy::Encrypted => (
                "that is encrypted: Lambda can't unpack it",
                "암호화되어 Lambda가 풀 수 없습니다",
            ),
            LeftOutWhy::Method => (
                "that is packed by a method other than deflate: Lambda may not unpack it",
                "deflate가 아닌 방식으로 압축되어 Lambda가 풀지 못할 수 있습니다",
            ),
        };
        let s = if count == 1 { "y" } else { "ies" };
        self.say(
            format!("{count} entr{s} {en}"),
            format!("항목 {count}개: {ko}"),
        )
    }
}
