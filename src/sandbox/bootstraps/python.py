"""lambench's Python runtime client: it speaks the Lambda Runtime API for functions that bring no client of their own.

What it does on the way to the first `next` is on the function's init clock, so it imports next to nothing: `_socket`
and `_json` instead of `socket`, `http.client` and `json`, and `logging` is set up at the moment when somebody imports
it. What a function can see is what it sees with awslambdaric.
"""

import importlib
import os
import sys
import time

import _json
import _socket

_API = "/2018-06-01/runtime/"
_SCALARS = frozenset((str, int, float, bool, type(None)))


class Fault(Exception):
    """An error that has a `Runtime.*` type of its own."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = trace


# --- JSON, as awslambdaric writes it (it uses simplejson), by the standard library's C halves -----------------------


class _Verbatim(str):
    """A number that is written digit by digit as it is: what becomes of a Decimal."""


def _string_encoder():
    version = os.environ.get("AWS_EXECUTION_ENV", "").partition("AWS_Lambda_python3.")[2]
    # From Python 3.12 on, Lambda leaves characters beyond ASCII as they are.
    if version.isdigit() and int(version) >= 12:
        return _json.encode_basestring
    return _json.encode_basestring_ascii


_encode_string = _string_encoder()


def _encode_string_or_number(text):
    return str.__str__(text) if type(text) is _Verbatim else _encode_string(text)


def _not_serializable(value):
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def _encode(value, string):
    encoder = _json.make_encoder({}, _not_serializable, string, None, ": ", ", ", False, False, True)
    return "".join(encoder(value, 0))


def to_json(value):
    """JSON text of a value."""
    try:
        text = _encode(value, _encode_string)
        if not _has_named_tuple(value):
            return text
    except TypeError:
        pass
    return _encode(_plain(value, set()), _encode_string_or_number)


def _has_named_tuple(value):
    stack = [value]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind is not dict and kind is not list and kind is not tuple and hasattr(kind, "_asdict"):
            return True
        if isinstance(value, dict):
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            continue
        stack.extend([item for item in value if type(item) not in _SCALARS])
    return False


def _plain(value, above):
    """The same value in types that the standard library can write: named tuples are objects, bytes are text."""
    kind = type(value)
    if kind in _SCALARS or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if id(value) in above:
        raise ValueError("Circular reference detected")
    above.add(id(value))
    if hasattr(kind, "_asdict"):
        plain = _plain(value._asdict(), above)
    elif isinstance(value, dict):
        plain = {_plain_key(key): _plain(item, above) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        plain = [_plain(item, above) for item in value]
    else:
        plain = _plain_number(value)
    above.discard(id(value))
    return plain


def _plain_key(key):
    if isinstance(key, bytes):
        return key.decode("utf-8")
    if key is None or isinstance(key, (str, int, float)):
        return key
    raise TypeError("keys must be str, int, float, bool or None, not %s" % type(key).__name__)


def _plain_number(value):
    decimal = sys.modules.get("decimal")
    if decimal is None or not isinstance(value, decimal.Decimal):
        _not_serializable(value)
    return float("nan") if value.is_nan() else _Verbatim(value)


def _no_constant(_name):
    raise ValueError("Expecting value: line 1 column 1 (char 0)")


class _Scanning:
    """What the C scanner wants to know."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = _no_constant
    memo = {}


_scan = _json.make_scanner(_Scanning)


def from_json(body):
    """The value of JSON bytes."""
    text = body.decode("utf-8").strip(" \t\n\r")
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except (StopIteration, SystemError, ValueError):
        # The scanner finds its error class only once `json.decoder` is there; without it, it fails without a word.
        pass
    import json

    return json.loads(text.lstrip("\ufeff"), parse_constant=_no_constant)


# --- the Runtime API ------------------------------------------------------------------------------------------------


