//! The Telemetry API as HTTP: `PUT /2022-07-01/telemetry`, and a clear answer for the older Logs API.

use std::net::Ipv4Addr;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;

use super::extension_api::{identifier, refused};
use super::extensions::{Extensions, Refusal};
use super::runtime_messages::{Reply, not_found, read, refuse, reply, unreadable};
use super::telemetry::{Buffering, Stream, Subscription, Telemetry};
use super::telemetry_delivery::Destination;

/// Where the Telemetry API is, with a slash behind it or without.
pub(super) const TELEMETRY: &str = "/2022-07-01/telemetry";
/// Where the Logs API is.
pub(super) const LOGS: &str = "/2020-08-15/logs";

const SCHEMAS: [&str; 3] = ["2022-07-01", "2022-12-13", "2025-01-29"];
/// The platform's own.
const RESERVED_PORT: u16 = 9001;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default)]
    schema_version: String,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    buffering: AskedBuffering,
    destination: Option<AskedDestination>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct AskedBuffering {
    max_items: Option<usize>,
    max_bytes: Option<usize>,
    timeout_ms: Option<u64>,
}

#[derive(Deserialize)]
struct AskedDestination {
    #[serde(default)]
    protocol: String,
    #[serde(rename = "URI")]
    uri: Option<String>,
    port: Option<u16>,
}

/// Answers one request for [`TELEMETRY`].
pub(super) async fn answer(
    extensions: &Extensions,
    telemetry: &Telemetry,
    address: Ipv4Addr,
    request: Request<Incoming>,
) -> Reply {
    let (parts, body) = request.into_parts();
    let Ok(body) = read(body).await else {
        return unreadable();
    };
    if parts.method != Method::PUT {
        return not_found("the Telemetry API takes PUT alone");
    }
    let name = match identifier(&parts.headers).and_then(|id| extensions.name_of(id)) {
        Ok(name) => name,
        Err(refusal) => return refused(refusal),
    };
    if extensions.is_closed() {
        return refused(Refusal {
            kind: "Telemetry.SubscriptionClosed",
            message: "Telemetry API subscription is closed already".into(),
        });
    }
    let body = body.map_or_else(Vec::new, |(body, _)| body.to_vec());
    match subscription(name, &body, address) {
        Ok(subscription) => {
            telemetry.subscribe(subscription);
            reply(StatusCode::OK, "\"OK\"")
        }
        Err(problems) => refuse(StatusCode::BAD_REQUEST, "ValidationError", &problems),
    }
}

/// As AWS's own emulator answers for what it doesn't have, so that extensions go on without it.
pub(super) async fn no_logs(request: Request<Incoming>) -> Reply {
    match read(request.into_body()).await {
        Ok(_) => refuse(
            StatusCode::ACCEPTED,
            "Logs.NotSupported",
            "the sandbox has no Logs API; the Telemetry API has taken its place",
        ),
        Err(_) => unreadable(),
    }
}

fn subscription(name: String, body: &[u8], address: Ipv4Addr) -> Result<Subscription, String> {
    let asked: Asked = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut problems = Vec::new();
    if !SCHEMAS.contains(&asked.schema_version.as_str()) {
        problems.push(format!(
            "schemaVersion should be one of {}",
            SCHEMAS.join(", ")
        ));
    }
    if asked.types.is_empty() {
        problems.push("types should not be empty".to_owned());
    }
    let mut streams = Vec::new();
    for word in &asked.types {
        match Stream::named(word) {
            Some(stream) if !streams.contains(&stream) => streams.push(stream),
            Some(_) => {}
            None => problems.push(format!(
                "types should be of platform, function, extension, and not {word}"
            )),
        }
    }
    let buffering = buffering(&asked.buffering, &mut problems);
    let destination = asked
        .destination
        .ok_or_else(|| "destination is not provided".to_owned())
        .and_then(|asked| destination(asked, address))
        .inspect_err(|problem| problems.push(problem.clone()));
    match destination {
        Ok(destination) if problems.is_empty() => Ok(Subscription {
            name,
            streams,
            buffering,
            destination,
        }),
        _ => Err(problems.join("; ")),
    }
}

