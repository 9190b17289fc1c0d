"""The Node hook of `lambench profile`: what it records, and that the function stays what it is; under our client and AWS's."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bootstraps"))
import harness  # noqa: E402

HOOK = harness.REPOSITORY / "src/profile/hooks/node"
NODE = harness.node()
OURS = {"lambench_profile": True}
BUSY = "const until = Date.now() + 60; while (Date.now() < until) {}\n"


def clients():
    ric = harness.aws_lambda_ric()
    return [
        ("ours", [NODE, harness.BOOTSTRAPS / "node.cjs"]),
        ("AWS's", [NODE, harness.BOOTSTRAPS / "aws-lambda-ric.mjs", ric / harness.package_main(ric)]),
    ]


def drive(files, handler, events=(OURS,), defer=None, argv=None, active=None):
    """With `defer` the handler that only puts imports off; with `active`, as in a start that is measured."""
    env = {"LAMBENCH_PROFILE_HANDLER": handler, "LAMBENCH_DEFER": defer, "LAMBENCH_DEFER_ACTIVE": active}
    argv = argv or [NODE, harness.BOOTSTRAPS / "node.cjs"]
    ours = HOOK / ("profile.handler" if defer is None else "defer.handler")
    return harness.drive(argv, files, str(ours), list(events), env=env)


class Recording:
    """The last answer of a process, by names."""

    def __init__(self, seen):
        self.all = seen.posts[-1].json
        self.modules = {module["name"]: module for module in self.all["modules"]}

    def edges(self):
        name = lambda index: None if index is None else self.all["modules"][index]["name"]  # noqa: E731
        return {
            (name(e["from"]), name(e["to"]), e.get("line"), e["phase"], name(e.get("at")), e.get("function"))
            for e in self.all["imports"]
        }

    def by(self, name):
        by = self.modules[name].get("loaded_by")
        return None if by is None else self.all["modules"][by]["name"]


SHOP = {
    "src/app.js": """const slow = require("slow");
const data = require("../data.json");
const { pick } = require("./pick");
pick();
exports.api = { handler: async (event) => ({ ...event, late: require("./late") }) };
""",
    "src/pick.js": """require("slow");
function inner() { return require("quick/part"); }
exports.pick = () => inner();
""",
    "src/late.js": "require('inspector');\nmodule.exports = 'late';\n",
    "data.json": '{"a": 1}',
    "node_modules/slow/index.js": BUSY + "require('quick');\n",
    "node_modules/quick/index.js": "require('http');\n",
    "node_modules/quick/part.js": "",
    "node_modules/@scope/it/main.js": "module.exports = 1;",
}


class WhatIsRecorded(unittest.TestCase):
    def test_every_import_of_a_function_in_common_js(self):
        for name, argv in clients():
            with self.subTest(name):
                seen = drive(SHOP, "src/app.api.handler", [{"x": 1}, OURS, OURS], argv=argv)
                self.assertEqual(seen.posts[0].json, {"x": 1, "late": "late"})
                recording = Recording(seen)
                edges = recording.edges()
                for edge in [
                    ("src/app.js", "slow/index.js", 1, "init", None, None),
                    ("src/app.js", "data.json", 2, "init", None, None),
                    ("src/app.js", "src/pick.js", 3, "init", None, None),
                    # Loaded before: needed all the same.
                    ("src/pick.js", "slow/index.js", 1, "init", None, None),
                    # In a function of one module, while another initialises.
                    ("src/app.js", "quick/part.js", 2, "init", "src/pick.js", "inner"),
                    ("src/app.js", "src/late.js", 5, "first", None, "handler"),
                ]:
                    self.assertIn(edge, edges)
                self.assertEqual(recording.by("quick/index.js"), "slow/index.js")
                self.assertEqual(recording.modules["quick/part.js"]["line"], 4)
                self.assertEqual(recording.modules["slow/index.js"]["distribution"], "slow")
                self.assertEqual(recording.modules["slow/index.js"]["file"], "/var/task/node_modules/slow/index.js")
                self.assertTrue(recording.modules["src/app.js"]["own"])
                self.assertEqual(recording.modules["src/late.js"]["phase"], "first")
                self.assertEqual(recording.all["handler"], "src/app.api.handler")
                self.assertGreaterEqual(recording.all["first_ms"], 0)
                if name == "ours":
                    # AWS's client has loaded it for itself.
                    self.assertEqual(recording.by("node:http"), "quick/index.js")

    def test_a_modules_time_is_its_own(self):
        recording = Recording(drive(SHOP, "src/app.api.handler"))
        slow = recording.modules["slow/index.js"]["self_ms"]
        self.assertGreaterEqual(slow, 59)
        self.assertLess(recording.modules["src/app.js"]["self_ms"], slow)
        together = sum(module["self_ms"] for module in recording.all["modules"])
        self.assertLessEqual(together, recording.all["total_ms"] + 0.01)
        self.assertLess(recording.all["total_ms"] - together, 59)

    def test_waiting_is_no_work(self):
        waits = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400); exports.handler = async () => 1;"
        waiting = Recording(drive({"index.js": waits}, "index.handler")).all
        self.assertGreaterEqual(waiting["total_ms"], 399)
        self.assertLess(waiting["cpu_ms"], 200)

    def test_es_modules_and_what_they_need(self):
        files = {
            "app.mjs": """#!/usr/bin/env node
