//! What is said of logs that are read from `CloudWatch`.

use super::Text;
use crate::render::cloud_logs::CloudRead;
use crate::render::logs::count;

impl Text {
    pub(in crate::render) fn cloud_so_far(
        self,
        group: &str,
        read: &CloudRead,
        at: &str,
        share: f64,
    ) -> String {
        let (events, pages, percent) = (count(read.events), read.pages, share * 100.0);
        if read.insights {
            let gb = gigabytes(read.scanned);
            return self.say(
                format!("{group}: {events} events, {gb} scanned, up to {at} UTC ({percent:.0}%)"),
                format!("{group}: 이벤트 {events}개, 스캔 {gb}, {at} UTC까지 ({percent:.0}%)"),
            );
        }
        self.say(
            format!("{group}: {events} events in {pages} pages, {percent:.0}% of the time"),
            format!("{group}: {pages}페이지에서 이벤트 {events}개, 기간의 {percent:.0}%"),
        )
    }

    pub(in crate::render) fn cloud_read(self, read: &CloudRead, from: &str, to: &str) -> String {
        let groups = match read.groups.as_slice() {
            [one] => one.clone(),
            many => self.say(
                format!("{} log groups", many.len()),
                format!("로그 그룹 {}개", many.len()),
            ),
        };
        let (events, pages, as_of) = (count(read.events), read.pages, &read.prices_as_of);
        let mut said = if read.insights {
            let (gb, usd) = (gigabytes(read.scanned), read.usd);
            self.say(
                format!(
                    "read {events} events of {groups}, {from} to {to} UTC, by {pages} queries of Logs Insights: {gb} \
                     scanned, about ${usd:.4} (us-east-1's price or your own list's, {as_of}; some regions ask for more)"
                ),
                format!(
                    "{groups}에서 {from}부터 {to}까지(UTC) 이벤트 {events}개를 Logs Insights 쿼리 {pages}번으로 \
                     읽었습니다: {gb} 스캔, 약 ${usd:.4} (us-east-1 또는 지정한 가격표 기준, {as_of}; 리전에 따라 더 비쌀 수 \
                     있습니다)"
                ),
            )
        } else {
            self.say(
                format!(
                    "read {events} events of {groups}, {from} to {to} UTC, in {pages} pages; FilterLogEvents has no price \
                     of its own (AWS's price list, {as_of})"
                ),
                format!(
                    "{groups}에서 {from}부터 {to}까지(UTC) 이벤트 {events}개를 {pages}페이지로 읽었습니다. \
                     FilterLogEvents 호출에는 별도 요금이 없습니다(AWS 가격표, {as_of})"
                ),
            )
        };
        for more in [
            (read.breaks > 0).then(|| {
                self.say(
                    format!("the pages broke off {} times and were asked for again", read.breaks),
                    format!("페이지가 {}번 끊겨 그 지점부터 다시 요청했습니다", read.breaks),
                )
            }),
            (read.twice > 0).then(|| {
                self.say(
                    format!("{} events came twice and count once", count(read.twice)),
                    format!("두 번 온 이벤트 {}개는 한 번만 셌습니다", count(read.twice)),
                )
            }),
            (read.of_others > 0).then(|| {
                self.say(
                    format!("{} events are of other functions", count(read.of_others)),
                    format!("다른 함수의 이벤트 {}개는 제외했습니다", count(read.of_others)),
                )
            }),
            (read.cut > 0).then(|| {
                self.say(
                    format!(
                        "{} events are missing: more fell into one second than a query gives (read them without --insights)",
                        count(read.cut)
                    ),
                    format!(
                        "이벤트 {}개가 빠졌습니다: 1초 안의 이벤트가 쿼리 한도를 넘었습니다(--insights 없이 읽으세요)",
                        count(read.cut)
                    ),
                )
            }),
        ]
        .into_iter()
        .flatten()
        {
            said.push_str("; ");
            said.push_str(&more);
        }
        said
    }

    pub(in crate::render) const fn cloud_go_on(self) -> &'static str {
        self.pick(
            "what remains is read by:",
            "나머지는 다음 명령으로 읽을 수 있습니다:",
        )
    }
}

fn gigabytes(bytes: f64) -> String {
    if bytes < 1e8 {
        format!("{:.1} MB", bytes / 1e6)
    } else {
        format!("{:.2} GB", bytes / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_readable() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(gigabytes(2.5e9), "2.50 GB");
    }
}
