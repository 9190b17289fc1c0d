//! The figures of one arm that a rank test may compare: one for each cold start, and for warm starts one for each
//! environment, since many warm invokes of one environment are one environment.

use std::collections::BTreeMap;

use super::Metric;
use crate::cost::Prices;
use crate::results::{Kind, Sample, SubjectResult};
use crate::stats::median;

impl Metric {
    /// Whether a metric is a fact about the package, not a sample of anything: it has no interval and no p.
    pub fn is_exact(self) -> bool {
        matches!(
            self,
            Self::PackageZipped
                | Self::PackageUnzipped
                | Self::Layers
                | Self::PackageTotal
                | Self::Version
        )
    }

    /// One figure for each accepted cold start of the subject (for warm metrics: the median of each environment), in the
    /// order in which they were measured; ms, MB, or dollars per million. Empty where the samples carry none, and for
    /// metrics that are exact.
    pub fn figures(self, samples: &[Sample], subject: &SubjectResult, prices: &Prices) -> Vec<f64> {
        let own = |kind| {
            samples
                .iter()
                .filter(move |s| s.accepted && s.arm == subject.arm && s.kind == kind)
        };
        let each_cold =
            |figure: &dyn Fn(&Sample) -> Option<f64>| own(Kind::Cold).filter_map(figure).collect();
        let usd =
            |s: &Sample| prices.usd_per_million_cold(s.billed_ms?, s.restore_ms.is_some(), subject);
        let each_environment = |figure: &dyn Fn(&Sample) -> Option<f64>| {
            let mut environments: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
            for sample in own(Kind::Warm) {
                environments
                    .entry(sample.environment)
                    .or_default()
                    .extend(figure(sample));
            }
            environments
                .values()
                .filter_map(|figures| median(figures))
                .collect()
        };
        match self {
            Self::ColdStart => each_cold(&Sample::cold_start_ms),
            Self::Init => each_cold(&|s| s.init_ms),
            Self::Restore => each_cold(&|s| s.restore_ms),
            Self::ColdHandler => each_cold(&|s| s.handler_ms),
            Self::ColdClient => each_cold(&Sample::known_client_ms),
            Self::BilledCold => each_cold(&|s| s.billed_ms),
            Self::CostCold => each_cold(&usd),
            Self::WarmStart => each_environment(&|s| s.handler_ms),
            Self::WarmClient => each_environment(&Sample::known_client_ms),
            Self::BilledWarm => each_environment(&|s| s.billed_ms),
            Self::CostWarm => each_environment(&usd),
            Self::MaxMemory => {
                let mut environments: BTreeMap<u64, f64> = BTreeMap::new();
                for sample in own(Kind::Cold).chain(own(Kind::Warm)) {
                    if let Some(mb) = sample.max_memory_mb {
                        let most = environments.entry(sample.environment).or_default();
                        *most = most.max(mb as f64);
                    }
                }
                environments.into_values().collect()
            }
            _ => Vec::new(),
        }
    }
}
