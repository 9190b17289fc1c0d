//! What is measured: looking into a package, inferring how it runs, and packing a folder so that staging loses nothing.

pub mod contents;
pub mod infer;
pub mod pack;
pub mod wrapper;
pub mod zip_mode;
pub mod zip_time;

#[cfg(all(test, unix))]
mod tests;