import { one } from "./one.mjs";
import slow from
  "slow";
import http from "node:http";
export const handler = async () => [one, slow, typeof http.get, (await import("./late.mjs")).default];
""",
            "one.mjs": "import './two.mjs'; const Symbol = 5, globalThis = 6; export const one = Symbol;",
            "two.mjs": BUSY.replace("60", "400"),
            "late.mjs": "export default 'late';",
            "node_modules/slow/package.json": '{"name": "slow", "main": "main.cjs"}',
            "node_modules/slow/main.cjs": "require('./part.cjs'); module.exports = 'slow';",
            "node_modules/slow/part.cjs": "",
        }
        typed = {name.replace("app.mjs", "app.js"): text for name, text in files.items()} | {"package.json": '{"type": "module"}'}
        for name, argv in clients():
            for given, file in [(files, "app.mjs"), (typed, "app.js")]:
                with self.subTest((name, file)):
                    seen = drive(given, "app.handler", [{}, OURS], argv=argv)
                    self.assertEqual(seen.posts[0].json, [5, "slow", "function", "late"])
                    recording = Recording(seen)
                    edges = recording.edges()
                    for edge in [
                        (file, "one.mjs", 2, "init", None, None),
                        (file, "slow/main.cjs", 4, "init", None, None),
                        ("one.mjs", "two.mjs", 1, "init", None, None),
                        ("slow/main.cjs", "slow/part.cjs", 1, "init", None, None),
                        (file, "late.mjs", 6, "first", None, None),
                    ]:
                        self.assertIn(edge, edges)
                    self.assertGreaterEqual(recording.modules["two.mjs"]["self_ms"], 399)
                    self.assertLess(recording.modules["one.mjs"]["self_ms"], 399)
                    self.assertEqual(recording.by("slow/main.cjs"), file)
                    self.assertTrue("es-modules" in recording.all["notes"])

    def test_two_copies_of_a_package_are_two(self):
        files = {
            "index.js": "require('a'); require('b'); exports.handler = async () => 1;",
            "node_modules/a/index.js": "require('b');",
            "node_modules/a/node_modules/b/index.js": "",
            "node_modules/b/index.js": "",
        }
        recording = Recording(drive(files, "index.handler"))
        self.assertEqual(list(recording.modules), ["index.js", "a/index.js", "a/node_modules/b/index.js", "b/index.js"])
        self.assertEqual([m.get("distribution") for m in recording.all["modules"]], [None, "a", "b", "b"])

    def test_what_cannot_be_seen_is_said(self):
        bundle = "// node_modules/a/i.js\n// node_modules/@b/c/x.js\nvar __commonJS = 1;\nexports.handler = async () => 1;"
        notes = Recording(drive({"index.js": bundle}, "index.handler")).all["notes"]
        self.assertEqual(notes, ["bundle: index.js (2)"])
        module = bundle.replace("exports.handler =", "async function f() {\n  await 1;\n}\nexport const handler =")
        notes = Recording(drive({"index.mjs": module}, "index.handler")).all["notes"]
        self.assertEqual(notes, ["es-modules", "bundle: index.mjs (2)"])
        waiting = "await new Promise((f) => setTimeout(f, 5));\nexport const handler = async () => 1;"
        notes = Recording(drive({"index.mjs": waiting}, "index.handler")).all["notes"]
        self.assertEqual(notes, ["es-modules", "waits: index.mjs"])

    def test_an_import_in_common_js_is_seen(self):
        files = {"index.js": "exports.handler = async () => (await import('./a.mjs')).a;", "a.mjs": "export const a = 7;"}
        seen = drive(files, "index.handler", [{}, OURS])
        self.assertEqual(seen.posts[0].json, 7)
        self.assertEqual(Recording(seen).modules["a.mjs"]["phase"], "first")


class TheFunction(unittest.TestCase):
    def test_every_kind_of_handler_answers_as_ever(self):
        kinds = {
            "exports.handler = async (event) => event.n + 1;": 3,
            "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.n + 2), 5); };": 4,
            "exports.handler = (event, context) => context.succeed(event.n + 3);": 5,
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('6'); stream.end(); });": 6,
        }
        for name, argv in clients():
            for source, answer in kinds.items():
                with self.subTest((name, source)):
                    seen = drive({"index.js": source}, "index.handler", [{"n": 2}, OURS, {"n": 2}, OURS], argv=argv)
                    self.assertEqual([seen.posts[0].json, seen.posts[2].json], [answer, answer], seen.log)
                    self.assertEqual(seen.posts[1].json["language"], "node")
                    self.assertEqual(seen.posts[3].json["modules"], seen.posts[1].json["modules"])

    def test_nothing_of_ours_is_left_in_its_variables(self):
        source = "exports.handler = async () => Object.entries(process.env).filter((e) => e.join().includes('LAMBENCH'));"
        seen = drive({"index.js": source + "exports.name = process.env._HANDLER;"}, "index.handler", [{}])
        self.assertEqual(seen.posts[0].json, [])

    def test_a_failing_init_is_told_and_stays_one(self):
        broken = {
            "require('absent');": "Runtime.ImportModuleError",
            "exports.handler = = 1;": "Runtime.UserCodeSyntaxError",
            "throw new RangeError('no');": "RangeError",
            "exports.other = 1;": "Runtime.HandlerNotFound",
        }
        for source, kind in broken.items():
            with self.subTest(source):
                seen = drive({"index.js": source}, "index.handler", [OURS, {}])
                self.assertEqual(seen.posts[0].json["error"]["type"], kind)
                self.assertEqual(seen.posts[1].kind, "error")

    def test_a_failing_first_invoke_is_told(self):
        for source in ["async () => { throw new RangeError('no'); }", "() => { throw new RangeError('no'); }"]:
            seen = drive({"index.js": "exports.handler = " + source}, "index.handler", [{}, OURS])
            self.assertEqual(seen.posts[0].kind, "error")
            self.assertEqual(seen.posts[1].json["first_error"], {"type": "RangeError", "message": "no"})


class Deferral(unittest.TestCase):
    PACKAGE = {
        "node_modules/lib/index.js": """globalThis.loaded = (globalThis.loaded || 0) + 1;
