//! A disk without room: what doesn't fit is refused with the reason, and nothing half-made stays.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::house::{GATED, House, names};
use crate::support::wait_for;

/// A zip of `bytes` that can't be made smaller, with the function in it.
fn zip(bytes: usize) -> String {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("lambda_function.py", options).unwrap();
    writer.write_all(GATED.as_bytes()).unwrap();
    writer.start_file("data.bin", options).unwrap();
    writer.write_all(&vec![7; bytes]).unwrap();
    BASE64_STANDARD.encode(writer.finish().unwrap().into_inner())
}

fn new(name: &str, bytes: usize) -> Value {
    json!({
        "FunctionName": name,
        "Runtime": "python3",
        "Role": "arn:aws:iam::000000000000:role/test",
        "Handler": "lambda_function.lambda_handler",
        "Code": {"ZipFile": zip(bytes)},
    })
}

#[test]
fn a_package_without_room_is_said_at_once_and_the_others_are_offered() {
    let house = House::with(GATED);
    let zip = BASE64_STANDARD.decode(zip(10 << 20)).unwrap();
    std::fs::write(house.test.path().join("large"), zip).unwrap();
    house.define("large", "");
    let mount = mounting(&house);
    let mut server = house.serve_in(&[], &mount);
    let said = server.wait_until_it_says("error: function large is not offered: creating large: ");
    assert!(said.contains("No space left on device"), "{said}");
    assert_eq!(server.client().invoke("f", &json!({}))["served"], 1);
    assert_eq!(server.end("TERM").code(), Some(1));
}

/// What is to be run before a server so that its temporary folder has room for a few megabytes. The mount is the server's
/// own: nothing is left of it, however the test ends.
fn mounting(house: &House) -> Vec<String> {
    let mut all = vec!["unshare", "--mount"];
    if !nix::unistd::geteuid().is_root() {
        all.extend(["--user", "--map-root-user"]);
    }
    let tmp = house.tmp();
    let mount = format!(
        "mount -t tmpfs -o size=6m none '{}' && exec \"$@\"",
        tmp.display()
    );
    all.extend(["sh", "-c", &mount, "sh"]);
    all.into_iter().map(str::to_owned).collect()
}

#[test]
fn on_a_full_disk_a_function_is_refused_with_the_reason_and_the_others_serve_on() {
    let house = House::with(GATED);
    let tmp = house.tmp();
    let server = house.serve_in(&[], &mounting(&house));
    let seen = format!("/proc/{}/root{}", server.child.id(), tmp.display());
    let folder = names(seen.as_ref())
        .into_iter()
        .find(|name| std::path::Path::new(&seen).join(name).join("zips").is_dir())
        .expect("the sandbox's folder");
    let files = || -> Vec<usize> {
        let count = |kind: &&str| names(format!("{seen}/{folder}/{kind}").as_ref()).len();
        ["zips", "packages", "layers"].iter().map(count).collect()
    };
    let before = files();
    let mut client = server.client();
    let functions = "/2015-03-31/functions";

    // As a zip it fits, and not unpacked beside it; and not even as a zip.
    for bytes in [4, 10] {
        let (status, error) = client.call("POST", functions, &new("large", bytes << 20));
        assert_eq!(status, 500, "{error}");
        let said = error["Message"].as_str().unwrap();
        assert!(said.contains("No space left on device"), "{said}");
        let (status, _) = client.call("GET", &format!("{functions}/large"), &Value::Null);
        assert_eq!(status, 404);
        let (_, list) = client.call("GET", &format!("{functions}/"), &Value::Null);
        assert_eq!(list["Functions"].as_array().unwrap().len(), 1, "{list}");
        wait_for("the room to be free again", || {
            (files() == before).then_some(())
        });
    }
    // An update that doesn't fit changes nothing.
    let code = json!({"ZipFile": zip(4 << 20)});
    let (status, error) = client.call("PUT", &format!("{functions}/f/code"), &code);
    assert_eq!(status, 500, "{error}");
    assert_eq!(client.invoke("f", &json!({}))["served"], 1);
    wait_for("the room to be free again", || {
        (files() == before).then_some(())
    });
    // What fits is still taken.
    let (status, made) = client.call("POST", functions, &new("small", 1 << 20));
    assert_eq!(status, 201, "{made}");
    wait_for("the small function", || {
        let path = format!("{functions}/small/configuration");
        let (_, now) = client.call("GET", &path, &Value::Null);
        (now["State"] == "Active").then_some(())
    });
    assert_eq!(client.invoke("small", &json!({}))["served"], 1);
}
