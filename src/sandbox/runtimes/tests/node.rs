//! Node.js: our client, and aws-lambda-ric's place.

use std::fs;

use super::Bench;

#[test]
fn our_node_client_serves_a_function_and_its_layers() {
    let mut bench = Bench::new();
    bench.layers = true;
    bench.file(
        "opt/nodejs/node_modules/shared/index.js",
        "exports.twice = (n) => 2 * n;",
    );
    bench.file(
        "task/index.js",
        "const { twice } = require('shared'); exports.handler = async (event) => twice(event.n);",
    );
    let runtime = bench.resolve("nodejs").unwrap();
    assert!(
        runtime.version.starts_with("Node.js "),
        "{}",
        runtime.version
    );
    assert_eq!(runtime.client.name, "lambench-node");
    assert_eq!(bench.serve_one(&runtime, "index.handler").1, "40");
}

#[test]
fn the_node_client_is_taken_from_package_then_layer_then_ric() {
    let mut bench = Bench::new();
    bench.layers = true;
    bench.fake_node_ric("given/node_modules/aws-lambda-ric");
    bench.options.ric = Some(bench.path("given"));
    let origin = |bench: &Bench| bench.resolve("nodejs").unwrap().client.origin;
    assert_eq!(origin(&bench), "--ric");
    bench.fake_node_ric("opt/nodejs/node_modules/aws-lambda-ric");
    assert_eq!(origin(&bench), "layer");
    bench.fake_node_ric("task/node_modules/aws-lambda-ric");
    let runtime = bench.resolve("nodejs").unwrap();
    assert_eq!(runtime.client.name, "aws-lambda-ric 3.3.0");
    assert_eq!(runtime.client.origin, "package");
    assert_eq!(
        *runtime.argv.last().unwrap(),
        bench.path("task/node_modules/aws-lambda-ric/dist/index.mjs")
    );
    fs::remove_file(bench.path("task/node_modules/aws-lambda-ric/dist/rapid-client.node")).unwrap();
    assert_eq!(
        origin(&bench),
        "layer",
        "one that was never built can't run"
    );
}

#[test]
fn aws_lambda_ric_is_started_with_the_package_and_the_handler() {
    let bench = Bench::new();
    bench.fake_node_ric("task/node_modules/aws-lambda-ric");
    bench.file(
        "task/node_modules/aws-lambda-ric/dist/index.mjs",
        "import http from 'http';\nexport function run(root, handler) {\n\
         const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');\n\
         const ok = root === process.env.LAMBDA_TASK_ROOT && handler === 'index.handler';\n\
         http.request({ hostname, port, method: 'POST', path: '/' + ok }).end();\n}\n",
    );
    let runtime = bench.resolve("nodejs").unwrap();
    assert!(
        bench
            .serve_one(&runtime, "index.handler")
            .0
            .starts_with("POST /true")
    );
}

#[test]
fn aws_lambda_ric_4_starts_itself_and_has_its_native_part_beside_it() {
    let bench = Bench::new();
    let folder = "task/node_modules/aws-lambda-ric";
    bench.file(
        &format!("{folder}/package.json"),
        r#"{"name": "aws-lambda-ric", "version": "4.0.2", "type": "module", "main": "index.mjs"}"#,
    );
    bench.file(&format!("{folder}/rapid-client.node"), "");
    bench.file(
        &format!("{folder}/index.mjs"),
        "import http from 'http';\n\
         const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');\n\
         http.request({ hostname, port, method: 'POST', path: '/' + process.env._HANDLER }).end();\n",
    );
    let runtime = bench.resolve("nodejs").unwrap();
    assert_eq!(runtime.client.name, "aws-lambda-ric 4.0.2");
    let posted = bench.serve_one(&runtime, "index.handler");
    assert!(posted.0.starts_with("POST /index.handler"), "{posted:?}");
}
