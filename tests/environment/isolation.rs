//! What an environment sees, and what it can't change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::{Function, invoke, json, mounts, python};
use lambench::sandbox::environment::{Environment, LogFormat};
use serde_json::{Value, json};

/// Tries to write to the path in the event; says why not.
const WRITER: &str = "
def handler(path):
    try:
        with open(path, 'a') as out:
            out.write('x')
        return 'written'
    except OSError as error:
        return error.strerror
serve(handler)";

#[tokio::test]
async fn the_package_the_layers_and_the_host_are_read_only_for_root_too() {
    let function = Function::python(WRITER)
        .await
        .layer(&[("python/shared.py", "")]);
    if !mounts(&function) {
        return;
    }
    let mut environment = function.start().await;
    for path in [
        "/var/task/bootstrap",
        "/var/task/new",
        "/opt/python/shared.py",
        "/opt/new",
        "/etc/lambench-probe",
        "/usr/lambench-probe",
        "/var/tmp/lambench-probe",
        "/dev/shm/lambench-probe",
        "/lambench-probe",
    ] {
        let said = json(&invoke(&mut environment, &json!(path).to_string()).await);
        assert_eq!(said, "Read-only file system", "{path}");
    }
    let said = json(&invoke(&mut environment, "\"/tmp/new\"").await);
    assert_eq!(said, "written");
    environment.shutdown().await;
    assert!(!function.spec.task_root.join("new").exists());
}

const LISTER: &str = "serve(lambda path: sorted(os.listdir(path)))";

#[tokio::test]
async fn package_and_layers_are_where_aws_has_them_and_tmp_is_empty() {
    let function = Function::python(LISTER)
        .await
        .layer(&[("python/shared.py", ""), ("bin/tool", "")]);
    if !mounts(&function) {
        return;
    }
    let mut environment = function.start().await;
    assert_eq!(
        json(&invoke(&mut environment, "\"/var/task\"").await),
        json!(["bootstrap"])
    );
    assert_eq!(
        json(&invoke(&mut environment, "\"/opt\"").await),
        json!(["bin", "python"])
    );
    assert_eq!(
        json(&invoke(&mut environment, "\"/opt/python\"").await),
        json!(["shared.py"])
    );
    assert_eq!(json(&invoke(&mut environment, "\"/tmp\"").await), json!([]));
    assert_eq!(
        json(&invoke(&mut environment, "\".\"").await),
        json!(["bootstrap"])
    );
}

#[tokio::test]
async fn without_layers_opt_is_empty() {
    let function = Function::python(LISTER).await;
    if mounts(&function) {
        let mut environment = function.start().await;
        assert_eq!(json(&invoke(&mut environment, "\"/opt\"").await), json!([]));
    }
}

#[tokio::test]
async fn each_environment_has_a_tmp_of_its_own_that_goes_with_it() {
    let code = "
import tempfile
def handler(event):
    with open(os.path.join(tempfile.gettempdir(), 'mark'), 'a') as out:
        out.write('x')
    return os.path.getsize(os.path.join(tempfile.gettempdir(), 'mark'))
serve(handler)";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        let (mut one, mut other) = (function.start().await, function.start().await);
        assert_eq!(json(&invoke(&mut one, "{}").await), json!(1));
        assert_eq!(json(&invoke(&mut one, "{}").await), json!(2));
        assert_eq!(json(&invoke(&mut other, "{}").await), json!(1));
        one.shutdown().await;
        other.shutdown().await;
        let left: Vec<_> = std::fs::read_dir(&function.host.scratch)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "root")
            .collect();
        assert_eq!(left, Vec::<String>::new());
    }
}

#[tokio::test]
async fn tmp_is_as_large_as_the_function_wants() {
    let code = "
def handler(event):
    there = os.statvfs('/tmp')
    return there.f_frsize * there.f_blocks // 2**20
serve(handler)";
    let mut function = Function::python(code).await;
    if !mounts(&function) {
        return;
    }
    for megabytes in [512, 2048] {
        function.spec.ephemeral_mb = megabytes;
        assert_eq!(json(&function.cold().await), json!(megabytes));
    }
}

