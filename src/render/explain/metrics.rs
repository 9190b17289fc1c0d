//! What each metric means and where its figure comes from.

use super::super::text::Text;
use crate::compare::Metric;

/// The names to read on from a metric.
pub(super) const fn see(metric: Metric) -> &'static [&'static str] {
    match metric {
        Metric::PackageZipped | Metric::PackageUnzipped => &["package.total", "package.layers"],
        Metric::Layers | Metric::PackageTotal => &["package.zip", "package.unzipped"],
        Metric::ColdStart => &["cold.init", "cold.handler", "platform", "excluded"],
        Metric::Init => &["cold", "proactive_init", "unknown"],
        Metric::Restore => &["cold", "not_restored", "put-back"],
        Metric::ColdHandler => &["cold", "warm"],
        Metric::ColdClient => &["platform", "cold"],
        Metric::WarmStart => &["cold.handler", "environment"],
        Metric::WarmClient => &["warm", "platform"],
        Metric::MaxMemory => &["environment"],
        Metric::BilledCold | Metric::BilledWarm => &["cost.cold", "cost.warm"],
        Metric::CostCold | Metric::CostWarm => &["cold.billed", "warm.billed"],
        Metric::Version => &["expect"],
    }
}

/// Which command says why it is so much.
pub(super) const fn ask(metric: Metric, text: Text) -> Option<&'static str> {
    match metric {
        Metric::ColdStart | Metric::Init | Metric::ColdHandler => Some(text.ask_profile()),
        Metric::PackageZipped | Metric::PackageUnzipped | Metric::PackageTotal | Metric::Layers => {
            Some(text.ask_inspect())
        }
        _ => None,
    }
}

