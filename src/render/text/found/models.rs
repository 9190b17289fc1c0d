//! Descriptions of AWS's services.

use super::super::super::figure;
use super::super::super::layout::clean;
use super::super::Text;
use crate::inspect::models::{Call, Models};

impl Text {
    pub(in crate::render) fn models(self, found: &Models) -> String {
        match found {
            Models::BotocoreModels {
                services,
                services_bytes,
                named,
                dynamic,
                dynamic_calls,
                unread,
            } => {
                let all = figure::bytes(*services_bytes);
                let most = named
                    .iter()
                    .take(8)
                    .map(|service| (service.name.as_str(), service.bytes));
                let names = if named.is_empty() {
                    self.pick("none", "없음").to_owned()
                } else {
                    self.and_more(&Self::sizes(most), named.len().saturating_sub(8))
                };
                let mut limits = String::new();
                if let Some(call) = dynamic.first() {
                    let first = Self::call(call);
                    limits.push_str(&self.say(
                        format!(". {dynamic_calls} more name a service only when they run, such as {first}: what those need is not known"),
                        format!(". 실행할 때에야 서비스가 정해지는 호출이 {dynamic_calls}개 더 있어({first} 등) 거기에 필요한 서비스는 알 수 없습니다"),
                    ));
                }
                if *unread > 0 {
                    limits.push_str(&self.say(
                        format!(". {unread} sources could not be read"),
                        format!(". 읽지 못한 소스가 {unread}개 있습니다"),
                    ));
                }
                self.say(
                    format!("it describes {services} services in {all}, and reads a description when a client of that service is made. Sources of the package name: {names}{limits}"),
                    format!("서비스 {services}개의 정의가 {all}를 차지하며, 클라이언트를 만들 때 해당 서비스의 정의만 읽습니다. 패키지의 소스가 이름을 밝힌 서비스: {names}{limits}"),
                )
            }
            Models::AwsSdk2Models {
                files,
                models_bytes,
                browser_bytes,
            } => {
                let (models, browser) =
                    (figure::bytes(*models_bytes), figure::bytes(*browser_bytes));
                self.say(
                    format!("version 2 has {files} descriptions of services ({models}), and builds for browsers that Node never loads ({browser})"),
                    format!("버전 2에는 서비스 정의 파일 {files}개({models})와 Node가 읽지 않는 브라우저용 빌드({browser})가 들어 있습니다"),
                )
            }
        }
    }

    fn call(call: &Call) -> String {
        format!("{}:{}", clean(&call.path), call.line)
    }
}
