//! What happens to an environment, from its runtime process and from its guard, in one queue.

use tokio::sync::mpsc::UnboundedReceiver;

use super::leash::Hears;
use super::protocol::{Event, Exit};
use super::runtime_api::Call;

/// Something happened to the environment.
#[derive(Debug)]
pub(super) enum Happening {
    /// The runtime process spoke.
    Called(Call),
    /// The guard spoke.
    Guard(Event),
    /// The guard is gone, and with it everything.
    Gone,
}

impl From<Call> for Happening {
    fn from(call: Call) -> Self {
        Self::Called(call)
    }
}

impl Hears for Happening {
    fn from_guard(event: Event) -> Self {
        Self::Guard(event)
    }

    fn guard_gone() -> Self {
        Self::Gone
    }
}

/// Which processes may still be there, as far as has been heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// The runtime's, and extensions.
    All,
    /// Extensions alone.
    Extensions,
    /// None: all were killed for the memory that they used.
    Nothing,
}

/// The queue, and what in it must not be forgotten, whatever else its reader is waiting for.
#[derive(Debug)]
pub(super) struct Inbox {
    happenings: UnboundedReceiver<Happening>,
    /// The runtime process ended, and nobody has dealt with that yet.
    pub ended: Option<Exit>,
    /// When its guard found that.
    pub ended_ns: u64,
    /// An extension ended, and nobody has dealt with that yet.
    pub extension_ended: Option<(usize, Exit)>,
    /// What has not ended yet.
    pub left: Left,
    /// The guard has ended.
    pub gone: bool,
    /// An order to freeze has been answered.
    pub frozen: bool,
    /// Memory that several processes together were seen to use.
    pub peak_kb: u64,
}

impl Inbox {
    /// Reads from here on.
    pub fn new(happenings: UnboundedReceiver<Happening>) -> Self {
        Self {
            happenings,
            ended: None,
            ended_ns: 0,
            extension_ended: None,
            left: Left::Extensions,
            gone: false,
            frozen: false,
            peak_kb: 0,
        }
    }

    /// The next thing that happens.
    pub async fn happens(&mut self) -> Happening {
        let happening = self.happenings.recv().await.unwrap_or(Happening::Gone);
        self.note(&happening);
        happening
    }

    /// Reads all that has happened.
    pub fn catch_up(&mut self) {
        while let Ok(happening) = self.happenings.try_recv() {
            self.note(&happening);
        }
    }

    /// Reads all that has happened; gives what the runtime process said meanwhile.
    pub fn last_calls(&mut self) -> Vec<Call> {
        let mut calls = Vec::new();
        while let Ok(happening) = self.happenings.try_recv() {
            self.note(&happening);
            match happening {
                // Extensions speak for themselves.
                Happening::Called(Call::Extension | Call::ExtensionFailed { .. }) => {}
                Happening::Called(call) => calls.push(call),
                _ => {}
            }
        }
        calls
    }

    fn note(&mut self, happening: &Happening) {
        match happening {
            Happening::Guard(Event::Started { .. }) => self.left = Left::All,
            Happening::Guard(Event::Exited {
                how,
                at_ns,
                peak_kb,
            }) => {
                self.ended = Some(*how);
                // It can't be asked any more.
                self.peak_kb = self.peak_kb.max(*peak_kb);
                self.ended_ns = *at_ns;
                self.left = Left::Extensions;
            }
            Happening::Guard(Event::ExtensionExited { place, how }) => {
                self.extension_ended.get_or_insert((*place, *how));
            }
            Happening::Guard(Event::OutOfMemory { .. }) => {
                self.ended = Some(Exit::Signal(9));
                self.left = Left::Nothing;
            }
            Happening::Guard(Event::Frozen) => self.frozen = true,
            Happening::Guard(Event::Peak { peak_kb }) => self.peak_kb = self.peak_kb.max(*peak_kb),
            Happening::Gone => self.gone = true,
            _ => {}
        }
    }
}
