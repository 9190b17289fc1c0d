"""Our Node client: the table's Node twins, and what only JavaScript has."""

import base64
import json
import re
import unittest

import harness
from cases import CASES, Ends

CLIENT = harness.BOOTSTRAPS / "node.cjs"
NODE = harness.node()
TABLE = [case for case in CASES if case.node]


def drive(files, events=({},), handler="index.handler", **more):
    files = {"index.js": files} if isinstance(files, str) else files
    return harness.drive([NODE, CLIENT], files, handler, events, **more)


class TheTable(unittest.TestCase):
    def test_the_table(self):
        for case in TABLE:
            with self.subTest(case=case.name):
                seen = drive(case.node, case.events, case.node_handler, env=case.env, headers=case.headers)
                if isinstance(case.node_expect[0], Ends):
                    self.assertEqual((seen.posts, seen.status), ([], case.node_expect[0].status), seen.log)
                    continue
                self.assertEqual(len(seen.posts), len(case.node_expect), seen.log)
                for expected, post in zip(case.node_expect, seen.posts):
                    expected.check(post)
                init = seen.posts[0].kind == "init/error"
                self.assertEqual(seen.status, 129 if init else None, seen.log)

    def test_no_row_shows_the_client_itself(self):
        for case in TABLE:
            with self.subTest(case=case.name):
                seen = drive(case.node, case.events, case.node_handler, env=case.env, headers=case.headers)
                for post in seen.posts:
                    self.assertNotIn(str(CLIENT).encode(), post.body)


class Modules(unittest.TestCase):
    def test_every_kind_of_module(self):
        esm = "import { readFileSync } from 'node:fs'; export const handler = async () => typeof readFileSync;"
        cjs = "exports.handler = async () => typeof require;"
        package = {"package.json": '{"type": "module"}'}
        for name, files in {
            "mjs": {"index.mjs": esm},
            "cjs": {"index.cjs": cjs},
            "js": {"index.js": cjs},
            "js in a module package": dict(package, **{"index.js": esm}),
            "cjs in a module package": dict(package, **{"index.cjs": cjs}),
            "js below a package of its own": dict(package, **{"sub/package.json": "{}", "sub/index.js": cjs}),
        }.items():
            with self.subTest(name):
                handler = "sub/index.handler" if "sub/index.js" in files else "index.handler"
                self.assertEqual(drive(files, handler=handler).result(), "function")

    def test_a_default_export_is_looked_into(self):
        files = {"index.mjs": "export default { handler: async () => 'from default' };"}
        self.assertEqual(drive(files).result(), "from default")

    def test_a_named_export_goes_before_the_default(self):
        files = {"index.mjs": "export default { handler: async () => 1 }; export const handler = async () => 2;"}
        self.assertEqual(drive(files).result(), 2)

    def test_top_level_await_is_part_of_init(self):
        files = {
            "index.mjs": "const value = await new Promise((r) => setTimeout(r, 30, 'waited'));"
            "export const handler = async () => value;"
        }
        self.assertEqual(drive(files).result(), "waited")

    def test_a_missing_import_is_an_init_error(self):
        seen = drive({"index.mjs": "import 'not-installed';"})
        self.assertEqual((seen.only().kind, seen.status), ("init/error", 129))
        self.assertIn("not-installed", seen.only().json["errorMessage"])


