//! What of the machine a function is given: its CPU share, and the state of the page cache that it starts from.

use super::page_cache::Disk;

/// Which CPU share functions get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cpu {
    /// As on AWS: by their memory, from the first event on, where control groups can be written.
    #[default]
    ByMemory,
    /// All that the machine has.
    Unlimited,
}

impl Cpu {
    /// `by-memory` or `unlimited`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "by-memory" => Some(Self::ByMemory),
            "unlimited" => Some(Self::Unlimited),
            _ => None,
        }
    }
}

/// What of the machine functions are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Machine {
    /// `--cpu`.
    pub cpu: Cpu,
    /// `--disk`.
    pub disk: Disk,
}
