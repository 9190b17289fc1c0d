//! `lambench inspect`: what packages are made of, whatever form they come in.
#![allow(missing_docs)]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use support::{Ran, Server, Test, repository};

const METADATA: &str = "Metadata-Version: 2.1\nName: Small-Lib\nVersion: 1.2.3\n";
const RECORD: &str = "small_lib/__init__.py,,\nsmall_lib/data.bin,,\nsmall_lib-1.2.3.dist-info/METADATA,,\n\
                      small_lib-1.2.3.dist-info/RECORD,,\n../../bin/small,,\n";

/// A folder with a handler and one installed distribution.
fn package(test: &Test, name: &str) {
    let write = |path: &str, text: &str| test.write(&format!("{name}/{path}"), text);
    write(
        "lambda_function.py",
        "import small_lib\n\ndef lambda_handler(event, context):\n    return {}\n",
    );
    write("small_lib/__init__.py", "X = 1\n");
    write("small_lib/data.bin", &"0123456789".repeat(5000));
    write("small_lib-1.2.3.dist-info/METADATA", METADATA);
    write("small_lib-1.2.3.dist-info/RECORD", RECORD);
    write("bin/small", "#!/bin/sh\n");
}

/// Zips a folder as others do.
fn zip(test: &Test, folder: &str, name: &str) {
    let packed = Command::new("python3")
        .args(["-m", "zipfile", "-c", name])
        .args(
            std::fs::read_dir(test.path().join(folder))
                .unwrap()
                .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().display())),
        )
        .current_dir(test.path())
        .env("PYENV_ROOT", support::pyenv_root())
        .status()
        .unwrap();
    assert!(packed.success());
}