class RuntimeApi:
    """One keep-alive HTTP/1.1 connection."""

    def __init__(self, address):
        self.address = address
        self.socket = None
        self.received = b""

    def next(self):
        """Waits for an invoke: its headers, names in lower case, and the event's bytes."""
        status, headers, body = self._request("GET", "invocation/next")
        if status != 200:
            raise RuntimeError("asking for the next invoke: the Runtime API answered %d" % status)
        return headers, body

    def respond(self, request_id, body, content_type):
        """Hands over what the handler returned. Text that can't be encoded is no error of the handler's any more."""
        body = body if isinstance(body, bytes) else body.encode("utf-8")
        self._post("invocation/%s/response" % request_id, body, content_type)

    def fail(self, request_id, error):
        """Hands over an error of the handler."""
        self._post("invocation/%s/error" % request_id, to_json(error).encode("utf-8"))

    def fail_init(self, error):
        """Hands over an error that ends this environment."""
        kind = error["errorType"].encode("ascii", "backslashreplace").decode("ascii")
        body = to_json(error).encode("utf-8")
        self._post("init/error", body, headers="Lambda-Runtime-Function-Error-Type: %s\r\n" % kind)

    def _post(self, path, body, content_type="application/json", headers=""):
        headers += "Content-Type: %s\r\nContent-Length: %d\r\n" % (content_type, len(body))
        status = self._request("POST", path, headers, body)[0]
        if status != 202:
            raise RuntimeError("posting to %s: the Runtime API answered %d" % (path, status))

    def _request(self, method, path, headers="", body=b""):
        if self.socket is None:
            self._connect()
        head = "%s %s%s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (method, _API, path, self.address, headers)
        self.socket.sendall(head.encode("ascii") + body)
        return self._response()

    def _connect(self):
        host, _, port = self.address.rpartition(":")
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.received = b""

    def _response(self):
        lines = self._until(b"\r\n\r\n").decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunks()
        else:
            body = self._exactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.socket.close()
            self.socket = None
        return int(lines[0].split(" ", 2)[1]), headers, body

    def _chunks(self):
        body = b""
        while True:
            size = int(self._until(b"\r\n").partition(b";")[0], 16)
            if size == 0:
                while self._until(b"\r\n"):
                    pass
                return body
            body += self._exactly(size)
            self._exactly(2)

    def _until(self, mark):
        while mark not in self.received:
            self.received += self._receive()
        found, _, self.received = self.received.partition(mark)
        return found

    def _exactly(self, size):
        parts = [self.received]
        missing = size - len(self.received)
        while missing > 0:
            part = self._receive()
            parts.append(part)
            missing -= len(part)
        received = b"".join(parts)
        self.received = received[size:]
        return received[:size]

    def _receive(self):
        part = self.socket.recv(262144)
        if not part:
            raise ConnectionError("the Runtime API closed the connection")
        return part


# --- what the function sees: the context, the streams, logging ------------------------------------------------------


class _Record:
    """An object made of a dict, with a fixed set of attributes."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        return _show(self, self.__slots__)


def _show(value, names):
    pairs = ",".join("%s=%s" % (name, getattr(value, name, None)) for name in names)
    return "%s([%s])" % (type(value).__name__, pairs)


class CognitoIdentity(_Record):
    """`context.identity`."""

    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Record):
    """`context.client_context.client`."""

    __slots__ = (
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    )


class ClientContext(_Record):
    """`context.client_context`."""

    __slots__ = ("custom", "env", "client")


class LambdaContext:
    """The handler's second argument."""

    def __init__(self, headers):
        environ = os.environ
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        client = _header_json(headers, "lambda-runtime-client-context", "Client Context")
        trace = client.pop("w3c", None) if isinstance(client, dict) else None
        trace = trace if isinstance(trace, dict) else {}
        names = ("traceparent", "tracestate", "baggage")
        self._w3c = {name: trace[name] for name in names if isinstance(trace.get(name), str)}
        self.client_context = None if client is None else ClientContext(client)
        if client is not None and self.client_context.client is not None:
            self.client_context.client = Client(self.client_context.client)
        identity = _header_json(headers, "lambda-runtime-cognito-identity", "Cognito Identity") or {}
        self.identity = CognitoIdentity(
            {
                "cognito_identity_id": identity.get("cognitoIdentityId"),
                "cognito_identity_pool_id": identity.get("cognitoIdentityPoolId"),
            }
        )
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self):
        """Milliseconds until the invoke times out, never below 0."""
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def w3c(self):
        """The W3C trace context that came with the invoke."""
        return dict(self._w3c)

    def log(self, message):
        """Writes to the log as it is."""
        sys.stdout.write(str(message))

    def __repr__(self):
        return _show(
            self,
            (
                "aws_request_id",
                "log_group_name",
                "log_stream_name",
                "function_name",
                "memory_limit_in_mb",
                "function_version",
                "invoked_function_arn",
                "client_context",
                "identity",
                "tenant_id",
            ),
        )


