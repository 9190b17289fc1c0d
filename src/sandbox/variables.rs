//! The environment variables of a runtime process, built from nothing, and paths as the process will see them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::constraints::RESERVED_VARIABLES;
use super::environment::{EnvironmentSpec, LogFormat, RUNTIME};

/// How host paths look from inside: longest first, so that a folder inside another is found first.
#[derive(Debug, Clone, Default)]
pub(super) struct View {
    moved: Vec<(PathBuf, &'static str)>,
}

impl View {
    /// The package, the layers and our own clients at their AWS places.
    pub fn mounted(spec: &EnvironmentSpec, clients: Option<&PathBuf>) -> Self {
        let mut moved = vec![(spec.task_root.clone(), "/var/task")];
        moved.extend(spec.opt_root.clone().map(|opt| (opt, "/opt")));
        moved.extend(clients.cloned().map(|clients| (clients, RUNTIME)));
        moved.sort_by_key(|(path, _)| std::cmp::Reverse(path.components().count()));
        Self { moved }
    }

    /// Everything where it is on the host.
    pub fn unmoved() -> Self {
        Self::default()
    }

    /// One path.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.moved
            .iter()
            .find_map(|(from, to)| {
                let inner = path.strip_prefix(from).ok()?;
                let to = Path::new(to);
                Some(if inner.as_os_str().is_empty() {
                    to.to_owned()
                } else {
                    to.join(inner)
                })
            })
            .unwrap_or_else(|| path.to_owned())
    }

    /// A value that may be a path or a list of paths.
    pub fn value(&self, value: &str) -> String {
        let seen = |item: &str| self.path(Path::new(item)).to_string_lossy().into_owned();
        // An item that isn't moved stays as it was written: `/usr/bin/` keeps its slash.
        value
            .split(':')
            .map(|item| {
                if self
                    .moved
                    .iter()
                    .any(|(from, _)| Path::new(item).starts_with(from))
                {
                    seen(item)
                } else {
                    item.to_owned()
                }
            })
            .collect::<Vec<_>>()
            .join(":")
    }
}

/// What one environment has of its own.
pub(super) struct Own<'a> {
    /// Port of its Runtime API.
    pub port: u16,
    /// `2026/11/25/[$LATEST]0123…`.
    pub log_stream: &'a str,
    /// The X-Ray header of its init.
    pub trace: &'a str,
    /// Its private folder for temporary files, where /tmp can't be that.
    pub temporary: Option<&'a Path>,
}

