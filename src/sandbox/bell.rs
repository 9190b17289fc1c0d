//! Word that a child of the guard ended, which its one loop can wait for beside its orders.

use std::io;

/// Rings when a child has ended.
pub(super) struct Bell {
    #[cfg(target_os = "linux")]
    pub signals: nix::sys::signalfd::SignalFd,
}

impl Bell {
    #[cfg(target_os = "linux")]
    pub fn new() -> io::Result<Self> {
        use nix::sys::signal::{SigSet, Signal};
        use nix::sys::signalfd::{SfdFlags, SignalFd};
        let mut mask = SigSet::empty();
        mask.add(Signal::SIGCHLD);
        let signals = SignalFd::with_flags(&mask, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { signals })
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unnecessary_wraps)]
    pub fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    pub fn clear(&mut self) {
        #[cfg(target_os = "linux")]
        while matches!(self.signals.read_signal(), Ok(Some(_))) {}
    }
}
