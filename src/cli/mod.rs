//! What the user typed: clap types alone, one file per command.
