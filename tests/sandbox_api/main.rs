//! The sandbox's control plane, driven by `aws-sdk-lambda` and, where a client would not do it, by raw requests.

mod aliases;
mod environments;
mod invoke;
mod layers;
mod limits;
mod machine;
mod shapes;
mod support;
mod updates;
mod wire;