#[tokio::test]
async fn what_must_be_visible_below_tmp_and_opt_is() {
    let function = Function::python(
        "serve(lambda event: [open(os.environ['CLIENT']).read(), open('/opt/lib/layered').read()])",
    )
    .await
    .layer(&[("lib/layered", "from the layer")]);
    if !mounts(&function) {
        return;
    }
    // The function's folder is below the temporary folder itself.
    let client = function.folder.path().join("clients/client.txt");
    std::fs::create_dir(client.parent().unwrap()).unwrap();
    std::fs::write(&client, "from the client").unwrap();
    let mut spec = function.spec.clone();
    spec.runtime.visible = vec![client.clone(), client.parent().unwrap().to_owned()];
    spec.runtime
        .env
        .insert("CLIENT".into(), client.to_str().unwrap().into());
    let mut environment = Environment::start(Arc::new(spec), Arc::clone(&function.host))
        .await
        .unwrap();
    assert_eq!(
        json(&invoke(&mut environment, "{}").await),
        json!(["from the client", "from the layer"])
    );
}

const VARIABLES: &str = "serve(lambda event: dict(os.environ))";

fn variables(seen: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(seen.clone()).unwrap()
}

#[tokio::test]
async fn the_variables_are_those_of_aws_and_the_functions_own() {
    let function = Function::python(VARIABLES)
        .await
        .layer(&[("python/a.py", "")])
        .variable("STAGE", "test")
        .variable("TZ", ":Asia/Seoul")
        .variable("_HANDLER", "not mine to set");
    if !mounts(&function) {
        return;
    }
    let mut spec = function.spec.clone();
    let layer = spec.opt_root.clone().unwrap().join("python");
    let path = format!(
        "{}:{}:/usr/share/x/",
        spec.task_root.display(),
        layer.display()
    );
    spec.runtime.env.insert("PYTHONPATH".into(), path);
    let mut environment = Environment::start(Arc::new(spec), Arc::clone(&function.host))
        .await
        .unwrap();
    let mut seen = variables(&json(&invoke(&mut environment, "{}").await));
    let mut take = |name: &str| {
        seen.remove(name)
            .unwrap_or_else(|| panic!("{name} is missing"))
    };
    assert!(take("AWS_LAMBDA_RUNTIME_API").starts_with("127.0.0.1:"));
    assert!(take("AWS_LAMBDA_LOG_STREAM_NAME").contains("/[$LATEST]"));
    assert!(take("_X_AMZN_TRACE_ID").starts_with("Root=1-"));
    for credential in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        assert!(!take(credential).is_empty());
    }
    // Python's own, in the C locale and on some systems.
    seen.remove("LC_CTYPE");
    let expected = [
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/probe"),
        ("AWS_REGION", "us-east-1"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LANG", "en_US.UTF-8"),
        (
            "LD_LIBRARY_PATH",
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
        ),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("PYTHONPATH", "/var/task:/opt/python:/usr/share/x/"),
        ("STAGE", "test"),
        ("TZ", ":Asia/Seoul"),
        ("_HANDLER", "app.handler"),
    ];
    let expected = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn without_mounts_the_paths_are_the_hosts_and_bytecode_is_not_written() {
    let function = Function::python(VARIABLES)
        .await
        .layer(&[("bin/tool", "")])
        .without_mounts();
    let seen = variables(&json(&function.cold().await));
    let (task, opt) = (
        function.spec.task_root.to_str().unwrap(),
        function.spec.opt_root.as_ref().unwrap(),
    );
    assert_eq!(seen["LAMBDA_TASK_ROOT"], task);
    assert_eq!(seen["PYTHONDONTWRITEBYTECODE"], "1");
    assert!(
        seen["PATH"].ends_with(&format!(":{}/bin", opt.display())),
        "{}",
        seen["PATH"]
    );
    assert!(seen["LD_LIBRARY_PATH"].ends_with(&format!(":{}/lib", opt.display())));
    assert!(seen["TMPDIR"].starts_with(function.host.scratch.to_str().unwrap()));
}

#[tokio::test]
async fn json_logging_is_told_to_the_runtime() {
    let function = Function::python(VARIABLES).await.json();
    assert_eq!(function.spec.log_format, LogFormat::Json);
    assert_eq!(
        variables(&json(&function.cold().await))["AWS_LAMBDA_LOG_FORMAT"],
        "JSON"
    );
}

#[tokio::test]
async fn an_interpreter_may_live_below_tmp() {
    let function = Function::python("serve(lambda event: sys.executable)").await;
    if !mounts(&function) {
        return;
    }
    let bin = function.folder.path().join("elsewhere/bin");
    std::fs::create_dir_all(&bin).unwrap();
    let here = bin.join("python");
    std::os::unix::fs::symlink(python(), &here).unwrap();
    let mut spec = function.spec.clone();
    spec.runtime.argv = vec![here.clone(), spec.runtime.argv[0].clone()];
    spec.runtime.visible = vec![bin.parent().unwrap().to_owned()];
    let mut environment = Environment::start(Arc::new(spec), Arc::clone(&function.host))
        .await
        .unwrap();
    assert_eq!(
        json(&invoke(&mut environment, "{}").await),
        json!(here.to_str().unwrap())
    );
}

#[tokio::test]
async fn what_must_be_visible_below_opt_stands_next_to_the_layers() {
    let Some(kept) = std::fs::read_dir("/opt")
        .ok()
        .and_then(|mut entries| entries.next())
    else {
        return;
    };
    let kept = kept.unwrap().file_name().into_string().unwrap();
    let function = Function::python(LISTER)
        .await
        .layer(&[("lambench-layered/a", "")]);
    if !mounts(&function) {
        return;
    }
    let mut spec = function.spec.clone();
    spec.runtime.visible = vec![format!("/opt/{kept}").into()];
    let mut environment = Environment::start(Arc::new(spec), Arc::clone(&function.host))
        .await
        .unwrap();
    let mut expected = vec!["lambench-layered", &kept];
    expected.sort_unstable();
    assert_eq!(
        json(&invoke(&mut environment, "\"/opt\"").await),
        json!(expected)
    );
}

#[tokio::test]
async fn what_a_layer_would_hide_is_an_error_that_says_so() {
    let Some(kept) = std::fs::read_dir("/opt")
        .ok()
        .and_then(|mut entries| entries.next())
    else {
        return;
    };
    let kept = kept.unwrap().file_name().into_string().unwrap();
    let function = Function::python(LISTER)
        .await
        .layer(&[(&format!("{kept}/a"), "")]);
    if !mounts(&function) {
        return;
    }
    let mut spec = function.spec.clone();
    spec.runtime.visible = vec![format!("/opt/{kept}").into()];
    let error = Environment::start(Arc::new(spec), Arc::clone(&function.host))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a layer has a folder of the same name in /opt"),
        "{error}"
    );
}

#[tokio::test]
async fn the_process_inherits_its_output_and_nothing_else_no_blocked_signal_either() {
    let code = "
def handler(event):
    status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if line.startswith('Sig'))
    fds = {fd: os.readlink('/proc/self/fd/' + fd) for fd in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + fd)}
    known = sorted(int(fd) for fd, what in fds.items() if not what.startswith('socket:'))
    return [known, fds['0'], fds['1'] == fds['2'], int(status['SigBlk'], 16)]
serve(handler)";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        assert_eq!(
            json(&function.cold().await),
            json!([[0, 1, 2], "/dev/null", true, 0])
        );
    }
}
