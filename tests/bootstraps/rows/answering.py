"""The ways in which JavaScript answers: promises, callbacks, and the old methods of the context."""

from .base import *  # noqa: F403


def _answer(name, body, value):
    return Case("answered by " + name, node=called(body), events=[{}, {}], node_expect=[Ok(value)] * 2)


def _failure(name, body, kind, message):
    return Case("failed by " + name, node=called(body), events=[{}, {}], node_expect=[Error(kind, message)] * 2)


CASES = [
    _answer("a callback", "callback(null, 1);", 1),
    _answer("a late callback", "setTimeout(() => callback(null, 2), 20);", 2),
    _answer("succeed", "context.succeed(3);", 3),
    _answer("done", "context.done(null, 4);", 4),
    _answer("a promise", "return Promise.resolve(5);", 5),
    _answer("a thenable", "return { then(resolve) { resolve(6); return this; }, catch() {} };", 6),
    _answer("the first of two", "callback(null, 7); callback(null, 8); return Promise.resolve(9);", 7),
    _answer("a value that is no promise", "return 10;", None),
    _answer("a promise that is never kept", "return new Promise(() => {});", None),
    _answer("undefined", "callback();", None),
    _answer("an array of promises", "callback(null, [Promise.resolve(1), 2]);", [{}, 2]),
    _failure("throwing", "throw new RangeError('a');", "RangeError", "a"),
    _failure("a callback", "callback(new Error('b'));", "Error", "b"),
    _failure("a text", "callback('c');", "string", "c"),
    _failure("fail", "context.fail(new TypeError('d'));", "TypeError", "d"),
    _failure("fail with nothing", "context.fail();", "string", "handled"),
    _failure("done", "context.done(new Error('done'));", "Error", "done"),
    _failure("a rejection", "return Promise.reject(new Error('e'));", "Error", "e"),
    _failure("a rejection with a number", "return Promise.reject(7);", "number", "7"),
    _failure("a rejection with an object", "return Promise.reject({ a: 1 });", "object", r"\[object Object\]"),
    _failure("a rejection with false", "return Promise.reject(false);", "boolean", "false"),
    _failure("what looks like an error", "callback({ name: 'N', message: 'm', stack: 's' });", "N", "m"),
    _failure("an array as an error", "callback([1, 2]);", "object", "1,2"),
    Case(
        "a callback waits for an empty event loop",
        node=called("setTimeout(() => console.log('late'), 80); callback(null, 1);"),
        node_expect=[Ok(1)],
        log="late",
    ),
    Case(
        "unless it is told not to",
        node=called("context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, 1);"),
        events=[{}, {}],
        node_expect=[Ok(1), Ok(1)],
    ),
    Case(
        "an async handler does not wait",
        node=answers("setInterval(() => {}, 1000); return 1;"),
        events=[{}, {}],
        node_expect=[Ok(1), Ok(1)],
    ),
    Case(
        "what an invoke left behind runs in the next",
        node="let left = 0;\n" + answers("const now = left; setImmediate(() => left++); return now;"),
        events=[{}, {}, {}],
        node_expect=[Ok(0), Ok(1), Ok(2)],
    ),
]
