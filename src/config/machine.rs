//! The CPU and the disk that the sandbox gives to functions.

use crate::cli::{CpuArg, DiskArg};
use crate::sandbox::{Cpu, Disk, Machine};

use super::error::ConfigError;
use super::file::ConfigFile;
use super::origin::Sourced;
use super::resolve::first;
use super::surroundings::Surroundings;

/// What `cpu` may be in lambench.toml.
pub const CPU_IN_WORDS: &str = "\"by-memory\" or \"unlimited\"";
/// What `disk` may be in lambench.toml.
pub const DISK_IN_WORDS: &str = "\"warm\" or \"evict\"";

/// `--cpu` and `--disk`, `LAMBENCH_CPU` and `LAMBENCH_DISK`, `defaults.cpu` and `defaults.disk`; a CPU by memory and a warm
/// disk.
pub fn resolve(
    cpu: Option<CpuArg>,
    disk: Option<DiskArg>,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Machine, ConfigError> {
    let cpu = cpu.map(|cpu| match cpu {
        CpuArg::ByMemory => Cpu::ByMemory,
        CpuArg::Unlimited => Cpu::Unlimited,
    });
    let disk = disk.map(|disk| match disk {
        DiskArg::Warm => Disk::Warm,
        DiskArg::Evict => Disk::Evict,
    });
    Ok(Machine {
        cpu: first(
            Sourced::flag("--cpu", cpu),
            around.choice("LAMBENCH_CPU", "by-memory or unlimited", Cpu::of_name)?,
            file.cpu.as_ref(),
            Cpu::default(),
        )
        .value,
        disk: first(
            Sourced::flag("--disk", disk),
            around.choice("LAMBENCH_DISK", "warm or evict", Disk::of_name)?,
            file.disk.as_ref(),
            Disk::default(),
        )
        .value,
    })
}

/// Of starts at the same time the first reads the files from the disk for the others: they would not be alike.
pub fn check_alone(machine: Machine, concurrency: u32) -> Result<(), ConfigError> {
    if machine.disk == Disk::Evict && concurrency > 1 {
        return Err(ConfigError::Conflict {
            what: format!(
                "--disk evict with --concurrency {concurrency}: of starts at the same time one would read the files for the \
                 others"
            ),
            hint: "leave one of them out".into(),
        });
    }
    Ok(())
}
