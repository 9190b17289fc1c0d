//! Copies: what is deployed against a new package or another version, without a touch of the function itself.

mod left;
mod made;
mod place;
mod refused;
#[path = "../support/mod.rs"]
mod support;
