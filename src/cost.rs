//! What starts cost: prices are data with a date. Pure.

use serde::Deserialize;

/// Every function has this much `/tmp` without paying for it, MB.
pub const FREE_TMP_MB: u64 = 512;

const MB_PER_GB: f64 = 1024.0;
const STARTS: f64 = 1e6;
const MS_PER_S: f64 = 1e3;

/// Lambda's on-demand prices by region, US dollars.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// When they were looked up, `2026-09`.
    pub as_of: String,
    /// Where.
    pub source: String,
    common_region: String,
    #[serde(default)]
    insights_gb: Option<f64>,
    #[serde(rename = "prices")]
    tables: Vec<Region>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    regions: Vec<String>,
    requests_per_million: f64,
    x86_64: f64,
    arm64: Option<f64>,
    tmp: Option<f64>,
    snapshot: Option<f64>,
    restore: Option<f64>,
}

/// What one function costs: a request and a billed millisecond, dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fare {
    /// A request.
    pub request_usd: f64,
    /// A millisecond of billed duration.
    pub ms_usd: f64,
}

impl Fare {
    /// Dollars for `requests` that are billed `billed_ms` all together.
    pub fn usd(&self, requests: u64, billed_ms: f64) -> f64 {
        requests as f64 * self.request_usd + billed_ms * self.ms_usd
    }
}

/// What `SnapStart` costs beside a function's fare, dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SnapFare {
    /// A second in which a published version's snapshot is kept.
    pub second_usd: f64,
    /// A restore.
    pub restore_usd: f64,
}

impl SnapFare {
    /// A snapshot is paid for three hours at least, however soon its version is deleted.
    pub const LEAST_S: f64 = 3.0 * 3600.0;

    /// Dollars for one version that is deleted after `kept_s`, with so many restores.
    pub fn usd(&self, kept_s: f64, restores: u64) -> f64 {
        self.second_usd * kept_s.max(Self::LEAST_S) + restores as f64 * self.restore_usd
    }
}

/// Why a price list is of no use.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// Not TOML, or not of the form of `prices.toml`.
    #[error("reading the price list: {0}")]
    Form(#[from] toml::de::Error),
    /// A price that is negative or not a number.
    #[error("reading the price list: a price of {region} is negative or not a number")]
    Price {
        /// The first region of the table.
        region: String,
    },
    /// `common_region` has no table.
    #[error("reading the price list: its common_region {region} has no prices")]
    Common {
        /// The region named.
        region: String,
    },
}

impl PricesError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Form(_) => "write it in the form of lambench's own src/prices.toml".into(),
            Self::Price { .. } => {
                "prices are US dollars, per GB-second or per million requests".into()
            }
            Self::Common { region } => {
                format!("add a [[prices]] table whose regions hold {region}")
            }
        })
    }
}

impl Prices {
    /// The prices in this program, as of [`Prices::as_of`].
    ///
    /// # Panics
    ///
    /// Never: a test reads them.
    pub fn builtin() -> Self {
        Self::from_toml(include_str!("prices.toml")).expect("the built-in price list is sound")
    }

    /// A price list of the user's own, in the form of `src/prices.toml`.
    pub fn from_toml(text: &str) -> Result<Self, PricesError> {
        let list: Self = toml::from_str(text)?;
        let sound = |price: f64| price.is_finite() && price >= 0.0;
        for table in &list.tables {
            let optional = [table.arm64, table.tmp, table.snapshot, table.restore]
                .into_iter()
                .flatten();
            if ![table.requests_per_million, table.x86_64]
                .into_iter()
                .chain(list.insights_gb)
                .chain(optional)
                .all(sound)
            {
                let region = table.regions.first().cloned().unwrap_or_default();
                return Err(PricesError::Price { region });
            }
        }
        match list.region(None) {
            Some(_) => Ok(list),
            None => Err(PricesError::Common {
                region: list.common_region,
            }),
        }
    }

    /// Dollars per million starts of `billed_ms` each, with the price of the requests and the free 512 MB of `/tmp`.
    ///
    /// `billed_ms` is `Billed Duration`, which already holds init and restore. No region (the sandbox) means the common
    /// price, that of us-east-1. A region or an architecture that is not in the list has no price: `None`, as a guess
    /// would look like a fact. The free tier, volume tiers, savings plans and `SnapStart`'s charges ([`Self::snap_start`])
    /// are not in it.
    pub fn usd_per_million(
        &self,
        billed_ms: f64,
        memory_mb: u64,
        architecture: &str,
        region: Option<&str>,
    ) -> Option<f64> {
        self.usd_per_million_with_tmp(billed_ms, memory_mb, FREE_TMP_MB, architecture, region)
    }

