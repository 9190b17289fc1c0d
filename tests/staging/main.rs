//! Copies that need more than Lambda: packages that go through a bucket, images, and log groups.

mod bucket;
mod images;
mod log_groups;
mod place;
#[path = "../support/mod.rs"]
mod support;