class Shape { static kind = "shape"; constructor(n) { this.n = n; } area() { return this.n * this.n; } }
module.exports = Object.assign((n) => n * 2, { Shape, VERSION: "1.2", nested: { deep: (x) => x + 1 }, whoami() { return this.VERSION; } });
""",
        "node_modules/other/index.js": "require('lib'); module.exports = 1;",
        "own.js": "globalThis.own = true; module.exports = { a: 1 };",
    }

    def run_it(self, source, defer, **more):
        seen = drive({"index.js": source, **self.PACKAGE}, "index.handler", [{}, OURS], defer=defer, **more)
        self.assertEqual(seen.posts[0].kind, "response", seen.log)
        return seen.posts[0].json, seen.posts[-1].json

    def test_it_loads_at_first_use(self):
        source = """const lib = require("lib");
const { Shape, VERSION, nested: { deep }, whoami } = require("lib");
const own = require("./own");
const before = [globalThis.loaded, globalThis.own];
exports.handler = async () => {
  const shape = new Shape(3);
  class Round extends Shape {}
  return [before, lib(4), shape.area(), shape instanceof Shape, new Round(2).area(), Shape.kind, `${VERSION}`, deep(1),
    lib.whoami(), own.a, Object.keys(lib), "Shape" in lib, globalThis.loaded, shape.constructor.name];
};
"""
        plain = source.replace("const before = [globalThis.loaded, globalThis.own];", "const before = [null, null];")
        expected, recording = self.run_it(plain, "lib<index.js", active="0")
        self.assertEqual(recording["deferred"], [])
        self.assertEqual(expected[-2:], [1, "Shape"])
        measured, recording = self.run_it(source, "lib<index.js;own.js<index.js", active="1")
        self.assertEqual((measured, recording["deferred"]), (expected, []), "without a look at files and lines")
        got, recording = self.run_it(source, "lib<index.js;own.js<index.js")
        self.assertEqual(got, expected)
        self.assertEqual(recording["modules"], [])
        told = [(d["importer"], d["module"], d["used"], d["line"]) for d in recording["deferred"]]
        lib = ("index.js", "lib/index.js", "first")
        self.assertEqual(told, [(*lib, 1), (*lib, 2), ("index.js", "own.js", "first", 3)])
        self.assertEqual([d["used_line"] for d in recording["deferred"]], [8, 6, 9])

    def test_what_is_used_at_once_loads_at_once(self):
        source = """const lib = require("lib");
