"""Streamed responses: `awslambda.streamifyResponse`."""

from .base import *  # noqa: F403

PRELUDE = "application/vnd.awslambda.http-integration-response"


def _streams(name, body, expect, events=({}, {}), **more):
    source = "exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { %s });" % body
    return Case(name, node=source, events=events, node_expect=expect, **more)


CASES = [
    _streams(
        "chunks arrive as they were written",
        "stream.setContentType('text/plain'); stream.write('é'); stream.write(Buffer.from('b'));"
        "stream.write({ c: context.awsRequestId }); await new Promise((f) => setTimeout(f, 10)); stream.end('!');",
        [Streamed(('éb{"c":"request-%d"}!' % number).encode(), "text/plain") for number in (1, 2)],
    ),
    _streams(
        "status and headers come before the body",
        "const metadata = { statusCode: 201, headers: { 'X-A': 'b' }, cookies: ['c'] };"
        "stream = awslambda.HttpResponseStream.from(stream, metadata); stream.write('x'); stream.end();",
        [Streamed(b'{"statusCode":201,"headers":{"X-A":"b"},"cookies":["c"]}' + bytes(8) + b"x", PRELUDE)],
        [{}],
    ),
    _streams(
        "status and headers without a body",
        "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 204 }); stream.write(''); stream.end();",
        [],
        [{}],
    ),
    _streams(
        "a pipeline ends it",
        "await require('stream/promises').pipeline(require('stream').Readable.from(['a', 'b']), stream);",
        [Streamed(b"ab"), Streamed(b"ab")],
    ),
    _streams(
        "a large stream",
        "for (let i = 0; i < 64; i++) stream.write('x'.repeat(32768)); stream.end();",
        [Streamed(b"x" * 64 * 32768)],
        [{}],
    ),
    _streams("nothing but the end", "stream.end();", [Streamed(b""), Streamed(b"")]),
    _streams("bytes that are no text", "stream.end(Buffer.from([255, 0, 128]));", [Streamed(b"\xff\x00\x80")], [{}]),
    _streams(
        "a value is returned too",
        "stream.end('x'); return 5;",
        [Streamed(b"x")] * 2,
        log="WARN\tStreaming handlers ignore return values.",
    ),
    _streams(
        "an error in mid-stream is in the trailers",
        "stream.write('part'); throw new RangeError('mid é');",
        [Streamed(b"part", error=("RangeError", "mid é"))] * 2,
        log="ERROR\tInvoke Error \t{\"errorType\":\"RangeError\"",
    ),
    _streams(
        "an error before anything was written",
        "throw new TypeError('early');",
        [Streamed(b"", error=("TypeError", "early"))] * 2,
    ),
    _streams(
        "a text thrown in mid-stream",
        "stream.write('part'); throw 'words';",
        [Streamed(b"part", error=("string", "words"))] * 2,
    ),
    _streams(
        "the content type comes too late",
        "stream.write('x'); await 1; stream.setContentType('text/html');",
        [
            Streamed(
                b"x",
                error=("Runtime.InvalidStreamingOperation", "Cannot set content-type, too late."),
            )
        ],
        [{}],
    ),
    _streams(
        "what the stream offers",
        "const methods = Object.keys(stream).filter((key) => typeof stream[key] === 'function').length > 0;"
        "const kinds = ['write', 'end', 'on', 'once', 'emit', 'cork', 'uncork', 'destroy', 'setContentType'];"
        "stream.end(JSON.stringify([methods, kinds.map((key) => typeof stream[key]), stream.writable,"
        " stream.writableEnded, stream.writableFinished, typeof stream.writableHighWaterMark]));",
        [],
        [{}],
    ),
    _streams(
        "what the context has",
        "stream.end(JSON.stringify(Object.entries(context).map(([key, value]) => [key, typeof value]).sort()));",
        [],
        [{}],
    ),
    Case(
        "a streaming handler that is not async",
        node="exports.handler = awslambda.streamifyResponse((event, stream) => 1);",
        events=[{}, {}],
        node_expect=[Streamed(b"", error=("string", "Streaming does not support non-async handlers."))] * 2,
    ),
    Case(
        "a high-water mark",
        node="exports.handler = awslambda.streamifyResponse(async (event, stream) => {"
        "stream.end(String(stream.write('x'.repeat(100))).length + ''); }, { highWaterMark: 10 });",
        node_expect=[],
        differs={"node": "a stream's `highWaterMark` counts from the first write on; aws-lambda-ric's only once its connection is up"},
    ),
    Case(
        "streaming can be turned off",
        node=answers("return typeof awslambda;"),
        env={"AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA": "1"},
        node_expect=[Ok("undefined")],
    ),
    Case(
        "an unknown kind of streaming",
        node="exports.handler = async () => 1;"
        "exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';",
        node_expect=[InitError("Runtime.MalformedStreamingHandler", "Only response streaming is supported.")],
        differs={"node": "an unknown kind of streaming handler is a `Runtime.MalformedStreamingHandler`, as in aws-lambda-ric 4; version 3 breaks on it"},
    ),
]
