//! Python: real interpreters, virtual environments, and who brings the client.

use std::fs;
use std::process::Command;

use super::{Bench, minor_here};

#[test]
fn python_is_a_real_executable_that_says_its_version() {
    let bench = Bench::new();
    let runtime = bench.resolve("python3").unwrap();
    let real = runtime.argv[0].canonicalize().unwrap();
    assert_eq!(
        fs::read(&real).unwrap()[..4],
        *b"\x7fELF",
        "no shim: {}",
        real.display()
    );
    assert!(
        runtime.version.starts_with("Python 3."),
        "{}",
        runtime.version
    );
    assert_eq!(runtime.client.name, "lambench-python");
    assert_eq!(runtime.client.origin, "embedded");
    assert_eq!(
        runtime.env["AWS_EXECUTION_ENV"],
        format!("AWS_Lambda_python3.{}", minor_here())
    );
    assert!(
        !runtime.env.contains_key("PYTHONPATH"),
        "there are no layers"
    );
    for needed in [&real, &runtime.argv[1]] {
        let seen = runtime
            .visible
            .iter()
            .any(|folder| needed.starts_with(folder));
        assert!(seen, "{} in {:?}", needed.display(), runtime.visible);
    }
}

#[test]
fn our_python_client_serves_a_function_with_its_own_bytecode() {
    let mut bench = Bench::new();
    bench.layers = true;
    bench.file("opt/python/shared.py", "def twice(n): return 2 * n\n");
    bench.file(
        "task/app/main.py",
        "import shared\ndef handler(event, context): return {'n': shared.twice(event['n']), 'id': context.aws_request_id}\n",
    );
    let runtime = bench.resolve("python3").unwrap();
    assert_eq!(runtime.argv[1].extension().unwrap(), "pyc");
    let (path, body) = bench.serve_one(&runtime, "app/main.handler");
    assert!(path.contains("/invocation/r1/response"), "{path} {body}");
    assert_eq!(body, r#"{"n": 40, "id": "r1"}"#);
}

#[test]
fn touching_the_clients_does_not_change_what_runs() {
    let bench = Bench::new();
    bench.file(
        "task/f.py",
        "def handler(event, context): return event['n']\n",
    );
    let runtime = bench.resolve("python3").unwrap();
    let written = runtime.argv[1].metadata().unwrap().modified().unwrap();
    // A source that is newer than its bytecode makes Python compile again, unless nobody asks.
    for entry in fs::read_dir(&bench.options.clients).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "py") {
            fs::write(path, "raise SystemExit('the source was run')").unwrap();
        }
    }
    let again = bench.resolve("python3").unwrap();
    assert_eq!(again.argv, runtime.argv);
    assert_eq!(
        again.argv[1].metadata().unwrap().modified().unwrap(),
        written,
        "written once"
    );
    assert_eq!(bench.serve_one(&again, "f.handler").1, "20");
}

#[test]
fn a_virtual_environment_stays_one() {
    let mut bench = Bench::new();
    let python = bench.resolve("python3").unwrap().argv[0].clone();
    let made = Command::new(&python)
        .args(["-m", "venv", "--without-pip"])
        .arg(bench.path("venv"))
        .status()
        .unwrap();
    assert!(made.success());
    let minor = minor_here();
    bench.file(
        &format!("venv/lib/python3.{minor}/site-packages/only_here.py"),
        "VALUE = 7\n",
    );
    bench.file(
        "task/f.py",
        "import only_here\ndef handler(event, context): return only_here.VALUE\n",
    );
    bench.machine.path.insert(0, bench.path("venv/bin"));
    let runtime = bench.resolve("python3").unwrap();
    assert!(
        runtime.argv[0].starts_with(bench.path("venv")),
        "{:?}",
        runtime.argv
    );
    for needed in [bench.path("venv"), python] {
        assert!(
            runtime
                .visible
                .iter()
                .any(|folder| needed.starts_with(folder)),
            "{}",
            needed.display()
        );
    }
    assert_eq!(bench.serve_one(&runtime, "f.handler").1, "7");

    bench.fake_awslambdaric(&format!("venv/lib/python3.{minor}/site-packages"), "2.5.0");
    let client = bench.resolve("python3").unwrap().client;
    assert_eq!(
        (client.name.as_str(), client.origin.as_str()),
        ("awslambdaric 2.5.0", "interpreter")
    );
}

#[test]
fn the_client_is_taken_from_package_then_layer_then_ric() {
    let mut bench = Bench::new();
    bench.layers = true;
    let minor = minor_here();
    let client = |bench: &Bench| {
        let runtime = bench.resolve("python3").unwrap();
        (runtime.client.name, runtime.client.origin)
    };
    let expect = |name: &str, origin: &str| (name.to_owned(), origin.to_owned());

    bench.fake_awslambdaric("given", "1.0.0");
    bench.options.ric = Some(bench.path("given"));
    assert_eq!(client(&bench), expect("awslambdaric 1.0.0", "--ric"));
    let runtime = bench.resolve("python3").unwrap();
    let given = bench.path("given").canonicalize().unwrap();
    assert_eq!(*runtime.argv.last().unwrap(), given);
    assert_eq!(runtime.env["LAMBDA_RUNTIME_DIR"], given.to_str().unwrap());

    bench.fake_awslambdaric(
        &format!("opt/python/lib/python3.{minor}/site-packages"),
        "2.0.0",
    );
    assert_eq!(client(&bench), expect("awslambdaric 2.0.0", "layer"));
    bench.fake_awslambdaric("task", "3.0.0");
    assert_eq!(client(&bench), expect("awslambdaric 3.0.0", "package"));
}

#[test]
fn a_client_for_another_python_is_passed_over_unless_it_was_asked_for() {
    let mut bench = Bench::new();
    bench.fake_awslambdaric("task", "3.0.0");
    fs::rename(
        bench.path("task/runtime_client.abi3.so"),
        bench.path("task/runtime_client.cpython-299-x86_64-linux-gnu.so"),
    )
    .unwrap();
    assert_eq!(bench.resolve("python3").unwrap().client.origin, "embedded");
    fs::rename(bench.path("task"), bench.path("given")).unwrap();
    fs::create_dir(bench.path("task")).unwrap();
    bench.options.ric = Some(bench.path("given"));
    let message = bench.message("python3");
    assert!(
        message.contains("--ric") && message.contains("no awslambdaric"),
        "{message}"
    );
}