/// AWS's limits and what it takes where nothing is said.
fn buffering(asked: &AskedBuffering, problems: &mut Vec<String>) -> Buffering {
    let mut within = |name: &str, value: Option<u64>, least: u64, most: u64, usual: u64| {
        let value = value.unwrap_or(usual);
        if !(least..=most).contains(&value) {
            problems.push(format!("{name} should be between {least} and {most}"));
        }
        value
    };
    let number = |value: Option<usize>| value.map(|value| value as u64);
    Buffering {
        max_items: within("maxItems", number(asked.max_items), 1000, 10_000, 10_000) as usize,
        max_bytes: within(
            "maxBytes",
            number(asked.max_bytes),
            262_144,
            1_048_576,
            262_144,
        ) as usize,
        timeout: Duration::from_millis(within("timeoutMs", asked.timeout_ms, 25, 30_000, 1000)),
    }
}

fn destination(asked: AskedDestination, address: Ipv4Addr) -> Result<Destination, String> {
    let checked = |port: u16| match port {
        0 => Err("port is not provided".to_owned()),
        RESERVED_PORT => Err(format!("port {RESERVED_PORT} is reserved")),
        port => Ok(port),
    };
    match asked.protocol.as_str() {
        "HTTP" => {
            let uri = asked.uri.unwrap_or_default();
            let uri: hyper::Uri = uri.parse().map_err(|_| format!("URI {uri} is not valid"))?;
            let host = uri.host().unwrap_or_default();
            if uri.scheme_str() != Some("http") {
                return Err("URI should begin with http://".into());
            }
            if !matches!(host, "sandbox" | "sandbox.localdomain") {
                return Err("URI host should be sandbox.localdomain".into());
            }
            let port = uri
                .port_u16()
                .ok_or_else(|| "URI port is not provided".to_owned())?;
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            Ok(Destination {
                address,
                port: checked(port)?,
                http: Some((path.to_owned(), format!("{host}:{port}"))),
            })
        }
        "TCP" => Ok(Destination {
            address,
            port: checked(asked.port.unwrap_or(0))?,
            http: None,
        }),
        _ => Err("protocol should be HTTP or TCP".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn asked(change: impl FnOnce(&mut Value)) -> Result<Subscription, String> {
        let mut body = json!({
            "schemaVersion": "2022-12-13",
            "types": ["platform", "function"],
            "buffering": {"maxItems": 1000, "maxBytes": 262_144, "timeoutMs": 25},
            "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4243/in?x=1"},
        });
        change(&mut body);
        subscription(
            "one".into(),
            body.to_string().as_bytes(),
            Ipv4Addr::LOCALHOST,
        )
    }

    #[test]
    fn what_is_not_said_is_as_on_aws() {
        let subscription = asked(|body| {
            body.as_object_mut().unwrap().remove("buffering");
        })
        .unwrap();
        let usual = Buffering {
            max_items: 10_000,
            max_bytes: 262_144,
            timeout: Duration::from_secs(1),
        };
        assert_eq!(subscription.buffering, usual);
        assert_eq!(subscription.streams, [Stream::Platform, Stream::Function]);
        let Destination { port, http, .. } = subscription.destination;
        let (path, host) = http.unwrap();
        assert_eq!(
            (port, path.as_str(), host.as_str()),
            (4243, "/in?x=1", "sandbox.localdomain:4243")
        );
    }

    #[test]
    fn what_aws_refuses_is_refused_with_every_reason() {
        let cases: [(fn(&mut Value), &str); 7] = [
            (
                |body| body["types"] = json!([]),
                "types should not be empty",
            ),
            (|body| body["types"] = json!(["logs"]), "and not logs"),
            (
                |body| body["buffering"]["maxItems"] = json!(1),
                "maxItems should be between 1000 and 10000",
            ),
            (
                |body| body["destination"]["URI"] = json!("http://sandbox.localdomain/"),
                "URI port is not provided",
            ),
            (
                |body| body["destination"]["URI"] = json!("http://example.com:80/"),
                "URI host should be sandbox.localdomain",
            ),
            (
                |body| body["destination"] = json!({"protocol": "TCP", "port": 9001}),
                "port 9001 is reserved",
            ),
            (
                |body| body["schemaVersion"] = json!("2001-01-01"),
                "schemaVersion should be one of",
            ),
        ];
        for (change, reason) in cases {
            let problems = asked(change).unwrap_err();
            assert!(problems.contains(reason), "{problems}");
        }
        let both = asked(|body| {
            body["types"] = json!([]);
            body["destination"]["URI"] = json!("http://sandbox.localdomain/");
        });
        assert_eq!(
            both.unwrap_err(),
            "types should not be empty; URI port is not provided"
        );
    }
}