def _header_json(headers, header, what):
    text = headers.get(header)
    if not text:
        return None
    try:
        return from_json(text.encode("utf-8"))
    except Exception as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (what, error))


class Unbuffered:
    """A text stream whose every write leaves the process at once."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        self.stream.write(text)
        self.stream.flush()

    def writelines(self, lines):
        self.stream.writelines(lines)
        self.stream.flush()


class _Current:
    """The invoke that is being served, for log lines."""

    request_id = None
    tenant_id = None


def _json_logs():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


class LoggingHook:
    """Importing `logging` costs more than all the rest of this client, and many functions never do. So the root handler
    is put there when `logging` is imported, before whoever imports it can look."""

    def install(self):
        """From now on, or at once where something had imported it before."""
        if "logging" in sys.modules:
            set_up_logging(sys.modules["logging"])
        else:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                self.loader, spec.loader = spec.loader, self
                return spec
        return None

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        # From here on nothing shows that anybody stood between.
        sys.meta_path.remove(self)
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        if hasattr(module, "getLogger"):
            set_up_logging(module)


def set_up_logging(logging):
    """Lambda's handler on the root logger: time, request id and message, or one JSON object a record."""

    class LambdaLoggerFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = _Current.request_id or ""
            record.tenant_id = _Current.tenant_id
            return True

    class LambdaLoggerHandler(logging.Handler):
        def emit(self, record):
            sys.stdout.write(self.format(record))

    logging.Formatter.converter = time.gmtime
    handler = LambdaLoggerHandler()
    if _json_logs():
        handler.setFormatter(_json_formatter(logging))
    else:
        handler.setFormatter(
            logging.Formatter(
                "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n",
                "%Y-%m-%dT%H:%M:%S",
            )
        )
    handler.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = "DEBUG" if level == "TRACE" else level
    if level in ("DEBUG", "INFO", "WARN", "WARNING", "ERROR", "FATAL", "CRITICAL"):
        root.setLevel(level)
    root.addHandler(handler)


def _json_formatter(logging):
    import json
    import traceback

    known = set(vars(logging.makeLogRecord({}))) | {"aws_request_id", "tenant_id"}

    class JsonFormatter(logging.Formatter):
        def format(self, record):
            # As in awslambdaric, levels between the known ones count as the one below.
            record.levelno = min(50, max(0, record.levelno)) // 10 * 10
            record.levelname = logging.getLevelName(record.levelno)
            raised = record.exc_info
            kind, error, trace = raised or (None, None, None)
            is_object = isinstance(record.msg, dict) and not record.args
            fields = {
                "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
                "level": record.levelname,
                "message": record.msg if is_object else record.getMessage(),
                "logger": record.name,
                "stackTrace": traceback.format_tb(trace) if raised else None,
                "errorType": kind.__name__ if raised else None,
                "errorMessage": str(error) if raised else None,
                "requestId": getattr(record, "aws_request_id", None),
                "location": "%s:%s:%s" % (record.pathname, record.funcName, record.lineno) if raised else None,
                "tenantId": getattr(record, "tenant_id", None),
            }
            for name, value in vars(record).items():
                if name not in known:
                    fields.setdefault(name, value)
            fields = {name: value for name, value in fields.items() if value is not None}
            return json.dumps(fields, ensure_ascii=False, default=str) + "\n"

    return JsonFormatter()


