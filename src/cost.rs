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
mod tests;
