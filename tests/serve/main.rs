//! `lambench serve` as it is used all day, and `lambench invoke`: the real program, and what is left when it has ended.
#![cfg(target_os = "linux")]

mod disk;
mod endurance;
mod house;
mod logs;
mod look;
mod processes;
#[path = "../support/mod.rs"]
mod support;
mod watching;