impl Text {
    pub(super) const fn explained_metric(self, metric: Metric) -> &'static str {
        match metric {
            Metric::PackageZipped => self.pick(
                "The size of the deployment package as it is uploaded. Of a zip it is the file's own size, of a folder that of the zip which lambench makes of it, of a function on AWS its CodeSize. It is a fact about the package, not a sample: it has no interval and no p, and any difference is real. What it costs is download and placement, which AWS does before Init Duration begins; see cold.client.",
                "업로드되는 배포 패키지의 크기입니다. zip이면 그 파일의 크기, 폴더면 lambench가 만든 zip의 크기, AWS의 함수면 CodeSize 값입니다. 표본이 아니라 패키지의 속성이므로 구간도 p도 없고, 차이가 있으면 그대로 실제 차이입니다. 패키지가 크면 내려받고 배치하는 시간이 늘어나는데, AWS는 이 일을 Init Duration이 시작되기 전에 합니다. cold.client를 참고하세요.",
            ),
            Metric::PackageUnzipped => self.pick(
                "The size of the files in the package, without its layers, as they lie under /var/task. AWS allows 250 MB of package and layers together. Known where lambench has the files, not for a function in place. Exact: no interval, no p.",
                "레이어를 뺀 패키지 파일이 /var/task에서 차지하는 크기입니다. AWS에서는 패키지와 레이어를 합쳐 250 MB까지 허용됩니다. lambench가 파일을 갖고 있을 때만 알 수 있으며, 배포된 함수를 그대로 측정할 때는 알 수 없습니다. 정확한 값이므로 구간도 p도 없습니다.",
            ),
            Metric::Layers => self.pick(
                "The sizes of all layers together: CodeSize on AWS, the zips of the layer folders here. A function without layers has 0. What has moved from the package into a layer has not become smaller, which is why the table also shows both together. Exact.",
                "모든 레이어 크기의 합입니다. AWS에서는 CodeSize, 로컬에서는 레이어 폴더를 압축한 크기를 씁니다. 레이어가 없으면 0입니다. 패키지에서 레이어로 옮긴 만큼 전체가 줄어든 것은 아니므로, 표에는 둘을 합친 크기도 함께 나옵니다. 정확한 값입니다.",
            ),
            Metric::PackageTotal => self.pick(
                "The package and its layers together, zipped: what Lambda has to fetch for a new environment. It is the figure that moving files into a layer cannot improve. Exact: no interval, no p.",
                "패키지와 레이어를 합친 압축 크기, 곧 새 실행 환경을 만들 때 Lambda가 가져와야 하는 양입니다. 파일을 레이어로 옮기기만 해서는 줄지 않습니다. 정확한 값이므로 구간도 p도 없습니다.",
            ),
            Metric::ColdStart => self.pick(
                "What an invoke took that had to wait for a new environment: Init Duration (or Restore Duration, with SnapStart) and Duration of the same REPORT line, added. Each is forced by a touch and checked by its REPORT line; what is not certainly a cold start is excluded and counted. The table shows the median of each side. Time before init (download, placement) is not in it: see platform.",
                "새 실행 환경을 기다려야 했던 호출에 걸린 시간입니다. 같은 REPORT 줄의 Init Duration(SnapStart면 Restore Duration)과 Duration을 더한 값입니다. 매번 설정을 갱신해 콜드 스타트를 일으키고 REPORT 줄로 확인하며, 확실하지 않은 호출은 제외하고 그 수를 밝힙니다. 표에는 양쪽의 중앙값이 나옵니다. 초기화 이전의 시간(다운로드, 배치)은 들어 있지 않습니다. platform을 참고하세요.",
            ),
            Metric::Init => self.pick(
                "Init Duration of a cold start's REPORT line: from the start of the runtime process until it asks for its first event. Imports and everything outside the handler run in it. AWS gives init a burst of CPU at any memory size, so more memory hardly shortens it. In the sandbox it is measured from spawning the process to its first request for an event.",
                "콜드 스타트의 REPORT 줄에 적힌 Init Duration입니다. 런타임 프로세스가 시작되어 첫 이벤트를 요청할 때까지의 시간으로, import와 핸들러 밖의 코드가 여기서 실행됩니다. AWS는 메모리 크기와 상관없이 초기화에 CPU를 넉넉히 주므로 메모리를 늘려도 거의 줄지 않습니다. 샌드박스에서는 프로세스를 띄운 순간부터 첫 이벤트 요청까지를 잽니다.",
            ),
            Metric::Restore => self.pick(
                "Restore Duration of the REPORT line: with SnapStart a new environment is restored from the snapshot of a published version instead of being initialised. Restores are measured with copies, since $LATEST is never restored, and are never compared with inits.",
                "REPORT 줄의 Restore Duration입니다. SnapStart를 쓰면 새 실행 환경을 초기화하지 않고 게시된 버전의 스냅샷에서 복원합니다. $LATEST는 복원되지 않으므로 사본으로 측정하며, 복원과 초기화는 서로 비교하지 않습니다.",
            ),
            Metric::ColdHandler => self.pick(
                "Duration of a cold start's REPORT line: the handler's first run in a new environment. It is longer than a warm start where the handler loads lazily, connects, or fills caches. Work that moves from init to here has not gone away: look at cold, which holds both.",
                "콜드 스타트의 REPORT 줄에 적힌 Duration, 즉 새 실행 환경에서 핸들러가 처음 실행된 시간입니다. 핸들러가 지연 로딩을 하거나 연결을 맺거나 캐시를 채우면 웜 스타트보다 길어집니다. 초기화에서 이쪽으로 옮긴 일은 사라진 것이 아니므로 둘을 합친 cold를 보세요.",
            ),
            Metric::ColdClient => self.pick(
                "A cold start as the caller sees it: lambench's own clock around the Invoke call, on a connection that was already open. It contains network, placement, download, init and handler, so package size shows here and not in init. It is the noisiest of the figures; it is a budget's metric and in the result, not a row of the table.",
                "호출한 쪽에서 본 콜드 스타트 시간입니다. 이미 열려 있는 연결로 Invoke를 보내고 응답을 받을 때까지를 lambench의 시계로 잽니다. 네트워크, 배치, 다운로드, 초기화, 핸들러가 모두 들어 있어 패키지 크기의 영향은 초기화가 아니라 여기에 나타납니다. 가장 흔들림이 큰 값이며, 표의 행은 아니지만 결과 파일에 있고 예산을 걸 수 있습니다.",
            ),
            Metric::WarmStart => self.pick(
                "Duration of invokes that an environment served after its cold start. Many warm invokes of one environment are one environment, so its median is one figure; intervals and p count environments, not invokes, and warm metrics have only a p50.",
                "콜드 스타트를 마친 실행 환경이 이어서 처리한 호출의 Duration입니다. 한 환경에서 여러 번 호출해도 환경은 하나이므로 그 중앙값을 하나의 값으로 칩니다. 구간과 p는 호출이 아니라 환경을 세며, 웜 지표에는 p50만 있습니다.",
            ),
            Metric::WarmClient => self.pick(
                "A warm start as the caller sees it: lambench's own clock around the Invoke call. Less Duration, it is the round trip to the endpoint and Lambda's own routing.",
                "호출한 쪽에서 본 웜 스타트 시간으로, lambench의 시계로 Invoke 호출 전체를 잰 값입니다. 여기서 Duration을 빼면 엔드포인트까지의 왕복 시간과 Lambda 내부 처리 시간이 남습니다.",
            ),
            Metric::MaxMemory => self.pick(
                "Max Memory Used of the REPORT lines, the largest that was seen in any environment. It comes in whole MB and only ever rises within an environment. The test compares the largest of each environment: it tells whether the sides differ, and gives no interval.",
                "REPORT 줄의 Max Memory Used 가운데 가장 큰 값입니다. MB 단위의 정수이며 한 환경 안에서는 늘어나기만 합니다. 검정은 환경마다의 최댓값을 비교하므로 차이가 있는지는 알 수 있지만 구간은 없습니다.",
            ),
            Metric::BilledCold => self.pick(
                "Billed Duration of a cold start's REPORT line, in whole milliseconds. Since August 2025 AWS bills init as well, so it already contains init (or restore) and must not be added to it.",
                "콜드 스타트의 REPORT 줄에 적힌 Billed Duration으로, 밀리초 단위로 올림한 값입니다. 2025년 8월부터 AWS는 초기화 시간에도 요금을 매기므로 초기화(또는 복원)가 이미 들어 있으며, 따로 더하면 안 됩니다.",
            ),
            Metric::BilledWarm => self.pick(
                "Billed Duration of a warm start's REPORT line: Duration rounded up to whole milliseconds. Below some 10 ms the rounding is a good part of the figure.",
                "웜 스타트의 REPORT 줄에 적힌 Billed Duration, 즉 Duration을 밀리초 단위로 올림한 값입니다. 10 ms 안팎보다 짧으면 올림의 비중이 큽니다.",
            ),
            Metric::CostCold => self.pick(
                "Dollars for a million cold starts like the measured ones: billed time times memory at list prices of the region and architecture, and the price of the requests; with SnapStart the restores as well. --prices brings your own list. Free tiers and discounts are not in it.",
                "측정한 것과 같은 콜드 스타트 100만 회의 달러 요금입니다. 과금 시간에 메모리를 곱해 리전과 아키텍처의 정가를 적용하고 요청 요금을 더하며, SnapStart면 복원 요금도 더합니다. --prices로 자신의 요금표를 쓸 수 있습니다. 무료 사용량과 할인은 반영하지 않습니다.",
            ),
            Metric::CostWarm => self.pick(
                "Dollars for a million warm starts like the measured ones: billed time times memory at list prices of the region and architecture, and the price of the requests. --prices brings your own list.",
                "측정한 것과 같은 웜 스타트 100만 회의 달러 요금입니다. 과금 시간에 메모리를 곱해 리전과 아키텍처의 정가를 적용하고 요청 요금을 더합니다. --prices로 자신의 요금표를 쓸 수 있습니다.",
            ),
            Metric::Version => self.pick(
                "The label that you gave; else what the function's first good answer calls its version (the field version of its JSON, or of the JSON in its body); else what is known of the version or alias. It shows that the two sides were really two builds.",
                "직접 지정한 라벨입니다. 없으면 함수의 첫 정상 응답이 밝힌 버전(응답 JSON이나 그 body 안의 version 필드)을, 그것도 없으면 버전이나 별칭에 대해 알려진 것을 씁니다. 두 대상이 정말 서로 다른 빌드였음을 보여 줍니다.",
            ),
        }
    }
}