class Answers(unittest.TestCase):
    def test_every_way_of_answering(self):
        for name, body, expected in [
            ("callback", "callback(null, 1);", 1),
            ("late callback", "setTimeout(() => callback(null, 2), 20);", 2),
            ("succeed", "context.succeed(3);", 3),
            ("done", "context.done(null, 4);", 4),
            ("a promise", "return Promise.resolve(5);", 5),
            ("a thenable", "return { then(resolve) { resolve(6); } };", 6),
            ("the first of two", "callback(null, 7); callback(null, 8); return Promise.resolve(9);", 7),
            ("a value that is no promise", "return 10;", None),
            ("a promise that is never kept", "return new Promise(() => {});", None),
            ("undefined", "callback();", None),
            ("a function", "callback(null, () => 1);", None),
        ]:
            with self.subTest(name):
                seen = drive("exports.handler = (event, context, callback) => { %s };" % body, [{}, {}])
                self.assertEqual([(p.kind, p.json) for p in seen.posts], [("response", expected)] * 2, seen.log)

    def test_every_way_of_failing(self):
        for name, body, kind, message in [
            ("throw", "throw new RangeError('a');", "RangeError", "a"),
            ("callback", "callback(new Error('b'));", "Error", "b"),
            ("a text", "callback('c');", "string", "c"),
            ("fail", "context.fail(new TypeError('d'));", "TypeError", "d"),
            ("fail with nothing", "context.fail();", "string", "handled"),
            ("rejection", "return Promise.reject(new Error('e'));", "Error", "e"),
            ("a number", "return Promise.reject(7);", "number", "7"),
            ("what looks like an error", "callback({ name: 'N', message: 'm', stack: 's' });", "N", "m"),
            ("a BigInt", "callback(null, 1n);", "Error", "Unable to stringify response body"),
        ]:
            with self.subTest(name):
                source = "exports.handler = (event, context, callback) => { %s };" % body
                seen = drive(source, [{}, {}])
                self.assertEqual([p.kind for p in seen.posts], ["error"] * 2, seen.log)
                self.assertEqual((seen.posts[1].json["errorType"], seen.posts[1].json["errorMessage"]), (kind, message))
                self.assertIn("ERROR\tInvoke Error", seen.log)

    def test_a_callback_waits_for_an_empty_event_loop(self):
        source = "exports.handler = (e, c, done) => { setTimeout(() => console.log('late'), 80); done(null, 1); };"
        seen = drive(source)
        self.assertEqual((seen.result(), "late" in seen.log), (1, True))

    def test_unless_it_is_told_not_to(self):
        source = (
            "exports.handler = (e, c, done) => { c.callbackWaitsForEmptyEventLoop = false;"
            "setInterval(() => {}, 1000); done(null, 1); };"
        )
        self.assertEqual([post.json for post in drive(source, [{}, {}]).posts], [1, 1])

    def test_an_async_handler_does_not_wait(self):
        source = "exports.handler = async () => { setInterval(() => {}, 1000); return 1; };"
        self.assertEqual([post.json for post in drive(source, [{}, {}]).posts], [1, 1])

    def test_chunked_events_are_read(self):
        event = {"text": "é" * 1000}
        seen = drive("exports.handler = async (event) => event;", [event, 5], chunked=True)
        self.assertEqual([post.json for post in seen.posts], [event, 5])


class Uncaught(unittest.TestCase):
    def test_a_rejection_that_nobody_handles_ends_the_environment(self):
        seen = drive(
            "exports.handler = async () => { Promise.reject(new Error('r')); await new Promise((f) => setTimeout(f, 5000)); };"
        )
        self.assertEqual((seen.only().kind, seen.status), ("error", 128))
        self.assertEqual(seen.only().json["errorType"], "Runtime.UnhandledPromiseRejection")
        self.assertEqual(seen.only().json["errorMessage"], "Error: r")

    def test_an_exception_that_nobody_catches_too(self):
        seen = drive(
            "exports.handler = async () => { setTimeout(() => { throw new TypeError('t'); }); await new Promise((f) => setTimeout(f, 5000)); };"
        )
        self.assertEqual((seen.only().kind, seen.status), ("error", 129))
        self.assertEqual(seen.only().json["errorType"], "TypeError")

    def test_a_rejection_while_loading_is_an_init_error(self):
        seen = drive("Promise.reject(new Error('early')); exports.handler = async () => 1;")
        self.assertEqual((seen.only().kind, seen.status), ("init/error", 128))

    def test_an_exception_between_invokes_ends_the_process(self):
        source = "exports.handler = async () => { setTimeout(() => { throw new Error('late'); }, 50); return 1; };"
        # The harness kills a process that waits for an invoke that never comes, so the second one keeps it busy.
        seen = drive(
            source
            + "let n = 0; const first = exports.handler; exports.handler = async () => n++ ? new Promise((f) => setTimeout(f, 5000)) : first();",
            [{}, {}],
        )
        self.assertEqual(seen.posts[0].json, 1)
        self.assertEqual(seen.status, 129)