/// All variables of the runtime process.
pub(super) fn variables(
    spec: &EnvironmentSpec,
    view: &View,
    own: &Own,
) -> BTreeMap<String, String> {
    let seen = |path: &Path| view.path(path).to_string_lossy().into_owned();
    let task = seen(&spec.task_root);
    let opt = spec
        .opt_root
        .as_deref()
        .map_or_else(|| "/opt".to_owned(), seen);
    let mut all: BTreeMap<String, String> = [
        ("_HANDLER", handler(&spec.handler, &opt)),
        ("_X_AMZN_TRACE_ID", own.trace.to_owned()),
        // No account is behind them: a call to AWS fails there, not for want of credentials here.
        ("AWS_ACCESS_KEY_ID", "ASIALAMBENCHSANDBOX0".into()),
        ("AWS_SECRET_ACCESS_KEY", "lambench-sandbox".into()),
        ("AWS_SESSION_TOKEN", "lambench-sandbox".into()),
        ("AWS_DEFAULT_REGION", spec.region.clone()),
        ("AWS_REGION", spec.region.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", spec.function_name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", spec.version.clone()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", spec.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", own.log_stream.to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", own.port)),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".into()),
        ("LAMBDA_TASK_ROOT", task.clone()),
        ("LANG", "en_US.UTF-8".into()),
        (
            "LD_LIBRARY_PATH",
            format!(
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:{task}:{task}/lib:{opt}/lib"
            ),
        ),
        (
            "PATH",
            format!("{}/usr/local/bin:/usr/bin/:/bin:{opt}/bin", language(spec, view)),
        ),
        ("TZ", ":UTC".into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    if spec.log_format == LogFormat::Json {
        all.insert("AWS_LAMBDA_LOG_FORMAT".into(), "JSON".into());
    }
    if let Some(temporary) = own.temporary {
        all.insert("TMPDIR".into(), temporary.to_string_lossy().into_owned());
        // The package is not truly read-only here: one run must not leave bytecode to the next.
        all.insert("PYTHONDONTWRITEBYTECODE".into(), "1".into());
    }
    all.extend(
        spec.runtime
            .env
            .iter()
            .map(|(name, value)| (name.clone(), view.value(value))),
    );
    let own_words = spec
        .variables
        .iter()
        // The format is a setting of its own, not reserved and yet not the function's to say.
        .filter(|(name, _)| *name != "AWS_LAMBDA_LOG_FORMAT")
        .filter(|(name, _)| !RESERVED_VARIABLES.contains(&name.as_str()));
    all.extend(own_words.map(|(name, value)| (name.clone(), value.clone())));
    all
}

/// Where the runtime's interpreter is, which on AWS is the first folder of the search path too.
fn language(spec: &EnvironmentSpec, view: &View) -> String {
    let interpreter = spec.runtime.argv.first().filter(|_| spec.is_managed());
    let folder = interpreter.and_then(|interpreter| interpreter.parent());
    folder.map_or_else(String::new, |folder| {
        format!("{}:", view.path(folder).display())
    })
}

/// What an extension does not see of the runtime's variables, as AWS documents it.
const RUNTIME_ALONE: [&str; 11] = [
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_AWS_XRAY_DAEMON_ADDRESS",
    "_AWS_XRAY_DAEMON_PORT",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// All variables of an external extension, from those of the runtime process.
pub(super) fn of_extensions(
    spec: &EnvironmentSpec,
    runtime: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let runtime = runtime.iter().filter(|(name, _)| {
        // What leads a language to its modules is the runtime's own, unless the user said it.
        let own = spec.runtime.env.contains_key(*name) && !spec.variables.contains_key(*name);
        !own && !RUNTIME_ALONE.contains(&name.as_str())
    });
    runtime
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A handler in a layer, by its absolute path, is where the layers are.
fn handler(name: &str, opt: &str) -> String {
    match name.strip_prefix("/opt/") {
        Some(inner) => format!("{opt}/{inner}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_in_a_layer_is_found_where_layers_are_not_mounted() {
        let cases = [
            ("/opt/nodejs/a.handler", "/opt", "/opt/nodejs/a.handler"),
            (
                "/opt/nodejs/a.handler",
                "/tmp/x/opt",
                "/tmp/x/opt/nodejs/a.handler",
            ),
            ("src/opt/a.handler", "/tmp/x/opt", "src/opt/a.handler"),
        ];
        for (name, opt, found) in cases {
            assert_eq!(handler(name, opt), found);
        }
    }

    fn view() -> View {
        View {
            moved: vec![
                ("/tmp/x/task/opt".into(), "/opt"),
                ("/tmp/x/task".into(), "/var/task"),
            ],
        }
    }

    #[test]
    fn paths_below_the_package_and_the_layers_are_moved_and_no_others() {
        let cases = [
            ("/tmp/x/task/bootstrap", "/var/task/bootstrap"),
            ("/tmp/x/task", "/var/task"),
            ("/tmp/x/task/opt/python", "/opt/python"),
            ("/tmp/x/tasks/bootstrap", "/tmp/x/tasks/bootstrap"),
            ("/usr/bin/python3", "/usr/bin/python3"),
            ("app.handler", "app.handler"),
        ];
        for (host, inside) in cases {
            assert_eq!(view().path(Path::new(host)), Path::new(inside));
        }
    }

    #[test]
    fn a_list_of_paths_is_moved_item_by_item() {
        assert_eq!(
            view().value("/tmp/x/task:/usr/bin/::/tmp/x/task/opt/lib"),
            "/var/task:/usr/bin/::/opt/lib"
        );
        assert_eq!(
            view().value("https://example.com:8080/"),
            "https://example.com:8080/"
        );
    }
}