const area = new lib.Shape(2).area();
const unused = require("other");
exports.handler = async () => [area, globalThis.loaded];
"""
        got, recording = self.run_it(source, "lib<;other<index.js")
        self.assertEqual(got, [4, 1])
        self.assertEqual([(d.get("used"), d.get("used_line")) for d in recording["deferred"]], [("init", 2), (None, None)])
        self.assertEqual(recording["loaded_otherwise"], [])

    def test_what_packages_import_is_never_put_off(self):
        source = "const other = require('other'); exports.handler = async () => [globalThis.loaded, other];"
        got, recording = self.run_it(source, "lib<index.js")
        self.assertEqual((got, recording["deferred"]), ([1, 1], []))

    def test_only_the_importers_that_are_named_put_off(self):
        source = "require('lib'); exports.handler = async () => globalThis.loaded;"
        got, recording = self.run_it(source, "lib<own.js")
        self.assertEqual((got, recording["deferred"]), (1, []))

    def test_what_is_built_in_is_no_package_of_the_same_name(self):
        source = "const { EventEmitter } = require('events'); exports.handler = async () => typeof EventEmitter.once;"
        files = {"index.js": source, "node_modules/events/index.js": "globalThis.loaded = 1;"}
        for defer, deferred in [("events<index.js", []), ("node:events<index.js", ["node:events"])]:
            seen = drive(files, "index.handler", [{}, OURS], defer=defer)
            self.assertEqual(seen.posts[0].json, "function", seen.log)
            self.assertEqual([one["module"] for one in seen.posts[1].json["deferred"]], deferred)

    def test_a_part_of_a_package_is_put_off_with_it_or_by_itself(self):
        files = {
            "index.js": "const part = require('@scope/it/part'), it = require('@scope/it'); const before = [globalThis.part, globalThis.it];\n"
            "exports.handler = async () => [...before, part.a, it.b];",
            "node_modules/@scope/it/package.json": '{"name": "@scope/it", "main": "main.js"}',
            "node_modules/@scope/it/main.js": "globalThis.it = 1; exports.b = 6;",
            "node_modules/@scope/it/part.js": "globalThis.part = 1; exports.a = 5;",
        }
        for active in (None, "1"):
            for defer, before in [("@scope/it<index.js", [None, None]), ("@scope/it/part.js<index.js", [None, 1])]:
                seen = drive(files, "index.handler", [{}], defer=defer, active=active)
                self.assertEqual(seen.posts[0].json, [*before, 5, 6], seen.log)

    def test_a_part_that_is_not_there_fails_at_once(self):
        source = """let part;
try { part = require("lib/native"); } catch { part = { way: "other" }; }
exports.handler = async () => [part.way, globalThis.loaded ?? null];
"""
        for active in (None, "1"):
            got, _ = self.run_it("require('lib');" + source, "lib<index.js", active=active)
            self.assertEqual(got, ["other", None], active)

    def test_what_somebody_else_has_loaded_is_told(self):
        source = "const lib = require('lib'), other = require('other'); exports.handler = async () => globalThis.loaded;"
        got, recording = self.run_it(source, "lib<index.js")
        self.assertEqual(got, 1)
        self.assertEqual(recording["loaded_otherwise"], [{"module": "lib/index.js", "by": "other/index.js"}])

    def test_compiled_es_modules_are_known_without_loading(self):
        source = """const star = (m) => (m && m.__esModule ? m : { default: m });
const made = star(require("made"));
const lib = star(require("lib"));
const before = globalThis.made;
exports.handler = async () => [before ?? null, made.default, lib.default(1), globalThis.made];
"""
        files = {**self.PACKAGE, "index.js": source}
        files["node_modules/made/index.js"] = 'globalThis.made = 1; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = 5;'
        seen = drive(files, "index.handler", [{}, OURS], defer="made<index.js;lib<index.js")
        self.assertEqual(seen.posts[0].json, [None, 5, 2, 1], seen.log)

    def test_static_imports_of_es_modules_stay_and_that_is_said(self):
        files = {"app.mjs": "import lib from 'lib'; export const handler = async () => globalThis.loaded;", **self.PACKAGE}
        seen = drive(files, "app.handler", [{}, OURS], defer="lib<app.mjs")
        self.assertEqual(seen.posts[0].json, 1)
        self.assertEqual(seen.posts[1].json["notes"], ["static-imports: app.handler"])


if __name__ == "__main__":
    unittest.main()
