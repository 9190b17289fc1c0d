//! Sentences for whoever watches: why there is a wait. Each is said once.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

type Listener = Box<dyn FnMut(String) + Send>;

/// Where the sentences go; shared by all that talk to one endpoint.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    listener: Option<Listener>,
    said: BTreeSet<String>,
}

impl Notes {
    pub(super) fn listen(&self, listener: Listener) {
        self.lock().listener = Some(listener);
    }

    pub(super) fn once(&self, note: String) {
        let mut inner = self.lock();
        if inner.said.insert(note.clone())
            && let Some(listener) = &mut inner.listener
        {
            listener(note);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic in the display must not stop a retry.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes").finish_non_exhaustive()
    }
}
