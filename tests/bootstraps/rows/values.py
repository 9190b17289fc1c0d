"""What may be returned."""

from .base import *  # noqa: F403

REFUSED = "what stands in the log when the Runtime API refuses a response, as one over 6 MB, is in our own words"

CASES = [
    Case("bytes go out as they are", returns("b'\\xff\\x00'"), expect=[Raw(b"\xff\x00")]),
    Case("bytes within are text", returns("{'k': 'é'.encode(), b'b': 1}"), expect=[Ok({"k": "é", "b": 1})]),
    Case(
        "bytes within that are no text", returns("[b'\\xff']"), expect=[Error(MARSHAL, ".*can't decode byte 0xff.*")]
    ),
    Case(
        "characters beyond ASCII are escaped before Python 3.12",
        returns("'é\\u2028\\x7f'"),
        env=ASCII,
        expect=[Raw(b'"\\u00e9\\u2028\\u007f"')],
    ),
    Case(
        "and written as they are from then on",
        returns("['é\\u2028\\x7f', '\\x01\"\\\\']"),
        env=NON_ASCII,
        expect=[Raw('["é\u2028\x7f", "\\u0001\\"\\\\"]'.encode())],
    ),
    Case(
        "numbers as Python writes them",
        returns("[1.0, 1e100, 2**70, float('nan'), float('-inf'), True, -0.0]"),
        expect=[Raw(b"[1.0, 1e+100, 1180591620717411303424, NaN, -Infinity, true, -0.0]")],
    ),
    Case(
        "decimals keep their digits",
        returns("{'a': [D('1.10'), D('NaN'), D('1E+5')], 'é': 'é', 'n': D('-0')}", "from decimal import Decimal as D"),
        env=NON_ASCII,
        expect=[Raw('{"a": [1.10, NaN, 1E+5], "é": "é", "n": -0}'.encode())],
    ),
    Case(
        "a named tuple is an object",
        returns("[P(1, P(2, (3,))), {'p': P(4, [])}]", "import collections\nP = collections.namedtuple('P', 'x y')"),
        expect=[Raw(b'[{"x": 1, "y": {"x": 2, "y": [3]}}, {"p": {"x": 4, "y": []}}]')],
    ),
    Case(
        "keys that are no text",
        returns("{1: 1, 2.5: 2, None: 3, False: 4}"),
        answers("return {1: 1, 2.5: 2, [null]: 3, [false]: 4};"),
        expect=[Ok({"1": 1, "2.5": 2, "null": 3, "false": 4})],
    ),
    Case(
        "enums",
        returns("[E.A, {E.A: S.A}]", "import enum\nclass E(enum.IntEnum): A = 1\nclass S(str, enum.Enum): A = 'a'"),
        expect=[Ok([1, {"1": "a"}])],
    ),
    Case(
        "a set can't be returned",
        returns("{1}"),
        expect=[Error(MARSHAL, "Unable to marshal response: Object of type set is not JSON serializable")],
    ),
    Case(
        "nor can a generator",
        python("yield 1"),
        expect=[Error(MARSHAL, ".*Object of type generator is not JSON serializable")],
    ),
    Case(
        "nor a coroutine",
        "async def handler(event, context): return 1\n",
        expect=[Error(MARSHAL, ".*Object of type coroutine is not JSON serializable")],
    ),
    Case(
        "nor a date",
        returns("datetime.date(2026, 1, 2)", "import datetime"),
        expect=[Error(MARSHAL, ".*Object of type date is not JSON serializable")],
    ),
    Case(
        "nor a class",
        returns("collections.namedtuple('P', 'x')", "import collections"),
        expect=[Error(MARSHAL, ".*Object of type type is not JSON serializable")],
    ),
    Case(
        "nor a tuple as a key",
        returns("{(1, 2): 3}"),
        expect=[Error(MARSHAL, ".*keys must be str, int, float, bool or None, not tuple")],
    ),
    Case(
        "nor what contains itself",
        python("event['self'] = event\nreturn event"),
        answers("event.self = event; return event;"),
        expect=[Error(MARSHAL, "Unable to marshal response: Circular reference detected")],
        node_expect=[Error("Error", "Unable to stringify response body")],
    ),
    Case(
        "nor what is too deep",
        python("value = []\nfor _ in range(100000): value = [value]\nreturn value"),
        expect=[Error(MARSHAL, "Unable to marshal response: maximum recursion depth exceeded.*")],
    ),
    Case("half a character ends the process", returns("'\\ud800'"), env=NON_ASCII, expect=[Ends(1)]),
    Case(
        "what JSON leaves out",
        node=answers("return { a: undefined, b: () => 1, c: Symbol('c'), d: [undefined, () => 1, Symbol('d')], e: null };"),
        node_expect=[Ok({"d": [None, None, None], "e": None})],
    ),
    Case(
        "numbers as JavaScript writes them",
        node=answers("return [NaN, Infinity, -0, 1e21, 0.1 + 0.2, 2 ** 53];"),
        node_expect=[Raw(b"[null,null,0,1e+21,0.30000000000000004,9007199254740992]")],
    ),
    Case(
        "objects of many kinds",
        node=answers(
            "return [new Date(0), Buffer.from('ab'), new Uint8Array([1, 2]), new Map([[1, 2]]), new Set([1]), /x/,"
            " new Error('e'), Object(1), [, 1], { toJSON: () => 'made' }];"
        ),
        node_expect=[
            Ok(
                [
                    "1970-01-01T00:00:00.000Z",
                    {"type": "Buffer", "data": [97, 98]},
                    {"0": 1, "1": 2},
                    {},
                    {},
                    {},
                    {},
                    1,
                    [None, 1],
                    "made",
                ]
            )
        ],
    ),
    Case("a function is returned", python("return print"), answers("return () => 1;"), node_expect=[Error("TypeError", "Wrong arguments")]),
    Case("a symbol is returned", node=answers("return Symbol('s');")),
    Case("text is returned", python("return 'plain'"), answers("return 'plain';"), expect=[Raw(b'"plain"')]),
    Case("a promise in a promise", node=answers("return Promise.resolve(Promise.resolve(3));"), node_expect=[Ok(3)]),
    Case("a promise in an object", node=answers("return { p: Promise.resolve(3) };"), node_expect=[Ok({"p": {}})]),
    Case("a generator is returned", node="exports.handler = function* () { yield 1; };", node_expect=[Ok(None)]),
    Case(
        "an async generator is returned", node="exports.handler = async function* () { yield 1; };", node_expect=[Ok(None)]
    ),
    Case("nor a BigInt", node=answers("return 1n;"), node_expect=[Error("Error", "Unable to stringify response body")]),
    Case(
        "nor a BigInt by a callback",
        node=called("context.callbackWaitsForEmptyEventLoop = false; callback(null, { a: 1n });"),
        events=[{}, {}],
    ),
    Case("nor a BigInt that waits", node=called("callback(null, 1n);"), events=[{}, {}]),
    Case(
        "nor what refuses to be written",
        node=answers("return { toJSON() { throw new Error('no'); } };"),
        node_expect=[Error("Error", "Unable to stringify response body")],
    ),
    Case("half a character is escaped", node=answers("return '\\ud800';"), node_expect=[Raw(b'"\\ud800"')]),
    Case(
        "a response of six megabytes",
        python("return 'x' * 6000000"),
        answers("return 'x'.repeat(6000000);"),
        expect=[Raw(b'"' + b"x" * 6000000 + b'"')],
    ),
    Case(
        "a response that the Runtime API refuses as too large",
        python("return 'x' * event"),
        answers("return 'x'.repeat(event);"),
        events=[2000, 1],
        limit=1000,
        expect=[],
        node_expect=[Raw(b'"' + b"x" * 2000 + b'"'), Ok("x")],
        differs={"python": REFUSED, "node": REFUSED},
    ),
    Case(
        "a time, a UUID and a path",
        returns("[D(2026, 1, 2)]", "from datetime import datetime as D"),
        expect=[Error(MARSHAL, ".*Object of type datetime is not JSON serializable")],
    ),
    Case(
        "subclasses of what JSON knows",
        returns(
            "[collections.OrderedDict(a=1), collections.Counter('aab'), T('t'), I(3), F(1.5), L([1])]",
            "import collections\nclass T(str): pass\nclass I(int): pass\nclass F(float): pass\nclass L(list): pass",
        ),
        expect=[Ok([{"a": 1}, {"a": 2, "b": 1}, "t", 3, 1.5, [1]])],
    ),
    Case("a dataclass", returns("D(1)", "import dataclasses\n@dataclasses.dataclass\nclass D:\n    x: int")),
    Case("a range", returns("range(3)")),
    Case("an iterator", returns("iter([1])")),
    Case("a view of a dict", returns("{'a': 1}.keys()")),
    Case("a byte array", returns("bytearray(b'x')")),
    Case("a complex number", returns("1j")),
    Case("an exception", returns("ValueError('v')")),
    Case("not implemented", returns("NotImplemented")),
    Case("an ellipsis", returns("...")),
    Case("a very large number", returns("10 ** 5000"), expect=[]),
    Case("what says how it is in JSON", "class J:\n    def _asdict(self): return {'j': 1}\n" + python("return J()")),
    Case("what claims to be a dict", "class J:\n    def for_json(self): return {'j': 1}\n" + python("return [J()]")),
    Case("keys that are bytes or decimals", returns("{D('1.5'): 1}", "from decimal import Decimal as D")),
    Case("keys that sort badly", returns("{'b': 1, 'a': 2, 3: 3}"), expect=[Raw(b'{"b": 1, "a": 2, "3": 3}')]),
]