class Streaming(unittest.TestCase):
    def stream(self, body, events=({}, {})):
        return drive(
            "exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { %s });" % body, events
        )

    def test_chunks_arrive_as_they_were_written(self):
        seen = self.stream(
            "stream.setContentType('text/plain'); stream.write('é'); stream.write(Buffer.from('b'));"
            "stream.write({ c: context.awsRequestId }); await new Promise((f) => setTimeout(f, 10)); stream.end('!');"
        )
        for number, post in enumerate(seen.posts, 1):
            self.assertEqual(post.body.decode(), 'éb{"c":"request-%d"}!' % number)
            self.assertEqual(post.headers["Lambda-Runtime-Function-Response-Mode"], "streaming")
            self.assertEqual(post.headers["Content-Type"], "text/plain")
            self.assertNotIn("Lambda-Runtime-Function-Error-Type", post.headers)
        self.assertEqual(len(seen.posts), 2)

    def test_a_prelude_comes_first(self):
        seen = self.stream(
            "stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); stream.write('x'); stream.end();",
            [{}],
        )
        self.assertEqual(seen.only().body, b'{"statusCode":201}' + bytes(8) + b"x")
        self.assertEqual(seen.only().headers["Content-Type"], "application/vnd.awslambda.http-integration-response")

    def test_a_pipeline_ends_it(self):
        seen = self.stream(
            "await require('stream/promises').pipeline(require('stream').Readable.from(['a', 'b']), stream);"
        )
        self.assertEqual([post.body for post in seen.posts], [b"ab", b"ab"])

    def test_a_large_stream(self):
        seen = self.stream("for (let i = 0; i < 64; i++) stream.write('x'.repeat(32768)); stream.end();", [{}])
        self.assertEqual(len(seen.only().body), 64 * 32768)

    def test_an_error_on_the_way_is_in_the_trailers(self):
        for name, body in [
            ("thrown", "stream.write('part'); throw new RangeError('mid é');"),
            ("never ended", "stream.write('part');"),
        ]:
            with self.subTest(name):
                seen = self.stream(body)
                self.assertEqual([post.body for post in seen.posts], [b"part"] * 2, seen.log)
                headers = seen.posts[1].headers
                error = json.loads(base64.b64decode(headers["Lambda-Runtime-Function-Error-Body"]))
                self.assertEqual(error["errorType"], headers["Lambda-Runtime-Function-Error-Type"])
                expected = "mid é" if name == "thrown" else "Response stream is not finished."
                self.assertEqual(error["errorMessage"], expected)

    def test_a_handler_that_is_not_async_fails(self):
        seen = drive("exports.handler = awslambda.streamifyResponse((event, stream) => 1);", [{}, {}])
        for post in seen.posts:
            error = json.loads(base64.b64decode(post.headers["Lambda-Runtime-Function-Error-Body"]))
            self.assertEqual(error["errorMessage"], "Streaming does not support non-async handlers.")
        self.assertEqual(len(seen.posts), 2)

    def test_the_content_type_comes_too_late(self):
        seen = self.stream("stream.write('x'); await 1; stream.setContentType('text/html');", [{}])
        self.assertEqual(seen.only().headers["Lambda-Runtime-Function-Error-Type"], "Runtime.InvalidStreamingOperation")


class Console(unittest.TestCase):
    STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"

    def test_lines_have_time_request_and_level(self):
        source = (
            "console.log('loading');exports.handler = async () => { console.log('a %d', 1, { b: 2 }); console.info('i');"
            "console.debug('d'); console.warn('w'); console.error('e'); console.trace('t'); };"
        )
        lines = drive(source).log.splitlines()
        self.assertRegex(lines[0], "^%s\tundefined\tINFO\tloading$" % self.STAMP)
        rest = [("INFO", "a 1 { b: 2 }"), ("INFO", "i"), ("DEBUG", "d"), ("WARN", "w"), ("ERROR", "e"), ("TRACE", "t")]
        self.assertEqual(len(lines), 7)
        for line, (level, text) in zip(lines[1:], rest):
            self.assertRegex(line, "^%s\trequest-1\t%s\t%s$" % (self.STAMP, level, re.escape(text)))

    def test_lines_as_json(self):
        source = (
            "exports.handler = async () => { console.log({ a: 1 }); console.error('x %s', 'y', new TypeError('z')); };"
        )
        first, second = map(json.loads, drive(source, env={"AWS_LAMBDA_LOG_FORMAT": "JSON"}).log.splitlines())
        self.assertEqual((first["level"], first["message"], first["requestId"]), ("INFO", {"a": 1}, "request-1"))
        self.assertEqual((second["level"], second["errorType"], second["errorMessage"]), ("ERROR", "TypeError", "z"))
        self.assertTrue(second["message"].startswith("x y TypeError: z"))

    def test_lower_levels_can_be_left_out(self):
        source = "exports.handler = async () => { console.info('no'); console.warn('yes'); };"
        log = drive(source, env={"AWS_LAMBDA_LOG_LEVEL": "WARN"}).log
        self.assertTrue("yes" in log and "no" not in log, log)

    def test_a_flood_of_lines_is_whole(self):
        for before in ["", "process.stdout.write('own\\n');"]:
            with self.subTest(before):
                flood = "for (let i = 0; i < 20000; i++) console.log('line', i); process.exit(0);"
                log = drive("exports.handler = async () => { %s %s };" % (before, flood)).log
                self.assertEqual(log.count("line"), 20000)


if __name__ == "__main__":
    unittest.main()
