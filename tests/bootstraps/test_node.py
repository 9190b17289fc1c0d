"""Our Node client: the table, next to aws-lambda-ric."""

import unittest

import harness
import table
from rows import CASES

CLIENT = harness.BOOTSTRAPS / "node.cjs"
LAUNCHER = harness.BOOTSTRAPS / "aws-lambda-ric.mjs"
NODE = harness.node()
ROWS = [case for case in CASES if case.files["node"]]


def drive(files, events=({},), handler="index.handler", **more):
    files = {"index.js": files} if isinstance(files, str) else files
    return harness.drive([NODE, CLIENT], files, handler, events, **more)


class NextToAwsLambdaRic(unittest.TestCase):
    """The same functions with AWS's client: nobody may be able to tell which one ran, but where the row says so."""

    def test_the_results_are_equal(self):
        package = harness.aws_lambda_ric()
        ric = [NODE, LAUNCHER, package / harness.package_main(package)]
        both = lambda case: (table.run([NODE, CLIENT], case, "node"), table.run(ric, case, "node"))  # noqa: E731
        table.each(self, ROWS, both, lambda case, seen: table.compare(self, case, "node", *seen))


class TheClient(unittest.TestCase):
    """What is not in the table."""

    def test_chunked_events_are_read(self):
        event = {"text": "é" * 1000}
        seen = drive("exports.handler = async (event) => event;", [event, 5], chunked=True)
        self.assertEqual([post.json for post in seen.posts], [event, 5])

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

    def test_a_flood_of_lines_is_whole(self):
        for before in ["", "process.stdout.write('own\\n');"]:
            with self.subTest(before):
                flood = "for (let i = 0; i < 20000; i++) console.log('line', i); process.exit(0);"
                log = drive("exports.handler = async () => { %s %s };" % (before, flood)).log
                self.assertEqual(log.count("line"), 20000)


if __name__ == "__main__":
    unittest.main()
