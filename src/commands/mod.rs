//! One file per command: each reads as a table of contents of what the command does.
