"""The table: small functions, what is sent to them, and what a caller must get. One row, two languages.

`python` and `node` are the function's source, or a dict of files. `expect` holds one entry an event: `ok(value)`,
`error(type, message)` where a message is a regular expression, or, as the only entry, `init_error(...)` or `ends(status)`.
An entry may differ between languages: `node_expect`.
"""

import re


class Ok:
    def __init__(self, value):
        self.value = value

    def check(self, post):
        assert post.kind == "response", "%s: %s" % (post.kind, post.body)
        assert post.json == self.value, "%r, not %r" % (post.json, self.value)


class Raw:
    def __init__(self, body):
        self.body = body

    def check(self, post):
        assert post.kind == "response", "%s: %s" % (post.kind, post.body)
        assert post.body == self.body, "%r, not %r" % (post.body, self.body)


class Error:
    kind = "error"

    def __init__(self, error_type, message):
        self.error_type = error_type
        self.message = message

    def check(self, post):
        assert post.kind == self.kind, "%s: %s" % (post.kind, post.body)
        body = post.json
        assert body["errorType"] == self.error_type, body
        assert re.fullmatch(self.message, body["errorMessage"], re.DOTALL), body
        assert isinstance(body.get("stackTrace", body.get("trace")), list), body


class InitError(Error):
    kind = "init/error"


class Ends:
    """The process ends with this status and posts nothing."""

    def __init__(self, status):
        self.status = status


class Case:
    def __init__(
        self,
        name,
        python=None,
        node=None,
        expect=(),
        node_expect=None,
        events=({},),
        handler=None,
        node_handler="index.handler",
        env=None,
        headers=None,
        log=None,
    ):
        self.name = name
        self.python = {"lambda_function.py": python} if isinstance(python, str) else python
        self.node = {"index.js": node} if isinstance(node, str) else node
        self.expect = list(expect)
        self.node_expect = list(expect if node_expect is None else node_expect)
        self.events = list(events)
        self.handler = handler or "lambda_function.handler"
        self.node_handler = node_handler
        self.env = env or {}
        self.headers = headers or {}
        self.log = log


def _python(body):
    return "def handler(event, context):\n" + "".join("    %s\n" % line for line in body.splitlines())


def _returns(expression, setup=""):
    return setup + "\n" + _python("return " + expression)


def _async(body):
    return "exports.handler = async (event, context) => { %s };" % body


NON_ASCII = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}
ASCII = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
MARSHAL = "Runtime.MarshalError"

