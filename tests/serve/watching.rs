//! `--watch`, and functions that are missing or broken.

use serde_json::json;

use crate::house::{Client, House};

fn answering(text: &str) -> String {
    format!(
        "served = 0\ndef lambda_handler(event, context):\n    global served\n    served += 1\n    \
         return ['{text}', served, int(context.memory_limit_in_mb)]\n"
    )
}

fn call(client: &mut Client, name: &str) -> serde_json::Value {
    client.invoke(name, &json!({}))
}

#[test]
fn what_is_saved_serves_the_next_invoke_as_a_cold_start() {
    let house = House::with(&answering("one"));
    let server = house.serve(&["--watch"]);
    let mut client = server.client();
    assert_eq!(call(&mut client, "f"), json!(["one", 1, 512]));
    assert_eq!(call(&mut client, "f"), json!(["one", 2, 512]));

    house.test.write("f/lambda_function.py", &answering("two"));
    let said = server.wait_until_it_says("reloaded f: new code (lambda_function.py), ");
    assert_eq!(said.matches("reloaded").count(), 1, "{said}");
    assert_eq!(call(&mut client, "f"), json!(["two", 1, 512]));

    // As editors do it: written beside, and put in its place.
    let beside = house.test.write("f/.new", &answering("three"));
    std::fs::rename(beside, house.test.path().join("f/lambda_function.py")).unwrap();
    wait_for_answer(&mut client, "three");

    // What editors and interpreters leave is no change.
    house.test.write("f/.lambda_function.py.swp", "x");
    house.test.write("f/__pycache__/x.pyc", "x");
    let toml = house.test.path().join("lambench.toml");
    let before = std::fs::read_to_string(&toml).unwrap();
    house
        .test
        .write("lambench.toml", &format!("{before}memory = 256\n"));
    // (The code counts as new: what editors leave in a package is packed with it.)
    let said = server.wait_until_it_says("reloaded f: new code, memory 512 -> 256 MB, ");
    assert_eq!(said.matches("reloaded").count(), 3, "{said}");
    assert_eq!(call(&mut client, "f"), json!(["three", 1, 256]));

    // A lambench.toml that can't be read changes nothing; and once it is as it was, all is.
    house
        .test
        .write("lambench.toml", &format!("{before}memory = [\n"));
    server.wait_until_it_says("nothing is reloaded, all stays as it was: lambench.toml:");
    assert_eq!(call(&mut client, "f"), json!(["three", 2, 256]));

    // A function that is no longer there, and a new one.
    house.test.write("lambench.toml", "");
    house.function("g", &answering("other"));
    server.wait_until_it_says("function g from ");
    server.wait_until_it_says("function f is no longer defined: taken away");
    assert_eq!(call(&mut client, "g"), json!(["other", 1, 512]));
    client.begin("f", &json!({}));
    assert_eq!(client.receive().unwrap().0, 404);
}

fn wait_for_answer(client: &mut Client, text: &str) {
    crate::support::wait_for(&format!("{text} as the answer"), || {
        (call(client, "f")[0] == text).then_some(())
    });
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_half_written_zip_is_reported_and_the_old_function_stays_until_it_is_whole() {
    let house = House::new();
    let at = |name: &str| house.test.path().join(name);
    let code = |text: &str| zipped(&[("lambda_function.py", &answering(text))]);
    std::fs::write(at("f.zip"), code("one")).unwrap();
    std::fs::create_dir(at("shared")).unwrap();
    house.test.write("shared/python/more.py", "word = 'old'\n");
    house.test.write(
        "g/lambda_function.py",
        "import more\ndef lambda_handler(event, context):\n    return more.word\n",
    );
    house.test.write(
        "lambench.toml",
        "[functions.f]\npackage = \"f.zip\"\n[functions.g]\npackage = \"g\"\nlayers = [\"shared\"]\n",
    );
    let mut server = house.serve(&["--watch"]);
    let mut client = server.client();
    assert_eq!(call(&mut client, "f")[0], "one");

    let whole = code("two");
    std::fs::write(at("f.zip"), &whole[..whole.len() / 2]).unwrap();
    server.wait_until_it_says("f is not reloaded, what was before stays: ");
    assert_eq!(call(&mut client, "f")[0], "one");
    std::fs::write(at("f.zip"), &whole).unwrap();
    server.wait_until_it_says("reloaded f: new code, ");
    assert_eq!(call(&mut client, "f")[0], "two");

    // The whole build folder is made anew.
    assert_eq!(call(&mut client, "g"), "old");
    std::fs::remove_dir_all(at("shared")).unwrap();
    server.wait_until_it_says("g is not reloaded, what was before stays: ");
    house.test.write("shared/python/more.py", "word = 'new'\n");
    server.wait_until_it_says("reloaded g: layers, ");
    assert_eq!(call(&mut client, "g"), "new");
    // All that was asked for is offered.
    assert_eq!(server.end("TERM").code(), Some(0));
}

#[test]
fn a_missing_package_keeps_no_other_function_from_being_offered() {
    let house = House::with(&answering("here"));
    house.define("late", "");
    let mut server = house.serve(&[]);
    let said = server.wait_until_it_says("error: function late is not offered: late: no such file");
    assert!(said.contains("hint: looked for "), "{said}");
    assert_eq!(call(&mut server.client(), "f")[0], "here");
    // What it never offered it still owes.
    assert_eq!(server.end("TERM").code(), Some(1));

    let mut server = house.serve(&["--watch"]);
    server.wait_until_it_says("function late is not offered yet: ");
    let mut client = server.client();
    assert_eq!(call(&mut client, "f")[0], "here");
    house
        .test
        .write("late/lambda_function.py", &answering("at last"));
    server.wait_until_it_says("function late from ");
    assert_eq!(call(&mut client, "late")[0], "at last");
    assert_eq!(server.end("TERM").code(), Some(0));

    // With nothing at all to serve it doesn't start.
    house
        .test
        .run(&["serve", "--function", "x=nowhere"])
        .fails_with(2)
        .says("nowhere: no such file or folder");
}
