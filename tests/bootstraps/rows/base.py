"""What a row of the table is made of: small functions in one or two languages, what is sent, and what must come of it."""

import re

__all__ = [
    "ASCII",
    "Case",
    "Ends",
    "Error",
    "InitError",
    "MARSHAL",
    "NON_ASCII",
    "Ok",
    "Raw",
    "Streamed",
    "answers",
    "called",
    "python",
    "returns",
]


class Ok:
    """A response that is this JSON."""

    def __init__(self, value):
        self.value = value

    def check(self, post):
        assert post.kind == "response", "%s: %s" % (post.kind, post.body)
        assert post.json == self.value, "%r, not %r" % (post.json, self.value)


class Raw:
    """A response that is these bytes."""

    def __init__(self, body):
        self.body = body

    def check(self, post):
        assert post.kind == "response", "%s: %s" % (post.kind, post.body)
        assert post.body == self.body, "%r, not %r" % (post.body, self.body)


class Error:
    """An error of this type whose message fits a regular expression."""

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
    """The same while loading; the process ends."""

    kind = "init/error"


class Streamed:
    """A streamed response, and the error in its trailers, if any."""

    def __init__(self, body, content_type="application/octet-stream", error=None):
        self.body = body
        self.content_type = content_type
        self.error = error

    def check(self, post):
        assert post.kind == "response", "%s: %s" % (post.kind, post.body)
        assert post.body == self.body, "%r, not %r" % (post.body, self.body)
        assert post.header("lambda-runtime-function-response-mode") == "streaming", post.headers
        assert post.header("content-type") == self.content_type, post.headers
        if self.error is None:
            assert post.trailing_error() is None, post.headers
        else:
            error = post.trailing_error()
            assert (error["errorType"], error["errorMessage"]) == self.error, error
            assert post.header("lambda-runtime-function-error-type") == self.error[0], post.headers


class Ends:
    """The process ends with this status and posts nothing."""

    def __init__(self, status):
        self.status = status


class Case:
    """One row. `python` and `node` are a function's source, or a dict of files; a row of one language has one of them.

    `expect` holds one entry an event, or only an `InitError` or `Ends`; `node_expect` where JavaScript's words are others.
    With `expect` empty it is enough that our client and AWS's do the same. `status` is how the process ends where that is
    not plain from `expect`. `log` is a regular expression for our client's log.

    `differs` says by language, in the words of docs/runtime-clients.md, in what our client differs from AWS's on purpose.
    `keeps` names what the comparison would otherwise level out, for the one row that is about it.
    """

    def __init__(
        self,
        name,
        python=None,
        node=None,
        expect=(),
        node_expect=None,
        events=({},),
        handler="lambda_function.handler",
        node_handler="index.handler",
        env=None,
        headers=None,
        log=None,
        status=None,
        limit=None,
        differs=None,
        keeps=None,
    ):
        self.name = name
        self.files = {
            "python": {"lambda_function.py": python} if isinstance(python, str) else python,
            "node": {"index.js": node} if isinstance(node, str) else node,
        }
        self.expect = {"python": list(expect), "node": list(expect if node_expect is None else node_expect)}
        self.handler = {"python": handler, "node": node_handler}
        self.events = list(events)
        self.env = env or {}
        self.headers = headers or {}
        self.log = log
        self.status = status
        self.limit = limit
        self.differs = differs or {}
        self.keeps = keeps


def python(body):
    """A Python handler with this body."""
    return "def handler(event, context):\n" + "".join("    %s\n" % line for line in body.splitlines())


def returns(expression, setup=""):
    """A Python handler that returns this."""
    return setup + "\n" + python("return " + expression)


def answers(body):
    """An async JavaScript handler with this body."""
    return "exports.handler = async (event, context) => { %s };" % body


def called(body):
    """A JavaScript handler of the old kind, with a callback."""
    return "exports.handler = (event, context, callback) => { %s };" % body


NON_ASCII = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}
ASCII = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.11"}
MARSHAL = "Runtime.MarshalError"
