//! Payloads: where they are read from, and what is refused.

use super::Test;

#[test]
fn a_payload_is_json_a_file_or_standard_input() {
    let mut test = Test::with(&["p"]);
    test.write("event.json", "{\"from\": \"file\"}\n");
    test.stdin = || Ok("  [1, 2]\n".into());
    for (given, wanted) in [
        (
            "{\"id\":\"{{uuid}}\",\"at\":\"{{now}}\"}",
            "{\"id\":\"{{uuid}}\",\"at\":\"{{now}}\"}",
        ),
        ("@event.json", "{\"from\": \"file\"}"),
        ("-", "[1, 2]"),
        ("null", "null"),
        ("-1", "-1"),
    ] {
        let found = test
            .run_words("", &["--after", "p/", "--payload", given])
            .unwrap();
        assert_eq!(found.payload, wanted);
    }
    test.var("LAMBENCH_PAYLOAD", "@event.json");
    assert_eq!(
        test.run("--after p/").unwrap().payload,
        "{\"from\": \"file\"}"
    );
}

#[test]
fn a_payload_in_the_file_is_a_table_a_string_or_a_file_beside_it() {
    let mut test = Test::with(&["p"]);
    test.write("events/one.json", "{\"a\": 1}")
        .write("sub/x", "");
    for (written, wanted) in [
        (
            "payload = { z = 1, a = [true, 2.5, 0x10], at = 2026-01-02 }",
            r#"{"z":1,"a":[true,2.5,16],"at":"2026-01-02"}"#,
        ),
        ("payload = '{\"z\": 1}'", r#"{"z": 1}"#),
        ("payload = \"@events/one.json\"", r#"{"a": 1}"#),
        ("payload = [1, 2]", "[1,2]"),
        (
            "payload.symbols = [\"BTC\"]\npayload.id = \"{{uuid}}\"",
            r#"{"symbols":["BTC"],"id":"{{uuid}}"}"#,
        ),
    ] {
        test.toml(&format!("[functions.fn]\npackage = \"p\"\n{written}\n"));
        assert_eq!(test.run_in("sub", "--function fn").unwrap().payload, wanted);
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_position() {
    let mut test = Test::with(&["p"]);
    test.write("bad.json", "{\n  \"a\": {{uuid}}\n}\n");
    test.stdin = || Ok(String::new());
    for (given, said) in [
        (
            "{",
            "payload (--payload): not valid JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "{\"id\":\"{{uuid}}\",}",
            "payload (--payload): not valid JSON: trailing comma at line 1 column 18",
        ),
        (
            "@bad.json",
            "payload (--payload, bad.json): not valid JSON: expected value at line 2 column 8",
        ),
        ("-", "payload (--payload, standard input): it is empty"),
    ] {
        let error = test
            .run_words("", &["--after", "p/", "--payload", given])
            .unwrap_err();
        let (message, hint) = test.said(&error);
        assert_eq!(message, said);
        assert!(hint.contains("{{uuid}}"));
    }
    test.toml("[functions.fn]\npackage = \"p\"\npayload = \"{\"\n");
    let said = test.fails("--function fn").0;
    assert!(
        said.starts_with("payload (functions.fn.payload, lambench.toml:3): not valid JSON"),
        "{said}"
    );
    assert!(
        test.fails("--after p/ --payload @none.json")
            .0
            .starts_with("reading FOLDER/none.json: No such file")
    );
}

#[test]
fn a_payload_is_checked_before_a_package_is_looked_at() {
    let mut test = Test::new();
    test.write("empty/readme.txt", "");
    let said = test
        .fails("--after empty/ --payload { --runtime python3 --handler a.b")
        .0;
    assert!(said.starts_with("payload"), "{said}");
}

#[test]
fn lambdas_limit_holds_for_the_expanded_payload() {
    let mut test = Test::with(&["p"]);
    let limit = 6 * 1024 * 1024;
    test.write("fits.json", &format!("\"{}\"", "x".repeat(limit - 2)));
    test.write(
        "over.json",
        &format!("\"{{{{uuid}}}}{}\"", "x".repeat(limit - 30)),
    );
    assert!(test.run("--after p/ --payload @fits.json").is_ok());
    let said = test.fails("--after p/ --payload @over.json").0;
    assert_eq!(
        said,
        "payload (--payload, over.json): it has 6291464 bytes, more than Lambda's 6 MB (6291456 bytes)"
    );
}

#[test]
fn a_file_named_without_its_at_sign_is_told_so() {
    let mut test = Test::with(&["p"]);
    test.write("events/one.json", "{}");
    let (said, hint) = test.fails("--after p --payload events/one.json");
    assert_eq!(
        said,
        "payload (--payload): events/one.json is the name of a file, not JSON"
    );
    assert_eq!(hint, "write @events/one.json for what the file holds");
}
