"""Errors: types, messages, bodies and stack traces."""

from .base import *  # noqa: F403

UNREADABLE = "an error whose name, message or stack can't be read is reported in our own words"

CASES = [
    Case(
        "an error goes to the caller and the next invoke is served",
        python("if event: raise ValueError('no %s' % event['what'])\nreturn 'fine'"),
        answers("if (event.what) throw new RangeError(`no ${event.what}`); return 'fine';"),
        events=[{"what": "luck é"}, {}],
        expect=[Error("ValueError", "no luck é"), Ok("fine")],
        node_expect=[Error("RangeError", "no luck é"), Ok("fine")],
        log=r"\[ERROR\] ValueError: no luck é.Traceback \(most recent call last\):.\xa0\xa0File \"/var/task/|\tERROR\tInvoke Error \t{",
    ),
    Case(
        "an error of a class of one's own, with a cause",
        "class Broken(Exception): pass\n"
        + python("try:\n    {}['k']\nexcept KeyError as error:\n    raise Broken('deep', 7) from error"),
        "class Broken extends Error { constructor(m) { super(m); this.name = 'Broken'; } }\n"
        + answers("throw new Broken('deep');"),
        expect=[Error("Broken", r"\('deep', 7\)")],
        node_expect=[Error("Broken", "deep")],
    ),
    Case(
        "an error without a message",
        python("raise AssertionError()"),
        answers("throw new Error();"),
        expect=[Error("AssertionError", "")],
        node_expect=[Error("Error", "")],
    ),
    Case(
        "frames of several files",
        {
            "lambda_function.py": "from lib import inner\n" + python("return inner.fail(1)"),
            "lib/__init__.py": "",
            "lib/inner.py": "def fail(depth):\n    return fail(depth - 1) if depth else 1 / 0\n",
        },
        expect=[Error("ZeroDivisionError", "division by zero")],
    ),
    Case(
        "a recursion without end",
        python("return handler(event, context)"),
        "const deep = () => deep();\n" + answers("deep();"),
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
        "class Mute(Exception):\n    def __str__(self): raise RuntimeError('mute')\n" + python("raise Mute()"),
        expect=[Ends(1)],
    ),
    Case(
        "an error in a syntax that is run, not loaded",
        python("exec('def')"),
        expect=[Error("SyntaxError", "invalid syntax.*")],
    ),
    Case(
        "frames of several modules, in a helper that rejects later",
        node={
            "index.js": "const { inner } = require('./lib/inner'); exports.handler = async () => { await inner(2); };",
            "lib/inner.js": "exports.inner = async (depth) => { await null; if (depth) await exports.inner(depth - 1);"
            " throw new RangeError('deep'); };",
        },
        node_expect=[Error("RangeError", "deep")],
    ),
    Case(
        "an error thrown at once",
        node=called("throw new RangeError('at once');"),
        events=[{}, {}],
        node_expect=[Error("RangeError", "at once")] * 2,
        log="\tERROR\tInvoke Error \t{\"errorType\":\"RangeError\",\"errorMessage\":\"at once\",\"stack\":",
    ),
    Case(
        "an error in a timer's callback that is passed on",
        node=called("setTimeout(() => callback(new Error('later')), 5);"),
        node_expect=[Error("Error", "later")],
    ),
    Case(
        "an error with a code and fields",
        python("error = OSError(13, 'no entry', '/x')\nerror.extra = 7\nraise error"),
        answers("throw Object.assign(new Error('no entry'), { code: 'EACCES', extra: { a: [1] } });"),
        expect=[Error("PermissionError", r"\[Errno 13\] no entry: '/x'")],
        node_expect=[Error("Error", "no entry")],
        events=[{}],
    ),
    Case(
        "an error with a cause",
        node=answers("throw new Error('outer', { cause: new TypeError('inner') });"),
        node_expect=[Error("Error", "outer")],
    ),
    Case(
        "an aggregate of errors",
        python("raise ExceptionGroup('many', [ValueError(1), TypeError(2)])"),
        answers("await Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))]);"),
        node_expect=[Error("AggregateError", "All promises were rejected")],
    ),
    Case(
        "an error with notes",
        python("error = ValueError('noted')\nif hasattr(error, 'add_note'): error.add_note('a note')\nraise error"),
        expect=[Error("ValueError", "noted")],
    ),
    Case(
        "an error without a stack",
        node=answers("const error = new Error('bare'); error.stack = undefined; throw error;"),
        differs={"node": UNREADABLE},
    ),
    Case(
        "an error whose stack was written over",
        node=answers("const error = new Error('own'); error.stack = 'Error: own\\n    at nowhere'; throw error;"),
        node_expect=[Error("Error", "own")],
    ),
    Case(
        "an error whose name is no text",
        node=answers("const error = new Error('odd'); error.name = 7; throw error;"),
        differs={"node": UNREADABLE},
    ),
    Case(
        "an error whose message can't be read",
        node=answers("throw Object.defineProperty(new Error(), 'message', { get() { throw new Error('no'); } });"),
        differs={"node": UNREADABLE},
    ),
    Case(
        "an error that contains itself",
        node=answers("const error = new Error('ring'); error.self = error; throw error;"),
        node_expect=[Error("Error", "ring")],
    ),
    Case(
        "an error of a foreign realm",
        node=answers("throw require('vm').runInNewContext(\"new TypeError('far')\");"),
        node_expect=[Error("TypeError", "far")],
    ),
    Case(
        "control characters in a message",
        python("raise ValueError('a\\n\\tb\\x7f\\x00')"),
        answers("throw new Error('a\\n\\tb\\x7f');"),
        expect=[Error("ValueError", "a\n\tb\x7f\x00")],
        node_expect=[Error("Error", "a\n\tb%7F")],
    ),
    Case(
        "characters beyond ASCII in a type",
        "class Fehlerä(Exception): pass\n" + python("raise Fehlerä('ü')"),
        answers("const error = new Error('ü'); error.name = 'Fehlerä'; throw error;"),
        expect=[Error("Fehlerä", "ü")],
    ),
    Case(
        "undefined is thrown",
        node=answers("throw undefined;"),
        node_expect=[Error("string", "handled")],
    ),
    Case("null is thrown", node=called("throw null;")),
    Case(
        "a symbol is thrown",
        node=called("throw Symbol('s');"),
        status=129,
        node_expect=[Error("TypeError", "Cannot convert a Symbol value to a string")],
        differs={"node": "a symbol that is thrown ends the process with an error of our own words in the log"},
    ),
    Case(
        "a message of many lines",
        python("raise ValueError('one\\ntwo\\n  three')"),
        answers("throw new Error('one\\ntwo\\n  three');"),
        expect=[Error("ValueError", "one\ntwo\n  three")],
        node_expect=[Error("Error", "one\ntwo\n  three")],
    ),
    Case(
        "a long message",
        python("raise ValueError('x' * 30000)"),
        answers("throw new Error('x'.repeat(30000));"),
        expect=[Error("ValueError", "x{30000}")],
        node_expect=[Error("Error", "x{30000}")],
    ),
    Case(
        "an assertion",
        python("assert 1 == 2, 'unequal'"),
        answers("require('assert').strictEqual(1, 2);"),
        expect=[Error("AssertionError", "unequal")],
        node_expect=[Error("AssertionError", ".*1 !== 2.*")],
    ),
    Case(
        "frames of code that is run from text",
        python("exec(compile('def f():\\n  1/0\\nf()', 'made up', 'exec'), {})"),
        answers("new Function('throw new Error(\"made\")')();"),
        expect=[Error("ZeroDivisionError", "division by zero")],
        node_expect=[Error("Error", "made")],
    ),
    Case(
        "how the log shows an error where lines end",
        python("raise ValueError('one')"),
        node=called("console.log('one\\ntwo');"),
        expect=[Error("ValueError", "one")],
        node_expect=[Ok(None)],
        keeps="carriage returns",
        differs={
            "python": "an error's lines in the log end in line feeds, as on Lambda; without Lambda's own log channel"
            " awslambdaric ends them in carriage returns",
            "node": "a line break within a log line stays one, as on Lambda; without Lambda's own log channel"
            " aws-lambda-ric turns it into a carriage return",
        },
    ),
]