# --- errors ---------------------------------------------------------------------------------------------------------


def error_body(kind, message, trace, request_id=""):
    """The body that Lambda hands to the caller."""
    return {
        "errorMessage": message or "",
        "errorType": kind or "",
        "requestId": request_id or "",
        "stackTrace": trace or [],
    }


def error_of(error, request_id=""):
    """The body for an exception that is being handled; the frames of this file are not the function's business."""
    if isinstance(error, Fault):
        return error_body(error.kind, error.message, error.trace, request_id)
    import traceback

    own = error_of.__code__.co_filename
    frames = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != own
    ]
    return error_body(type(error).__name__, str(error), traceback.format_list(frames), request_id)


def log_error(error):
    """Writes an error to the log as Lambda shows it."""
    if _json_logs():
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        sys.stdout.write(to_json(dict({"timestamp": stamp, "level": "ERROR"}, **error)) + "\n")
        return
    kind, message = error["errorType"], error["errorMessage"]
    lines = [
        "[ERROR]"
        + (" " + kind if kind else "")
        + (":" if kind and message else "")
        + (" " + message if message else "")
    ]
    lines.append("Traceback (most recent call last):")
    for entry in error["stackTrace"]:
        for line in entry.splitlines() or [""]:
            text = line.lstrip(" ")
            # No-break spaces, as on Lambda: log viewers eat the others.
            lines.append("\u00a0" * (len(line) - len(text)) + text)
    sys.stdout.write("\n".join(lines) + "\n")


# --- the life of an environment -------------------------------------------------------------------------------------


def load_handler(name):
    """The function that `module.function` names; `/` in the module's part is `.`."""
    try:
        module_name, function = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error))
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module %s as a handler module" % module_name,
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '%s': %s" % (module_name, error),
            ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)],
        )
    try:
        return getattr(module, function)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, module_name))


def unmarshal(body, content_type):
    """The event: JSON, unless the platform says that it is something else."""
    if content_type != "application/json":
        return body
    try:
        return from_json(body)
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)


def marshal(response):
    """What the handler returned, as text or bytes, and its content type."""
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        text = to_json(response)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error)
    return text, "application/json"


def serve_one(api, handler):
    """Waits for one invoke and serves it."""
    headers, body = api.next()
    request_id = headers["lambda-runtime-aws-request-id"]
    _Current.request_id = request_id
    _Current.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
    if "lambda-runtime-trace-id" in headers:
        os.environ["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        context = LambdaContext(headers)
        event = unmarshal(body, headers.get("content-type", "application/json"))
        response = handler(event, context)
        answer, content_type = marshal(response)
    except Exception as error:
        failure = error_of(error, request_id)
        log_error(failure)
        api.fail(request_id, failure)
    else:
        api.respond(request_id, answer, content_type)


def main():
    """Loads the handler and serves invokes until the environment ends."""
    # The package comes first, in the place of the client's own folder.
    if not getattr(sys.flags, "safe_path", False):
        del sys.path[0]
    sys.path.insert(0, os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd())
    sys.stdout = Unbuffered(sys.stdout)
    sys.stderr = Unbuffered(sys.stderr)
    sys.argv[1:] = [os.environ["_HANDLER"]]
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    LoggingHook().install()
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:
        failure = error_of(error)
        log_error(failure)
        api.fail_init(failure)
        sys.exit(1)
    while True:
        serve_one(api, handler)


if __name__ == "__main__":
    main()
