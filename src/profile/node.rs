//! Node's hook: the files that a profiled copy gets as a layer, and the handler that it runs instead of its own.

/// The handler of the copy, where layers lie in `/opt`.
pub const HANDLER: &str = "/opt/nodejs/lambench/profile.handler";

/// Paths in the layer, and what the files hold.
pub const FILES: [(&str, &str); 8] = [
    ("nodejs/lambench/callers.cjs", include_str!("hooks/node/callers.cjs")),
    ("nodejs/lambench/deferred.cjs", include_str!("hooks/node/deferred.cjs")),
    ("nodejs/lambench/es_hooks.mjs", include_str!("hooks/node/es_hooks.mjs")),
    ("nodejs/lambench/es_modules.cjs", include_str!("hooks/node/es_modules.cjs")),
    ("nodejs/lambench/load.cjs", include_str!("hooks/node/load.cjs")),
    ("nodejs/lambench/names.cjs", include_str!("hooks/node/names.cjs")),
    ("nodejs/lambench/profile.mjs", include_str!("hooks/node/profile.mjs")),
    ("nodejs/lambench/recorder.cjs", include_str!("hooks/node/recorder.cjs")),
];
