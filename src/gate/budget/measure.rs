//! What a budget may limit, and what it is called.

use crate::compare::Metric;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The metric.
    pub metric: Metric,
    /// Which percentile, 50 for the median; none for metrics that have only one figure (`package.zip`, `memory.max`).
    pub percentile: Option<u8>,
}

/// The percentiles of one cold start after another.
pub(super) const PERCENTILES: [u8; 4] = [50, 90, 95, 99];
/// Many warm invokes of one environment are one environment: its median is the figure.
const MEDIAN: [u8; 1] = [50];

const METRICS: [(&str, Metric, &[u8]); 16] = [
    ("cold", Metric::ColdStart, &PERCENTILES),
    ("cold.init", Metric::Init, &PERCENTILES),
    ("cold.restore", Metric::Restore, &PERCENTILES),
    ("cold.handler", Metric::ColdHandler, &PERCENTILES),
    ("cold.client", Metric::ColdClient, &PERCENTILES),
    ("cold.billed", Metric::BilledCold, &PERCENTILES),
    ("warm", Metric::WarmStart, &MEDIAN),
    ("warm.client", Metric::WarmClient, &MEDIAN),
    ("warm.billed", Metric::BilledWarm, &MEDIAN),
    ("memory.max", Metric::MaxMemory, &[]),
    ("package.zip", Metric::PackageZipped, &[]),
    ("package.unzipped", Metric::PackageUnzipped, &[]),
    ("package.layers", Metric::Layers, &[]),
    ("package.total", Metric::PackageTotal, &[]),
    ("cost.cold", Metric::CostCold, &[]),
    ("cost.warm", Metric::CostWarm, &[]),
];

impl Measure {
    /// All that there are, in the order in which they are listed to people.
    pub fn all() -> impl Iterator<Item = Self> {
        METRICS.into_iter().flat_map(|(_, metric, percentiles)| {
            let one = percentiles.is_empty().then_some(None);
            one.into_iter()
                .chain(percentiles.iter().copied().map(Some))
                .map(move |percentile| Self { metric, percentile })
        })
    }

    /// `cold.p50`, `package.zip`: as budgets and results name it.
    pub fn name(self) -> String {
        let named = METRICS.iter().find(|(_, metric, _)| *metric == self.metric);
        let name = named.map_or("version", |(name, ..)| name);
        match self.percentile {
            Some(percent) => format!("{name}.p{percent}"),
            None => name.to_owned(),
        }
    }

    /// The one of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::all().find(|measure| measure.name() == name)
    }

    /// The unit of its figures: `ms`, `MB`, `B` or `$` (per million starts).
    pub fn unit(self) -> &'static str {
        match self.metric {
            Metric::MaxMemory => "MB",
            Metric::CostCold | Metric::CostWarm => "$",
            metric if metric.is_exact() => "B",
            _ => "ms",
        }
    }
}

/// Whether this names a metric whose percentile is still missing, or another one than there are.
pub(super) fn percentiles_of(name: &str) -> Option<&'static [u8]> {
    METRICS
        .iter()
        .find(|(known, _, percentiles)| *known == name && !percentiles.is_empty())
        .map(|(.., percentiles)| *percentiles)
}