    /// The same for a function with `tmp_mb` of `/tmp`; `None` too where more than 512 MB have no known price.
    pub fn usd_per_million_with_tmp(
        &self,
        billed_ms: f64,
        memory_mb: u64,
        tmp_mb: u64,
        architecture: &str,
        region: Option<&str>,
    ) -> Option<f64> {
        if !billed_ms.is_finite() || billed_ms < 0.0 {
            return None;
        }
        let region = self.region(region)?;
        let memory_price = match architecture {
            "x86_64" => region.x86_64,
            "arm64" => region.arm64?,
            _ => return None,
        };
        let gb = |mb: u64| mb as f64 / MB_PER_GB;
        let tmp_per_s = match tmp_mb.saturating_sub(FREE_TMP_MB) {
            0 => 0.0,
            paid_mb => gb(paid_mb) * region.tmp?,
        };
        let per_s = gb(memory_mb) * memory_price + tmp_per_s;
        Some(region.requests_per_million + per_s * billed_ms / MS_PER_S * STARTS)
    }

    /// Dollars per million cold starts: as [`Self::usd_per_million`], and what restores from a snapshot add.
    pub fn usd_per_million_cold(
        &self,
        billed_ms: f64,
        restored: bool,
        subject: &crate::results::SubjectResult,
    ) -> Option<f64> {
        let (memory_mb, region) = (subject.memory_mb, subject.region.as_deref());
        let usd = self.usd_per_million(billed_ms, memory_mb, &subject.architecture, region)?;
        let restore_usd = if restored {
            let fare = self.snap_start(memory_mb, &subject.runtime, region)?;
            fare.restore_usd * STARTS
        } else {
            0.0
        };
        Some(usd + restore_usd)
    }

    /// What Logs Insights costs for so many bytes scanned, by the price of us-east-1 or of the user's own list.
    pub fn insights_usd(&self, bytes: f64) -> f64 {
        const GB: f64 = 1e9;
        let per_gb = self
            .insights_gb
            .unwrap_or_else(|| Self::builtin().insights_gb.unwrap_or(0.0));
        bytes / GB * per_gb
    }

    /// What one function costs; `None` where [`Self::usd_per_million_with_tmp`] has no price.
    pub fn fare(
        &self,
        memory_mb: u64,
        tmp_mb: u64,
        architecture: &str,
        region: Option<&str>,
    ) -> Option<Fare> {
        let price = |ms| self.usd_per_million_with_tmp(ms, memory_mb, tmp_mb, architecture, region);
        let request = price(0.0)?;
        Some(Fare {
            request_usd: request / STARTS,
            ms_usd: (price(MS_PER_S)? - request) / STARTS / MS_PER_S,
        })
    }

    /// What `SnapStart` adds; nothing for Java runtimes, `None` where it has no known price.
    pub fn snap_start(
        &self,
        memory_mb: u64,
        runtime: &str,
        region: Option<&str>,
    ) -> Option<SnapFare> {
        if runtime.starts_with("java") {
            return Some(SnapFare::default());
        }
        let region = self.region(region)?;
        let gb = memory_mb as f64 / MB_PER_GB;
        Some(SnapFare {
            second_usd: gb * region.snapshot?,
            restore_usd: gb * region.restore?,
        })
    }

