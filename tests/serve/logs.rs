//! Where the logs of served functions go.

use serde_json::json;

use crate::house::{GATED, Gate, House};
use crate::support::wait_for;

#[test]
fn logs_go_to_standard_error_under_the_functions_name_unless_it_is_to_be_quiet() {
    let house = House::with(GATED);
    house.function("g", GATED);
    let mut server = house.serve(&[]);
    let mut client = server.client();
    client.invoke("f", &json!({}));
    client.invoke("g", &json!({}));
    let said = server.wait_until_it_says("g | REPORT RequestId: ");
    let of_f: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("f | "))
        .collect();
    let begins = [
        "START RequestId: ",
        "serving 1",
        "END RequestId: ",
        "REPORT RequestId: ",
    ];
    assert_eq!(of_f.len(), begins.len(), "{said}");
    for (line, begin) in of_f.iter().zip(begins) {
        assert!(line.starts_with(begin), "{said}");
    }
    assert_eq!(server.end("TERM").code(), Some(0));

    let mut server = house.serve(&["--quiet"]);
    server.client().invoke("f", &json!({}));
    assert_eq!(server.end("TERM").code(), Some(0));
    assert_eq!(server.said(), "");
}

#[test]
fn a_line_is_written_when_the_function_writes_it_in_the_order_of_the_log() {
    let house = House::with(GATED);
    let mut server = house.serve(&[]);
    let mut gate = Gate::new();
    let mut client = server.client();
    client.begin("f", &gate.event());
    gate.arrival();
    let meanwhile = server.wait_until_it_says("f | serving 1\n");
    assert!(meanwhile.contains("f | START RequestId: "), "{meanwhile}");
    assert!(!meanwhile.contains("REPORT"), "{meanwhile}");
    gate.open();
    client.receive().unwrap();
    let said = server.wait_until_it_says("f | REPORT RequestId: ");
    let words: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("f | ")?.split(' ').next())
        .collect();
    assert_eq!(words, ["START", "serving", "END", "REPORT"], "{said}");
    assert_eq!(server.end("TERM").code(), Some(0));
}

#[test]
fn logs_go_to_a_file_or_to_a_file_for_each_function() {
    let house = House::with(GATED);
    house.function("g", GATED);
    let at = |name: &str| house.test.path().join(name);
    let read = |name: &str| std::fs::read_to_string(at(name)).unwrap_or_default();
    // What is there is kept.
    house.test.write("all.log", "before\n");
    for log in ["all.log", "logs/"] {
        let mut server = house.serve(&["--log", at(log).to_str().unwrap()]);
        let mut client = server.client();
        client.invoke("f", &json!({}));
        client.invoke("g", &json!({}));
        assert_eq!(server.end("TERM").code(), Some(0));
        assert!(!server.said().contains("REPORT"), "{}", server.said());
    }
    let all = read("all.log");
    assert!(all.starts_with("before\nf | START RequestId: "), "{all}");
    assert!(all.contains("\ng | REPORT RequestId: "), "{all}");
    wait_for("g's own log", || {
        read("logs/g.log")
            .contains("\nREPORT RequestId: ")
            .then_some(())
    });
    let own = read("logs/f.log");
    assert!(own.starts_with("START RequestId: "), "{own}");
    assert_eq!(own.matches("serving 1\n").count(), 1, "{own}");
}

#[test]
fn a_terminal_that_takes_nothing_more_holds_nothing_up() {
    let source = |word: &str| {
        format!(
            "def lambda_handler(event, context):\n    print('x' * 200000)\n    return '{word}'\n"
        )
    };
    let house = House::with(&source("one"));
    let port_file = house.test.path().join("port");
    let mut command = house
        .test
        .command(&["serve", "--watch", "--port-file", "port"]);
    // Nobody reads it.
    let mut server = command.env("TMPDIR", house.tmp()).spawn().unwrap();
    let port = wait_for("the port", || std::fs::read_to_string(&port_file).ok());
    let mut client = crate::house::Client::new(port.trim().parse().unwrap());
    for _ in 0..5 {
        assert_eq!(client.invoke("f", &json!({})), "one");
    }
    house.test.write("f/lambda_function.py", &source("two"));
    wait_for("the reload", || {
        (client.invoke("f", &json!({})) == "two").then_some(())
    });
    crate::support::signal(&server, "TERM");
    let ended = wait_for("the end", || server.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    house.is_empty();
}
