use super::*;

fn of(path: &str, text: &str) -> Vec<(u32, String, Option<String>, Kept)> {
    let found = find(&[Source {
        path: path.into(),
        text: text.into(),
    }]);
    assert!(found.unread.is_empty());
    let one = |client: Client| (client.line, client.made_by, client.function, client.kept);
    found.found.into_iter().map(one).collect()
}

fn made(
    line: u32,
    by: &str,
    function: Option<&str>,
    kept: Kept,
) -> (u32, String, Option<String>, Kept) {
    (line, by.into(), function.map(Into::into), kept)
}

#[test]
fn clients_at_module_level_live_as_long_as_the_environment() {
    let python = "import boto3\nfrom requests import Session as S\nS3 = boto3.client('s3')\nwith open('x') as f:\n    s = S()\nclass A:\n    table = boto3.resource('dynamodb')\ndef h(e, c, client=boto3.client('sqs')):\n    return S3\n";
    assert_eq!(
        of("app.py", python),
        [
            made(3, "boto3.client", None, Kept::Environment),
            made(5, "S", None, Kept::Environment),
            made(7, "boto3.resource", None, Kept::Environment),
            made(8, "boto3.client", None, Kept::Environment),
        ]
    );
    let node = "const { S3Client } = require('x');\nconst s3 = new S3Client({ region: 'a' });\nif (true) { var d = new AWS.DynamoDB(); }\nexports.handler = async (event) => { return s3; };\n";
    assert_eq!(
        of("index.js", node),
        [
            made(2, "new S3Client", None, Kept::Environment),
            made(3, "new AWS.DynamoDB", None, Kept::Environment),
        ]
    );
}

#[test]
fn clients_in_functions_are_made_in_each_call() {
    let python = "import boto3, redis\ndef lambda_handler(event, context):\n    table = boto3.Session().resource('dynamodb')\n    make = lambda: redis.Redis()\n    return table\n";
    assert_eq!(
        of("app.py", python),
        [
            made(
                3,
                "boto3.Session.resource",
                Some("lambda_handler"),
                Kept::Call
            ),
            made(3, "boto3.Session", Some("lambda_handler"), Kept::Call),
            made(4, "redis.Redis", Some("lambda"), Kept::Call),
        ]
    );
    let node = "// new S3Client()\nconst text = \"new S3Client()\";\nexports.handler = async (event) => {\n  if (event.x) {\n    const s3 = new S3Client({});\n    return s3;\n  }\n};\nfunction pool() {\n  return mysql.createPool({});\n}\nconst other = () => new Redis();\n";
    assert_eq!(
        of("index.mjs", node),
        [
            made(5, "new S3Client", Some("handler"), Kept::Call),
            made(10, "mysql.createPool", Some("pool"), Kept::Call),
            made(12, "new Redis", Some("other"), Kept::Call),
        ]
    );
}

#[test]
fn a_client_that_a_function_makes_once_and_keeps_is_none_of_each_call() {
    let python = "import boto3, functools\n_s3 = None\ndef s3():\n    global _s3\n    if _s3 is None:\n        _s3 = boto3.client('s3')\n    return _s3\n@functools.lru_cache(maxsize=None)\ndef sqs():\n    return boto3.client('sqs')\ndef table():\n    return boto3.resource('dynamodb')\nTABLE = table()\nclass Store:\n    def __init__(self):\n        self.client = boto3.client('s3')\n";
    let kept: Vec<Kept> = of("app.py", python)
        .into_iter()
        .map(|found| found.3)
        .collect();
    assert_eq!(
        kept,
        [
            Kept::Environment,
            Kept::Environment,
            Kept::Environment,
            Kept::Object
        ]
    );
    let node = "let s3;\nfunction client() {\n  s3 ??= new S3Client({});\n  return s3;\n}\nlet db;\nasync function connect() {\n  if (!db) db = new MongoClient(url);\n  return db;\n}\nfunction make() { return new Redis(); }\nconst redis = make();\nclass Store { constructor() { this.client = new S3Client({}); } }\n";
    let kept: Vec<Kept> = of("index.js", node)
        .into_iter()
        .map(|found| found.3)
        .collect();
    assert_eq!(
        kept,
        [
            Kept::Environment,
            Kept::Environment,
            Kept::Environment,
            Kept::Object
        ]
    );
}

#[test]
fn names_that_only_look_alike_are_no_clients() {
    let python =
        "import requests\ndef h(e, c):\n    requests.get('x')\n    e.client('s3')\n    Redis()\n";
    assert_eq!(of("app.py", python), []);
    let node = "exports.handler = async () => { const x = new Map(); const y = new Client(); return helper(x); };\n";
    assert_eq!(of("index.js", node), []);
}

#[test]
fn what_can_not_be_read_is_said_to_be_unread() {
    let sources = [
        ("app.py", "def (:\n".to_owned()),
        ("index.js", "var a=1;".repeat(500)),
        ("data.json", "{}".into()),
    ];
    let found = find(&sources.map(|(path, text)| Source {
        path: path.into(),
        text,
    }));
    assert_eq!(found.unread, ["app.py", "index.js"]);
    assert!(found.found.is_empty());
}

#[test]
fn no_depth_overflows_the_stack_of_the_one_who_asks() {
    let python = |depth: usize| Source {
        path: "app.py".into(),
        text: format!(
            "import boto3\nboto3.client('s3')\nx = {}1\n",
            "-".repeat(depth)
        ),
    };
    assert_eq!(find(&[python(4_900)]).found.len(), 1);
    assert_eq!(find(&[python(300_000)]).unread, ["app.py"]);
}

mod lives;