fn read(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

fn looked(test: &Test, args: &[&str]) -> Value {
    let mut all = vec!["inspect", "--json"];
    all.extend(args);
    let inspection = read(&test.run(&all).success());
    holds(&inspection);
    inspection
}

#[track_caller]
fn holds(inspection: &Value) {
    let committed = std::fs::read_to_string(repository().join("schema/inspect.json")).unwrap();
    let schema: Value = serde_json::from_str(&committed).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(inspection)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The sum and the number of files, as `du` counts them.
fn counted(test: &Test, folder: &str) -> (u64, u64) {
    let found = Command::new("find")
        .args([folder, "-type", "f", "-printf", "%s\n"])
        .current_dir(test.path())
        .output()
        .unwrap();
    let sizes = String::from_utf8(found.stdout).unwrap();
    let sizes: Vec<u64> = sizes.lines().map(|line| line.parse().unwrap()).collect();
    (sizes.iter().sum(), sizes.len() as u64)
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let printed = Test::new().run(&["schema", "inspect"]).success().stdout;
    let committed = std::fs::read_to_string(repository().join("schema/inspect.json")).unwrap();
    assert!(
        printed == committed,
        "schema/inspect.json is not the schema of the types any more; write it again with\n  \
         cargo run -- schema inspect > schema/inspect.json\nand see in the diff that fields were only added"
    );
}

#[test]
fn a_folder_and_its_zip_are_the_same_and_sizes_are_those_of_the_files() {
    let test = Test::new();
    package(&test, "app");
    let (bytes, files) = counted(&test, "app");
    zip(&test, "app", "app.zip");
    for target in ["./app", "app.zip"] {
        let found = looked(&test, &[target]);
        assert_eq!(found["target"], target);
        assert_eq!(found["limits"]["unzipped_bytes"], bytes, "{target}");
        assert_eq!(found["parts"][0]["files"], files, "{target}");
        assert_eq!(found["runtime"], "python3");
        assert_eq!(found["handler"], "lambda_function.lambda_handler");
        let lib = &found["distributions"][0];
        assert_eq!(
            (&lib["name"], &lib["version"]),
            (&json!("Small-Lib"), &json!("1.2.3"))
        );
        assert_eq!(lib["file_count"], 5);
        assert_eq!(lib["modules"], json!(["small_lib"]));
        let own = &found["parts"][0]["own"];
        assert_eq!(own["files"], 1);
        assert_eq!(
            own["bytes"].as_u64().unwrap() + lib["bytes"].as_u64().unwrap(),
            bytes
        );
        assert!(lib["packed_bytes"].as_u64().unwrap() < lib["bytes"].as_u64().unwrap());
    }
    let zipped = std::fs::metadata(test.path().join("app.zip"))
        .unwrap()
        .len();
    assert_eq!(
        looked(&test, &["app.zip"])["limits"]["zipped_bytes"],
        zipped
    );
}

#[test]
fn the_report_names_what_is_there_in_both_languages() {
    let test = Test::new();
    package(&test, "app");
    test.run(&["inspect", "app/"])
        .success()
        .prints("app/: ")
        .prints("Small-Lib 1.2.3")
        .prints("small_lib/data.bin")
        .prints("own code and data")
        .prints("name it, as in")
        .prints("of 250.0 MB");
    let named = looked(&test, &["./app", "--runtime", "python3.12"]);
    assert!(
        !named["findings"].to_string().contains("no_version"),
        "{named:#}"
    );
    test.write("other/app.py", "import small_lib\n");
    package(&test, "other");
    std::fs::remove_file(test.path().join("other/lambda_function.py")).unwrap();
    let unnamed = looked(&test, &["./other"]);
    assert!(
        unnamed["findings"]
            .to_string()
            .contains("handler_not_named"),
        "{unnamed:#}"
    );
    test.run(&["inspect", "app/", "--lang", "ko"])
        .success()
        .prints("함수 자체의 코드와 데이터")
        .prints("Lambda 한도 대비");
    let ascii = test
        .run(&["inspect", "app/", "--style", "ascii"])
        .success()
        .stdout;
    assert!(ascii.is_ascii(), "{ascii}");
    let narrow = test
        .command(&["inspect", "app/"])
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    assert!(narrow.status.success());
}

#[test]
fn a_layer_is_known_by_what_lies_at_its_top() {
    let test = Test::new();
    package(&test, "deps/python");
    let found = looked(&test, &["./deps"]);
    assert_eq!(found["parts"][0]["place"]["where"], "layer");
    assert_eq!(found["limits"]["layers"], 1);
    assert_eq!(found["distributions"][0]["site"], "python/");
    test.write(
        "app/lambda_function.py",
        "def lambda_handler(e, c):\n    return 1\n",
    );
    let both = looked(&test, &["./app", "--layers", "deps"]);
    let places: Vec<_> = both["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["place"]["where"])
        .collect();
    assert_eq!(places, ["task", "layer"]);
    let (app, deps) = (counted(&test, "app").0, counted(&test, "deps").0);
    assert_eq!(both["limits"]["unzipped_bytes"], app + deps);
    assert_eq!(both["tree"]["children"].as_array().unwrap().len(), 2);
}

#[test]
fn two_packages_are_compared_the_largest_change_first() {
    let test = Test::new();
    package(&test, "old");
    test.write(
        "new/lambda_function.py",
        "def lambda_handler(e, c):\n    return 1\n",
    );
    test.write("new/more/big.txt", &"x".repeat(2000));
    let found = looked(&test, &["./old", "./new"]);
    assert_eq!(found["target"], "./new");
    assert_eq!(found["before"]["target"], "./old");
    let changes = found["diff"]["distributions"].as_array().unwrap();
    assert_eq!(changes[0]["name"], "Small-Lib");
    assert_eq!(changes[0]["after"], 0);
    assert_eq!(changes[1]["name"], "");
    assert_eq!(found["diff"]["unzipped"]["after"], counted(&test, "new").0);
    test.run(&["inspect", "./old", "./new"])
        .success()
        .prints("What went and what came")
        .prints("Small-Lib 1.2.3");
    test.run(&["inspect", "./old", "./old"])
        .success()
        .prints("Every distribution has the version and the size that it had");
}

#[test]
fn functions_of_lambench_toml_are_looked_into_and_two_builds_compared() {
    let test = Test::new();
    package(&test, "build/old");
    test.write(
        "build/new/lambda_function.py",
        "def lambda_handler(e, c):\n    return 1\n",
    );
    test.write(
        "lambench.toml",
        "[functions.one]\npackage = \"build/old\"\nruntime = \"python3.12\"\n\n\
         [functions.two]\nbefore = { package = \"build/old\" }\nafter = { package = \"build/new\" }\n",
    );
    let one = looked(&test, &["one"]);
    assert_eq!(
        (&one["target"], &one["runtime"]),
        (&json!("one"), &json!("python3.12"))
    );
    let two = looked(&test, &["two"]);
    assert_eq!(two["before"]["target"], "two-before");
    assert!(two["diff"]["unzipped"]["after"].as_u64() < two["diff"]["unzipped"]["before"].as_u64());
}

#[test]
fn a_deployed_function_and_its_layers_are_fetched_and_nothing_is_changed() {
    let test = Test::new();
    package(&test, "deps/python");
    test.write(
        "app/lambda_function.py",
        "def lambda_handler(e, c):\n    return 1\n",
    );
    zip(&test, "deps", "deps.zip");
    let function = format!("my-fn={}", test.path().join("app").display());
    let server = Server::start(&test, &["--settle", "10", "--function", &function]);
    let bytes = std::fs::read(test.path().join("deps.zip")).unwrap();
    let layer = server.call(
        "POST",
        "/2018-10-31/layers/deps/versions",
        Some(&json!({"Content": {"ZipFile": BASE64_STANDARD.encode(&bytes)}})),
    );
    let arn = layer["LayerVersionArn"].as_str().unwrap();
    server.configure("my-fn", &json!({"Layers": [arn]}));
    let before = server.configuration("my-fn");
    let found = looked(&test, &["my-fn", "--endpoint-url", &server.url]);
    assert_eq!(server.configuration("my-fn"), before);
    assert_eq!(found["target"], "my-fn");
    assert_eq!(found["handler"], "lambda_function.lambda_handler");
    assert!(found["architecture"].is_string());
    assert_eq!(found["parts"][1]["place"]["name"], arn);
    assert_eq!(found["parts"][1]["zipped_bytes"], bytes.len());
    assert_eq!(found["distributions"][0]["name"], "Small-Lib");
    let (app, deps) = (counted(&test, "app").0, counted(&test, "deps").0);
    assert_eq!(found["limits"]["unzipped_bytes"], app + deps);
    test.run(&["inspect", "no-such-fn", "--endpoint-url", &server.url])
        .fails_with(1)
        .says("no-such-fn");
}

/// A server with a published layer; gives the layer's ARN.
fn published(test: &Test, server: &Server, folder: &str) -> String {
    zip(test, folder, "layer.zip");
    let bytes = std::fs::read(test.path().join("layer.zip")).unwrap();
    let layer = server.call(
        "POST",
        "/2018-10-31/layers/deps/versions",
        Some(&json!({"Content": {"ZipFile": BASE64_STANDARD.encode(&bytes)}})),
    );
    layer["LayerVersionArn"].as_str().unwrap().to_owned()
}

#[test]
fn published_layers_are_fetched_by_their_arns_and_stand_in_their_order() {
    let test = Test::new();
    package(&test, "deps/python");
    let app = "def lambda_handler(e, c):\n    return 1\n";
    test.write("app/lambda_function.py", app);
    test.write("more/python/more.py", "MORE = 1\n");
    let server = Server::start(&test, &[]);
    let arn = published(&test, &server, "deps");
    let layers = format!("more,{arn}");
    let found = looked(
        &test,
        &["./app", "--layers", &layers, "--endpoint-url", &server.url],
    );
    let places: Vec<_> = found["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| &part["place"]["name"])
        .collect();
    assert_eq!(places, [&Value::Null, &json!("more"), &json!(arn)]);
    assert_eq!(found["distributions"][0]["name"], "Small-Lib");
    let (app, deps, more) = (
        counted(&test, "app").0,
        counted(&test, "deps").0,
        counted(&test, "more").0,
    );
    assert_eq!(found["limits"]["unzipped_bytes"], app + deps + more);

    let toml = format!("[functions.one]\npackage = \"app\"\nlayers = [\"{arn}\"]\n");
    test.write("lambench.toml", &toml);
    let defined = test
        .command(&["inspect", "one", "--json"])
        .env("AWS_ENDPOINT_URL_LAMBDA", &server.url)
        .env("AWS_ACCESS_KEY_ID", "any")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .output()
        .unwrap();
    let defined: Value = serde_json::from_slice(&defined.stdout).unwrap();
    assert_eq!(defined["parts"][1]["place"]["name"], arn);

    let alone = looked(&test, &[&arn, "--endpoint-url", &server.url]);
    assert_eq!(alone["target"], arn);
    assert_eq!(alone["parts"].as_array().unwrap().len(), 1);
    assert_eq!(alone["parts"][0]["place"]["where"], "layer");

    // It doesn't say itself what it is for.
    let told = looked(
        &test,
        &[
            &arn,
            "--endpoint-url",
            &server.url,
            "--runtime",
            "python3.12",
            "--arch",
            "arm64",
        ],
    );
    assert_eq!(
        (&told["runtime"], &told["architecture"]),
        (&json!("python3.12"), &json!("arm64"))
    );
    test.run(&["inspect", &arn, "--handler", "app.handler"])
        .fails_with(2)
        .says("--handler is for packages")
        .says("is a layer");

    // Whoever named it wants it: it is not left out as one of a deployed function is.
    let gone = arn.rsplit_once(':').unwrap().0.to_owned() + ":7";
    test.run(&[
        "inspect",
        "./app",
        "--layers",
        &gone,
        "--endpoint-url",
        &server.url,
    ])
    .fails_with(1)
    .says(&format!("fetching layer {gone}"))
    .says("list-layer-versions");
}

#[test]
fn layers_that_are_none_and_accounts_that_are_not_there_are_said() {
    let test = Test::new();
    package(&test, "app");
    let arn = "arn:aws:lambda:eu-west-1:123456789012:layer:deps";
    test.run(&["inspect", "./app", "--layers", arn])
        .fails_with(2)
        .says("which version of it?")
        .says(&format!("{arn}:VERSION"));
    test.run(&["inspect", "./app", "--layers", "arn:aws:s3:::deps"])
        .fails_with(2)
        .says("that is not the ARN of a layer");
    test.run(&["inspect", "./app", "--aws"])
        .fails_with(2)
        .says("./app is a package on this machine");
    let version = format!("{arn}:3");
    let nobody = test
        .command(&["inspect", "./app", "--layers", &version])
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert_eq!(nobody.status.code(), Some(1), "{said}");
    assert!(said.contains("no usable AWS credentials"), "{said}");
    assert!(nobody.stdout.is_empty());
}

/// Says that the function is not there, and which region it was asked in.
fn asked_in_region(test: &Test, function: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let head = lines
            .map(Result::unwrap)
            .take_while(|line| !line.is_empty());
        let head: Vec<String> = head.collect();
        let answer = "HTTP/1.1 404 Not Found\r\nx-amzn-errortype: ResourceNotFoundException\r\n\
                      content-length: 2\r\nconnection: close\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).unwrap();
        head.join("\n")
    });
    let ran = test
        .command(&["inspect", function])
        .env("AWS_ENDPOINT_URL_LAMBDA", format!("http://{address}"))
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "any")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    // Where nobody has asked, nobody waits for it.
    let _ = TcpStream::connect(address);
    let head = asked.join().unwrap();
    // `Credential=any/DATE/REGION/lambda/aws4_request`
    let scope = head.split("Credential=any/").nth(1).expect(&head);
    scope.split('/').nth(1).unwrap().to_owned()
}

#[test]
fn a_function_is_asked_for_in_the_region_of_its_arn() {
    let test = Test::new();
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:my-fn:prod";
    assert_eq!(asked_in_region(&test, arn), "eu-west-1");
    for word in ["my-fn", "123456789012:function:my-fn:prod"] {
        assert_eq!(asked_in_region(&test, word), "us-east-1", "{word}");
    }
}

#[test]
fn the_page_has_a_map_that_can_be_read_and_walked_through() {
    let test = Test::new();
    package(&test, "app");
    test.write("app/<script>alert(1)</script>.py", "1\n");
    test.run(&["inspect", "./app", "--html", "page.html"])
        .success()
        .prints("page.html");
    let page = std::fs::read_to_string(test.path().join("page.html")).unwrap();
    assert!(page.contains("<svg class=\"map\"") && page.contains("<title>"));
    assert!(!page.contains("<script>"), "names are text");
    let links: Vec<&str> = page
        .split("<a href=\"#")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(links.len() >= 2, "{links:?}");
    for link in links {
        assert!(
            page.contains(&format!("id=\"{link}\"")),
            "{link} leads somewhere"
        );
    }
    let whole = test
        .run(&["inspect", "./app", "--html", "-"])
        .success()
        .stdout;
    assert_eq!(whole, page);
}

#[test]
fn what_can_not_be_looked_into_is_said() {
    let test = Test::new();
    test.write("text.zip", "no zip");
    std::fs::create_dir(test.path().join("empty")).unwrap();
    test.run(&["inspect", "text.zip"])
        .fails_with(2)
        .says("text.zip is neither a folder nor a zip file");
    test.run(&["inspect", "gone.zip"])
        .fails_with(2)
        .says("gone.zip: no such file or folder");
    test.run(&["inspect", "./empty"])
        .fails_with(2)
        .says("there is no file in it");
    test.run(&["inspect", ""])
        .fails_with(2)
        .says("the target is empty");
    test.run(&[
        "inspect",
        "fn",
        "--layers",
        "x",
        "--endpoint-url",
        "http://127.0.0.1:9",
    ])
    .fails_with(2)
    .says("--layers is for packages");
}