CASES = [
    Case(
        "the event comes back",
        _python("return event"),
        _async("return event;"),
        events=[{"a": [1, 2.5, None, True, "é\u2028\U0001f600"]}, [], "text", 7, None],
        expect=[Ok({"a": [1, 2.5, None, True, "é\u2028\U0001f600"]}), Ok([]), Ok("text"), Ok(7), Ok(None)],
    ),
    Case(
        "a large event and a large response",
        _python("return event['text'] + 'x'"),
        _async("return event.text + 'x';"),
        events=[{"text": "é" * 500000}],
        expect=[Ok("é" * 500000 + "x")],
    ),
    Case("nothing is null", _python("pass"), _async(""), expect=[Ok(None)]),
    Case(
        "globals live from one invoke to the next",
        "count = 0\n" + _python("global count\ncount += 1\nreturn count"),
        "let count = 0;\n" + _async("return ++count;"),
        events=[{}] * 3,
        expect=[Ok(1), Ok(2), Ok(3)],
    ),
    Case(
        "the context",
        _returns(
            "[context.aws_request_id, context.function_name, context.function_version, context.invoked_function_arn,"
            " context.memory_limit_in_mb, context.log_group_name, context.log_stream_name, context.client_context,"
            " context.identity.cognito_identity_id, 20000 < context.get_remaining_time_in_millis() <= 30000,"
            " os.environ['_X_AMZN_TRACE_ID']]",
            "import os",
        ),
        _async(
            "const c = context, left = c.getRemainingTimeInMillis();"
            "return [c.awsRequestId, c.functionName, c.functionVersion, c.invokedFunctionArn, c.memoryLimitInMB,"
            " c.logGroupName, c.logStreamName, c.clientContext ?? null, c.identity ?? null, 20000 < left && left <= 30000,"
            " process.env._X_AMZN_TRACE_ID];"
        ),
        events=[{}, {}],
        expect=[
            Ok(
                [
                    "request-%d" % number,
                    "sample",
                    "$LATEST",
                    "arn:aws:lambda:us-east-1:000000000000:function:sample",
                    "128",
                    "/aws/lambda/sample",
                    "2026/01/02/[$LATEST]abc",
                    None,
                    None,
                    True,
                    "Root=1-trace-%d" % number,
                ]
            )
            for number in (1, 2)
        ],
    ),
    Case(
        "no trace header, no trace variable",
        _returns("os.environ.get('_X_AMZN_TRACE_ID')", "import os"),
        _async("return process.env._X_AMZN_TRACE_ID;"),
        env={"_X_AMZN_TRACE_ID": "left over"},
        headers={"Lambda-Runtime-Trace-Id": None},
        expect=[Ok(None)],
    ),
    Case(
        "the client context and identity",
        _returns(
            "[context.client_context.custom, context.client_context.env, context.client_context.client.app_title,"
            " context.client_context.client.installation_id, context.identity.cognito_identity_id,"
            " context.identity.cognito_identity_pool_id]"
        ),
        _async(
            "const c = context.clientContext, i = context.identity;"
            "return [c.custom, c.env, c.client.app_title, null, i.cognitoIdentityId, i.cognitoIdentityPoolId];"
        ),
        headers={
            "Lambda-Runtime-Client-Context": '{"custom":{"k":"v"},"env":{"locale":"ko"},"client":{"app_title":"app"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
        },
        expect=[Ok([{"k": "v"}, {"locale": "ko"}, "app", None, "id", "pool"])],
    ),
    Case(
        "a broken client context",
        _python("return 1"),
        _async("return 1;"),
        headers={"Lambda-Runtime-Client-Context": "nonsense"},
        expect=[Error("Runtime.LambdaContextUnmarshalError", "Unable to parse Client Context JSON: .*")],
        node_expect=[Error("Error", "Cannot parse ClientContext as json: .*")],
    ),
    Case(
        "the context as text",
        _returns("[repr(context), sorted(name for name in dir(context) if name[0] != '_')]"),
        expect=[],
    ),
    Case(
        "an error goes to the caller and the next invoke is served",
        _python("if event: raise ValueError('no %s' % event['what'])\nreturn 'fine'"),
        _async("if (event.what) throw new RangeError(`no ${event.what}`); return 'fine';"),
        events=[{"what": "luck é"}, {}],
        expect=[Error("ValueError", "no luck é"), Ok("fine")],
        node_expect=[Error("RangeError", "no luck é"), Ok("fine")],
        log=r"\[ERROR\] ValueError: no luck é.Traceback \(most recent call last\):.\xa0\xa0File \"/var/task/",
    ),
    Case(
        "an error of a class of one's own, with a cause",
        "class Broken(Exception): pass\n"
        + _python("try:\n    {}['k']\nexcept KeyError as error:\n    raise Broken('deep', 7) from error"),
        "class Broken extends Error { constructor(m) { super(m); this.name = 'Broken'; } }\n"
        + _async("throw new Broken('deep');"),
        expect=[Error("Broken", r"\('deep', 7\)")],
        node_expect=[Error("Broken", "deep")],
    ),
    Case(
        "an error without a message",
        _python("raise AssertionError()"),
        _async("throw new Error();"),
        expect=[Error("AssertionError", "")],
        node_expect=[Error("Error", "")],
    ),
    Case(
        "frames of several files",
        {
            "lambda_function.py": "from lib import inner\n" + _python("return inner.fail(1)"),
            "lib/__init__.py": "",
            "lib/inner.py": "def fail(depth):\n    return fail(depth - 1) if depth else 1 / 0\n",
        },
        expect=[Error("ZeroDivisionError", "division by zero")],
    ),
    Case(
        "a recursion without end",
        _python("return handler(event, context)"),
        "const deep = () => deep();\n" + _async("deep();"),
        expect=[Error("RecursionError", "maximum recursion depth exceeded.*")],
        node_expect=[Error("RangeError", "Maximum call stack size exceeded")],
    ),
    Case(
        "a handler that takes nothing",
        "def handler(): return 1\n",
        expect=[Error("TypeError", r"handler\(\) takes 0 positional arguments but 2 were given")],
    ),
    Case(
        "an error whose text can't be made",
        "class Mute(Exception):\n    def __str__(self): raise RuntimeError('mute')\n" + _python("raise Mute()"),
        expect=[Ends(1)],
    ),
    Case(
        "an error in a syntax that is run, not loaded",
        _python("exec('def')"),
        expect=[Error("SyntaxError", "invalid syntax.*")],
    ),
    # What may be returned.
    Case("bytes go out as they are", _returns("b'\\xff\\x00'"), expect=[Raw(b"\xff\x00")]),
    Case("bytes within are text", _returns("{'k': 'é'.encode(), b'b': 1}"), expect=[Ok({"k": "é", "b": 1})]),
    Case(
        "bytes within that are no text", _returns("[b'\\xff']"), expect=[Error(MARSHAL, ".*can't decode byte 0xff.*")]
    ),
    Case(
        "characters beyond ASCII are escaped before Python 3.12",
        _returns("'é\\u2028\\x7f'"),
        env=ASCII,
        expect=[Raw(b'"\\u00e9\\u2028\\u007f"')],
    ),
    Case(
        "and written as they are from then on",
        _returns("['é\\u2028\\x7f', '\\x01\"\\\\']"),
        env=NON_ASCII,
        expect=[Raw('["é\u2028\x7f", "\\u0001\\"\\\\"]'.encode())],
    ),
    Case(
        "numbers as Python writes them",
        _returns("[1.0, 1e100, 2**70, float('nan'), float('-inf'), True, -0.0]"),
        expect=[Raw(b"[1.0, 1e+100, 1180591620717411303424, NaN, -Infinity, true, -0.0]")],
    ),
    Case(
        "decimals keep their digits",
        _returns("{'a': [D('1.10'), D('NaN'), D('1E+5')], 'é': 'é', 'n': D('-0')}", "from decimal import Decimal as D"),
        env=NON_ASCII,
        expect=[Raw('{"a": [1.10, NaN, 1E+5], "é": "é", "n": -0}'.encode())],
    ),
    Case(
        "a named tuple is an object",
        _returns("[P(1, P(2, (3,))), {'p': P(4, [])}]", "import collections\nP = collections.namedtuple('P', 'x y')"),
        expect=[Raw(b'[{"x": 1, "y": {"x": 2, "y": [3]}}, {"p": {"x": 4, "y": []}}]')],
    ),
    Case(
        "keys that are no text",
        _returns("{1: 1, 2.5: 2, None: 3, False: 4}"),
        _async("return {1: 1, 2.5: 2, [null]: 3, [false]: 4};"),
        expect=[Ok({"1": 1, "2.5": 2, "null": 3, "false": 4})],
    ),
    Case(
        "enums",
        _returns("[E.A, {E.A: S.A}]", "import enum\nclass E(enum.IntEnum): A = 1\nclass S(str, enum.Enum): A = 'a'"),
        expect=[Ok([1, {"1": "a"}])],
    ),
    Case(
        "a set can't be returned",
        _returns("{1}"),
        expect=[Error(MARSHAL, "Unable to marshal response: Object of type set is not JSON serializable")],
    ),
    Case(
        "nor can a generator",
        _python("yield 1"),
        expect=[Error(MARSHAL, ".*Object of type generator is not JSON serializable")],
    ),
    Case(
        "nor a coroutine",
        "async def handler(event, context): return 1\n",
        expect=[Error(MARSHAL, ".*Object of type coroutine is not JSON serializable")],
    ),
    Case(
        "nor a date",
        _returns("datetime.date(2026, 1, 2)", "import datetime"),
        expect=[Error(MARSHAL, ".*Object of type date is not JSON serializable")],
    ),
    Case(
        "nor a class",
        _returns("collections.namedtuple('P', 'x')", "import collections"),
        expect=[Error(MARSHAL, ".*Object of type type is not JSON serializable")],
    ),
    Case(
        "nor a tuple as a key",
        _returns("{(1, 2): 3}"),
        expect=[Error(MARSHAL, ".*keys must be str, int, float, bool or None, not tuple")],
    ),
    Case(
        "nor what contains itself",
        _python("event['self'] = event\nreturn event"),
        _async("event.self = event; return event;"),
        expect=[Error(MARSHAL, "Unable to marshal response: Circular reference detected")],
        node_expect=[Error("Error", "Unable to stringify response body")],
    ),
    Case(
        "nor what is too deep",
        _python("value = []\nfor _ in range(100000): value = [value]\nreturn value"),
        expect=[Error(MARSHAL, "Unable to marshal response: maximum recursion depth exceeded.*")],
    ),
    Case("half a character ends the process", _returns("'\\ud800'"), env=NON_ASCII, expect=[Ends(1)]),
    # What may be sent.
    Case(
        "an event that is no JSON",
        _python("return event"),
        _async("return event;"),
        events=[b"nonsense", b"\xff", b'{"fine": 1}'],
        expect=[
            Error("Runtime.UnmarshalError", r"Unable to unmarshal input: Expecting value: line 1 column 1 \(char 0\)"),
            Error("Runtime.UnmarshalError", "Unable to unmarshal input: .*can't decode byte 0xff.*"),
            Ok({"fine": 1}),
        ],
        node_expect=[
            Error("SyntaxError", "Unexpected token.*"),
            Error("SyntaxError", "Unexpected token.*"),
            Ok({"fine": 1}),
        ],
    ),
    Case(
        "NaN is no JSON either",
        _python("return event"),
        events=[b"NaN"],
        expect=[Error("Runtime.UnmarshalError", ".*Expecting value: line 1 column 1 .char 0.")],
    ),
    Case(
        "white space, doubled keys and half characters",
        _returns("[event, 1]"),
        _async("return [event, 1];"),
        events=[b' {"a": 1, "a": 2}\n', b"\t[ ]"],
        expect=[Ok([{"a": 2}, 1]), Ok([[], 1])],
    ),
    Case(
        "what is not JSON by its type is handed on",
        _returns("repr(event)"),
        headers={"Content-Type": "text/plain"},
        events=[b"hello"],
        expect=[Ok("b'hello'")],
    ),
    # Loading.
    Case(
        "a handler in a folder",
        {
            "app/sub/main.py": "from app.sub import other\ndef run(event, context): return other.VALUE\n",
            "app/sub/other.py": "VALUE = 3\n",
        },
        {
            "app/sub/main.js": "const other = require('./other'); exports.deep = { run: async () => other.VALUE };",
            "app/sub/other.js": "exports.VALUE = 3;",
        },
        handler="app/sub/main.run",
        node_handler="app/sub/main.deep.run",
        expect=[Ok(3)],
    ),
    Case(
        "a handler by a dotted name",
        {"app/main.py": _python("return __name__")},
        handler="app.main.handler",
        expect=[Ok("app.main")],
    ),
    Case(
        "a handler that is a class", "class handler:\n    def __new__(cls, event, context): return 5\n", expect=[Ok(5)]
    ),
    Case(
        "the package is the first place to import from",
        {
            "lambda_function.py": "import sys\nimport json\n" + _python("return [sys.path[0], json.MINE]"),
            "json.py": "MINE = True\n",
        },
        # awslambdaric has imported what it needs before; so the comparison has its own case.
        expect=[Ok(["/var/task", True])],
    ),
    Case(
        "the first place to import from",
        _returns("sys.path[0]", "import sys"),
        expect=[Ok("/var/task")],
    ),
    Case(
        "with a safe path the package is still first, and nothing is lost",
        _returns("[sys.path[0], '/nowhere/else' in sys.path]", "import sys"),
        env={"PYTHONSAFEPATH": "1", "PYTHONPATH": "/nowhere/else"},
        expect=[Ok(["/var/task", True])],
    ),
    Case(
        "a handler name without a dot",
        _python("return 1"),
        _async("return 1;"),
        handler="handler",
        node_handler="handler",
        expect=[
            InitError(
                "Runtime.MalformedHandlerName",
                r"Bad handler 'handler': not enough values to unpack \(expected 2, got 1\)",
            )
        ],
        node_expect=[InitError("Runtime.MalformedHandlerName", "Bad handler")],
    ),
    Case(
        "a handler name that climbs",
        node=_async("return 1;"),
        node_handler="../index.handler",
        node_expect=[InitError("Runtime.MalformedHandlerName", "'../index.handler' is not a valid handler name.*")],
    ),
    Case(
        "a module that isn't there",
        {"other.py": ""},
        {"other.js": ""},
        expect=[
            InitError(
                "Runtime.ImportModuleError",
                "Unable to import module 'lambda_function': No module named 'lambda_function'",
            )
        ],
        node_expect=[
            InitError(
                "Runtime.ImportModuleError",
                "Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs",
            )
        ],
    ),
    Case(
        "a module that it needs isn't there",
        "import not_installed\n" + _python("return 1"),
        "require('not-installed');" + _async("return 1;"),
        expect=[
            InitError(
                "Runtime.ImportModuleError",
                "Unable to import module 'lambda_function': No module named 'not_installed'",
            )
        ],
        node_expect=[
            InitError(
                "Runtime.ImportModuleError",
                "Error: Cannot find module 'not-installed'\nRequire stack:\n- /var/task/index.js.*",
            )
        ],
    ),
    Case(
        "a function that isn't there",
        _python("return 1"),
        _async("return 1;"),
        handler="lambda_function.missing",
        node_handler="index.missing",
        expect=[InitError("Runtime.HandlerNotFound", "Handler 'missing' missing on module 'lambda_function'")],
        node_expect=[InitError("Runtime.HandlerNotFound", "index.missing is undefined or not exported")],
    ),
    Case(
        "a handler that is no function",
        "handler = 7\n",
        "exports.handler = 7;",
        expect=[Error("TypeError", "'int' object is not callable")],
        node_expect=[InitError("Runtime.HandlerNotFound", "index.handler is not a function")],
    ),
    Case(
        "broken syntax",
        "def handler(event context): pass\n",
        "exports.handler = async ( => 1;",
        expect=[
            InitError(
                "Runtime.UserCodeSyntaxError",
                r"Syntax error in module 'lambda_function': .* \(lambda_function.py, line 1\)",
            )
        ],
        node_expect=[InitError("Runtime.UserCodeSyntaxError", "SyntaxError: .*")],
    ),
    Case(
        "a module that is part of Python",
        _python("return 1"),
        handler="sys.exit",
        expect=[InitError("Runtime.BuiltInModuleConflict", "Cannot use built-in module sys as a handler module")],
    ),
    Case(
        "an error while loading",
        "def check(): raise OSError(2, 'no such thing')\ncheck()\n",
        "throw new TypeError('at load');",
        expect=[InitError("FileNotFoundError", r"\[Errno 2\] no such thing")],
        node_expect=[InitError("TypeError", "at load")],
    ),
    # Ends.
    Case("an exit while loading", "import sys\nsys.exit(3)\n", "process.exit(3);", expect=[Ends(3)]),
    Case("an exit in the handler", _python("import sys\nsys.exit(4)"), _async("process.exit(4);"), expect=[Ends(4)]),
    Case("an exit with words", _python("raise SystemExit('bye')"), expect=[Ends(1)], log="bye"),
    Case("an exit in haste", _python("import os\nos._exit(9)"), expect=[Ends(9)]),
    Case("an interrupt", _python("raise KeyboardInterrupt()"), expect=[Ends(-2)], log="KeyboardInterrupt"),
    # The log.
    Case(
        "log lines",
        "import logging\nlogging.warning('loading')\n"
        + _python(
            "logging.getLogger().setLevel('INFO')\nlogging.getLogger('x').info('serving %d', 7)\nlogging.debug('unseen')"
        ),
        expect=[Ok(None)],
        log=r"\[WARNING\]\t[0-9-]{10}T[0-9:]{8}\.\d{3}Z\t\tloading\n\[INFO\]\t[0-9-]{10}T[0-9:.]{12}Z\trequest-1\tserving 7\n$",
    ),
    Case(
        "the root logger has one handler before anybody looks",
        "import logging\nBEFORE = len(logging.getLogger().handlers)\nlogging.basicConfig(level='DEBUG')\n"
        + _python(
            "root = logging.getLogger()\n"
            "return [BEFORE, len(root.handlers), type(root.handlers[0]).__name__, root.level, logging.root is root,"
            " logging.__spec__.loader is logging.__loader__, type(logging.__loader__).__name__,"
            " logging.Formatter.converter is __import__('time').gmtime]"
        ),
        expect=[Ok([1, 1, "LambdaLoggerHandler", 30, True, True, "SourceFileLoader", True])],
    ),
    Case(
        "looking for logging without importing it changes nothing",
        "import importlib.util\nFOUND = importlib.util.find_spec('logging') is not None\nimport logging\n"
        + _python("return [FOUND, len(logging.getLogger().handlers)]"),
        expect=[Ok([True, 1])],
    ),
    Case(
        "log lines as JSON",
        "import logging\n"
        + _python(
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('split %s', 'x', extra={'order': 7})"
        ),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
        log=r'{"timestamp": "[0-9TZ:-]{20}", "level": "ERROR", "message": "split x", "logger": "root", "stackTrace": \["  File .*'
        r'"errorType": "ZeroDivisionError", "errorMessage": "division by zero", "requestId": "request-1", "location": ".*", "order": 7}\n',
    ),
    Case(
        "the log level that is set for the function",
        "import logging\n" + _python("logging.debug('seen')\nreturn logging.getLogger().level"),
        env={"AWS_LAMBDA_LOG_LEVEL": "TRACE"},
        expect=[Ok(10)],
        log=r"\[DEBUG\]\t.*seen",
    ),
    Case(
        "an error in the log as JSON",
        _python("raise ValueError('é')"),
        env=dict(NON_ASCII, AWS_LAMBDA_LOG_FORMAT="JSON"),
        expect=[Error("ValueError", "é")],
        log=r'{"timestamp": "[0-9TZ:-]{20}", "level": "ERROR", "errorMessage": "é", "errorType": "ValueError", "requestId": "request-1", "stackTrace": \[',
    ),
    Case(
        "what is printed is there at once, also when the process dies",
        _python("import os\nprint('last words', end='')\nos._exit(1)"),
        expect=[Ends(1)],
        log="last words$",
    ),
    Case(
        "threads go on while an invoke is waited for",
        "import threading, time\nseen = []\nthreading.Thread(target=lambda: seen.append(1), daemon=True).start()\n"
        + _python("time.sleep(0.05)\nreturn seen"),
        expect=[Ok([1])],
    ),
]
