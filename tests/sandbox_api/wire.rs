//! What no SDK sends: foreign hosts, origins, unknown operations, broken requests.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::*;

/// Sends a request as it is and reads until the server closes.
pub async fn raw(port: u16, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

pub async fn get(port: u16, path: &str) -> Vec<u8> {
    raw(
        port,
        &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"),
    )
    .await
}

/// Status line, headers and body of a request with these headers.
async fn ask(port: u16, start: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "{start} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    String::from_utf8_lossy(&raw(port, &request).await).into_owned()
}

const LIST: &str = "GET /2015-03-31/functions";

#[tokio::test(flavor = "multi_thread")]
async fn programs_on_this_machine_are_answered() {
    let lab = Lab::new().await;
    let port = lab.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        let answer = ask(port, LIST, &format!("Host: {host}:{port}\r\n"), "").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn web_pages_are_not() {
    let lab = Lab::new().await;
    let port = lab.port();
    let ours = format!("Host: 127.0.0.1:{port}\r\n");
    let cases = [
        (LIST, "Host: evil.example\r\n".to_owned()),
        (LIST, format!("Host: evil.example:{port}\r\n")),
        (LIST, format!("Host: 127.0.0.1.evil.example:{port}\r\n")),
        (LIST, "Host: 127.0.0.1\r\n".to_owned()),
        (LIST, "Host: 127.0.0.1:1\r\n".to_owned()),
        (LIST, String::new()),
        (LIST, format!("{ours}Host: evil.example\r\n")),
        (LIST, format!("{ours}Origin: http://evil.example\r\n")),
        (LIST, format!("{ours}Origin: null\r\n")),
        (LIST, format!("{ours}Origin: http://127.0.0.1:{port}\r\n")),
        (LIST, format!("{ours}Sec-Fetch-Site: cross-site\r\n")),
        (
            "OPTIONS /2015-03-31/functions",
            format!("{ours}Origin: http://evil.example\r\n"),
        ),
        (
            "POST /2015-03-31/functions/f/invocations",
            format!("{ours}Origin: http://evil.example\r\n"),
        ),
        ("GET http://evil.example/2015-03-31/functions", ours.clone()),
    ];
    for (start, headers) in cases {
        let answer = ask(port, start, &headers, "").await;
        assert!(
            answer.starts_with("HTTP/1.1 403 "),
            "{start} {headers}: {answer}"
        );
        assert!(
            !answer.to_ascii_lowercase().contains("access-control"),
            "{answer}"
        );
    }
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_operation_is_named_and_never_answered_wrongly() {
    let lab = Lab::new().await;
    let port = lab.port();
    let ours = format!("Host: 127.0.0.1:{port}\r\n");
    for start in [
        "POST /2017-03-31/tags",
        "HEAD /2015-03-31/functions/f",
        "PUT /2015-03-31/functions/f/concurrency",
        "OPTIONS /2015-03-31/functions",
        "PATCH /2015-03-31/functions/f",
        "GET /",
    ] {
        let answer = ask(port, start, &ours, "").await;
        assert!(answer.starts_with("HTTP/1.1 501 "), "{start}: {answer}");
        assert!(
            answer.contains("x-amzn-errortype: NotImplementedException"),
            "{answer}"
        );
        assert!(
            start.starts_with("HEAD") || answer.contains(&format!("knows no operation {start}")),
            "{answer}"
        );
    }
    let put = "PUT /2017-10-31/functions/f/concurrency";
    let answer = ask(port, put, &ours, "").await;
    assert!(answer.starts_with("HTTP/1.1 501 "), "{answer}");
    assert!(
        answer.contains("lambench's sandbox does not know PutFunctionConcurrency"),
        "{answer}"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_carry_type_message_and_request_id() {
    let lab = Lab::new().await;
    let port = lab.port();
    let ours = format!("Host: 127.0.0.1:{port}\r\n");
    let missing = ask(port, "GET /2015-03-31/functions/g", &ours, "").await;
    assert!(
        missing.contains("x-amzn-errortype: ResourceNotFoundException"),
        "{missing}"
    );
    assert!(missing.contains("x-amzn-requestid: "), "{missing}");
    assert!(
        missing.contains(r#"{"Type":"User","Message":"Function not found: "#),
        "{missing}"
    );
    for body in ["{", "[]", r#"{"Timeout": "x"}"#, r#"{"FunctionName": 1}"#] {
        let answer = ask(port, "POST /2015-03-31/functions", &ours, body).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body}: {answer}");
        assert!(
            answer.contains("SerializationException"),
            "{body}: {answer}"
        );
    }
    let no_base64 = r#"{"Content": {"ZipFile": "%%%"}}"#;
    let answer = ask(port, "POST /2018-10-31/layers/x/versions", &ours, no_base64).await;
    assert!(answer.contains("SerializationException"), "{answer}");
    let escapes = ask(port, "GET /2015-03-31/functions/%zz", &ours, "").await;
    assert!(escapes.starts_with("HTTP/1.1 400 "), "{escapes}");
    for path in [
        "/lambench/packages/../lock",
        "/lambench/packages/%2e%2e%2flock",
        "/lambench/packages/",
    ] {
        let answer = get(port, path).await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"), "{path}");
    }
    lab.sandbox.shutdown().await;
}