    fn region(&self, name: Option<&str>) -> Option<&Region> {
        let name = name.unwrap_or(&self.common_region);
        self.tables
            .iter()
            .find(|table| table.regions.iter().any(|region| region == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(figure: Option<f64>, expected: f64) {
        let figure = figure.expect("a price");
        assert!(
            (figure - expected).abs() < 1e-6,
            "{figure}, expected {expected}"
        );
    }

    #[test]
    fn a_million_starts_cost_their_gigabyte_seconds_and_their_requests() {
        let prices = Prices::builtin();
        // 1 GB for 1 s: 1,000,000 * 0.0000166667 + 0.20
        close(
            prices.usd_per_million(1000.0, 1024, "x86_64", Some("us-east-1")),
            16.8667,
        );
        // 1/8 GB for 0.03 s: 3,750 GB-s * 0.0000166667 + 0.20
        close(
            prices.usd_per_million(30.0, 128, "x86_64", Some("eu-central-1")),
            0.262_500_125,
        );
        // 1/2 GB for 0.94 s on arm64: 470,000 GB-s * 0.0000133334 + 0.20
        close(
            prices.usd_per_million(940.0, 512, "arm64", Some("us-east-1")),
            6.466_698,
        );
    }

    #[test]
    fn a_start_that_bills_nothing_still_costs_its_request() {
        close(
            Prices::builtin().usd_per_million(0.0, 1024, "x86_64", None),
            0.20,
        );
    }

    #[test]
    fn dearer_regions_have_their_own_prices() {
        let prices = Prices::builtin();
        for (region, x86, arm) in [
            ("af-south-1", 22.37, 17.95),
            ("ap-east-1", 23.20, 18.58),
            ("eu-south-1", 19.7472, 15.8438),
            ("me-south-1", 20.9167, 16.7834),
        ] {
            close(
                prices.usd_per_million(1000.0, 1024, "x86_64", Some(region)),
                x86,
            );
            close(
                prices.usd_per_million(1000.0, 1024, "arm64", Some(region)),
                arm,
            );
        }
    }

    #[test]
    fn no_region_means_the_common_price() {
        let prices = Prices::builtin();
        assert_eq!(
            prices.usd_per_million(100.0, 256, "arm64", None),
            prices.usd_per_million(100.0, 256, "arm64", Some("us-east-1")),
        );
    }

    #[test]
    fn what_is_not_in_the_list_has_no_price() {
        let prices = Prices::builtin();
        // China bills in another currency.
        assert_eq!(
            prices.usd_per_million(100.0, 256, "x86_64", Some("cn-north-1")),
            None
        );
        assert_eq!(prices.usd_per_million(100.0, 256, "riscv64", None), None);
        assert_eq!(prices.usd_per_million(f64::NAN, 256, "x86_64", None), None);
        assert_eq!(prices.usd_per_million(-1.0, 256, "x86_64", None), None);
    }

    #[test]
    fn a_fare_adds_up_to_the_price_of_a_million() {
        let prices = Prices::builtin();
        let fare = prices
            .fare(512, 2048, "arm64", Some("us-east-1"))
            .expect("a price");
        close(
            Some(fare.usd(1_000_000, 940.0e6)),
            prices
                .usd_per_million_with_tmp(940.0, 512, 2048, "arm64", Some("us-east-1"))
                .unwrap(),
        );
        assert_eq!(prices.fare(512, 512, "arm64", Some("cn-north-1")), None);
    }

    #[test]
    fn tmp_above_512_mb_is_paid_for() {
        let prices = Prices::builtin();
        let cost = |tmp_mb, region| {
            prices.usd_per_million_with_tmp(1000.0, 1024, tmp_mb, "x86_64", Some(region))
        };
        close(cost(512, "us-east-1"), 16.8667);
        // 1.5 GB above the free half: 1,500,000 GB-s * 0.0000000309
        close(cost(2048, "us-east-1"), 16.8667 + 0.04635);
        assert_eq!(cost(2048, "eu-west-1"), None);
    }

    #[test]
    fn a_snapshot_is_paid_for_three_hours_at_least_and_every_restore_of_it() {
        let prices = Prices::builtin();
        let fare = |runtime, region| prices.snap_start(2048, runtime, Some(region));
        let python = fare("python3.13", "eu-west-1").expect("a price");
        let restores = 10.0 * 2.0 * 0.000_139_799_8;
        close(
            Some(python.usd(60.0, 10)),
            2.0 * 10_800.0 * 0.000_001_504_6 + restores,
        );
        close(
            Some(python.usd(20_000.0, 10)),
            2.0 * 20_000.0 * 0.000_001_504_6 + restores,
        );
        assert_eq!(fare("java21", "af-south-1"), Some(SnapFare::default()));
        assert_eq!(fare("python3.13", "af-south-1"), None);
    }

    #[test]
    fn the_built_in_prices_are_dated_and_no_region_stands_twice() {
        let prices = Prices::builtin();
        assert_eq!(prices.as_of, "2026-09");
        assert!(
            prices
                .source
                .starts_with("https://aws.amazon.com/lambda/pricing/")
        );
        let mut regions: Vec<_> = prices.tables.iter().flat_map(|p| &p.regions).collect();
        let all = regions.len();
        regions.sort_unstable();
        regions.dedup();
        assert_eq!(regions.len(), all);
    }

    #[test]
    fn insights_costs_what_it_scans_by_the_users_price_if_there_is_one() {
        assert!((Prices::builtin().insights_usd(2e9) - 0.01).abs() < 1e-12);
        let own = |line: &str| {
            let list = include_str!("prices.toml").replace("insights_gb = 0.005\n", line);
            Prices::from_toml(&list)
        };
        assert!((own("insights_gb = 1.0\n").unwrap().insights_usd(2e9) - 2.0).abs() < 1e-12);
        assert!((own("").unwrap().insights_usd(2e9) - 0.01).abs() < 1e-12);
        assert!(own("insights_gb = -1.0\n").is_err());
    }

    #[test]
    fn a_list_of_the_users_own_is_checked() {
        let list = |price: &str, common: &str| {
            Prices::from_toml(&format!(
                "as_of = 'today'\nsource = 'contract'\ncommon_region = '{common}'\n\
                 [[prices]]\nregions = ['eu-west-1']\nrequests_per_million = 0.1\nx86_64 = {price}\n"
            ))
        };
        let own = list("0.00001", "eu-west-1").expect("a sound list");
        close(
            own.usd_per_million(1000.0, 1024, "x86_64", Some("eu-west-1")),
            10.1,
        );
        assert_eq!(
            own.usd_per_million(1000.0, 1024, "arm64", Some("eu-west-1")),
            None
        );
        assert!(
            matches!(list("-1.0", "eu-west-1"), Err(PricesError::Price { region }) if region == "eu-west-1")
        );
        assert!(matches!(
            list("nan", "eu-west-1"),
            Err(PricesError::Price { .. })
        ));
        assert!(
            matches!(list("1.0", "mars-1"), Err(PricesError::Common { region }) if region == "mars-1")
        );
        assert!(matches!(
            list("'x'", "eu-west-1"),
            Err(PricesError::Form(_))
        ));
    }
}
