"""Handler names, modules, and what goes wrong while loading."""

from .base import *  # noqa: F403

CASES = [
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
        {"app/main.py": python("return __name__")},
        handler="app.main.handler",
        expect=[Ok("app.main")],
    ),
    Case(
        "a handler that is a class", "class handler:\n    def __new__(cls, event, context): return 5\n", expect=[Ok(5)]
    ),
    Case(
        "the package is the first place to import from",
        {
            "lambda_function.py": "import sys\nimport json\n" + python("return [sys.path[0], json.MINE]"),
            "json.py": "MINE = True\n",
        },
        expect=[Ok(["/var/task", True])],
        differs={
            "python": "a package may bring a module with a standard library's name (`json.py`); awslambdaric itself breaks"
            " on some of them"
        },
    ),
    Case(
        "the first place to import from",
        returns("sys.path[0]", "import sys"),
        expect=[Ok("/var/task")],
    ),
    Case(
        "with a safe path the package is still first, and nothing is lost",
        returns("[sys.path[0], '/nowhere/else' in sys.path]", "import sys"),
        env={"PYTHONSAFEPATH": "1", "PYTHONPATH": "/nowhere/else"},
        expect=[Ok(["/var/task", True])],
    ),
    Case(
        "a handler name without a dot",
        python("return 1"),
        answers("return 1;"),
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
        node=answers("return 1;"),
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
                "Error: Cannot find module 'index'\nRequire stack:\n- /.*/index.mjs",
            )
        ],
    ),
    Case(
        "a module that it needs isn't there",
        "import not_installed\n" + python("return 1"),
        "require('not-installed');" + answers("return 1;"),
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
        python("return 1"),
        answers("return 1;"),
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
        python("return 1"),
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
    Case(
        "a handler in a package's __init__",
        {"app/__init__.py": python("return __name__")},
        handler="app.handler",
        expect=[Ok("app")],
    ),
    Case("a handler that is a lambda", "handler = lambda event, context: 6\n", expect=[Ok(6)]),
    Case(
        "a handler that is an object",
        "class H:\n    def __call__(self, event, context): return 7\nhandler = H()\n",
        expect=[Ok(7)],
    ),
    Case(
        "a handler in a class",
        "class H:\n    @staticmethod\n    def run(event, context): return 8\n",
        handler="lambda_function.H.run",
        expect=[InitError("Runtime.ImportModuleError", "Unable to import module 'lambda_function.H': .*not a package.*")],
    ),
    Case("no handler", "", handler="", expect=[InitError("Runtime.MalformedHandlerName", "Bad handler '': .*")]),
    Case("a handler that is only a dot", python("return 1"), answers("return 1;"), handler=".", node_handler="."),
    Case("a dot at the end", python("return 1"), answers("return 1;"), handler="lambda_function.", node_handler="index."),
    Case("a dot at the start", python("return 1"), answers("return 1;"), handler=".handler", node_handler=".handler"),
    Case(
        "a nested export",
        node="exports.a = { b: { c: async () => 'nested' } };",
        node_handler="index.a.b.c",
        node_expect=[Ok("nested")],
    ),
    Case(
        "a nested export that isn't there",
        node="exports.a = {};",
        node_handler="index.a.b.c",
        node_expect=[InitError("Runtime.HandlerNotFound", "index.a.b.c is undefined or not exported")],
    ),
    Case(
        "a method loses its object",
        node="exports.a = { value: 1, async run() { return this === undefined || this.value === undefined; } };",
        node_handler="index.a.run",
    ),
    Case(
        "an ES module",
        node={"index.mjs": "import { sep } from 'node:path'; export const handler = async () => [sep, typeof require];"},
        node_expect=[Ok(["/", "undefined"])],
    ),
    Case("a CommonJS module", node={"index.cjs": answers("return typeof require;")}, node_expect=[Ok("function")]),
    Case(
        "a script in a module package",
        node={
            "package.json": '{"type": "module"}',
            "index.js": "export const handler = async () => import.meta.url.slice(-9);",
        },
        node_expect=[Ok("/index.js")],
    ),
    Case(
        "CommonJS in a module package",
        node={"package.json": '{"type": "module"}', "index.cjs": answers("return 1;")},
        node_expect=[Ok(1)],
    ),
    Case(
        "a package of its own below a module package",
        node={"package.json": '{"type": "module"}', "sub/package.json": "{}", "sub/index.js": answers("return 2;")},
        node_handler="sub/index.handler",
        node_expect=[Ok(2)],
    ),
    Case(
        "a package.json that can't be read",
        node={"package.json": "nonsense", "index.js": answers("return 3;")},
    ),
    Case(
        "a default export",
        node={"index.mjs": "export default { handler: async () => 'from default' };"},
        differs={
            "node": "a handler is also looked for in a module's default export, as aws-lambda-ric does from version 4 on;"
            " version 3 doesn't"
        },
        node_expect=[Ok("from default")],
    ),
    Case(
        "a default export that is the handler",
        node={"index.mjs": "export default async () => 'default';"},
        node_handler="index.default",
        node_expect=[Ok("default")],
    ),
    Case(
        "a named export goes before the default",
        node={"index.mjs": "export default { handler: async () => 1 }; export const handler = async () => 2;"},
        node_expect=[Ok(2)],
    ),
    Case(
        "top-level await is part of init",
        node={
            "index.mjs": "const value = await new Promise((done) => setTimeout(done, 30, 'waited'));"
            "export const handler = async () => value;"
        },
        node_expect=[Ok("waited")],
    ),
    Case("top-level await that never ends", node={"index.mjs": "await new Promise(() => {});"}, node_expect=[Ends(13)]),
    Case(
        "a rejection at top level",
        node={"index.mjs": "await Promise.reject(new RangeError('no'));"},
        node_expect=[InitError("RangeError", "no")],
    ),
    Case(
        "a missing import of an ES module",
        node={"index.mjs": "import 'not-installed';"},
        node_expect=[InitError("Error", "Cannot find package 'not-installed'.*")],
    ),
    Case(
        "a name that an ES module doesn't export",
        node={"index.mjs": "import { nothing } from 'node:fs';"},
        node_expect=[InitError("Runtime.UserCodeSyntaxError", "SyntaxError: .*does not provide an export named 'nothing'")],
    ),
    Case("broken syntax of an ES module", node={"index.mjs": "export const handler = async ( => 1;"}),
    Case(
        "a package in node_modules",
        node={
            "index.js": "const value = require('dep'); exports.handler = async () => value;",
            "node_modules/dep/index.js": "module.exports = 'dep';",
        },
        node_expect=[Ok("dep")],
    ),
    Case(
        "a handler in node_modules",
        node={"node_modules/dep/index.js": answers("return 'from a package';")},
        node_handler="dep.handler",
        node_expect=[Ok("from a package")],
    ),
    Case("a module with a folder of its own", node={"index/index.js": answers("return 'folder';")}),
    Case(
        "a module that exports nothing", node="", node_expect=[InitError("Runtime.HandlerNotFound", "index.handler is .*")]
    ),
    Case(
        "an error while loading, some frames deep",
        {
            "lambda_function.py": "from lib import settings\n",
            "lib/__init__.py": "",
            "lib/settings.py": "def read():\n    return parse('x')\ndef parse(text):\n    return int(text)\nVALUE = read()\n",
        },
        {
            "index.js": "require('./lib/settings');",
            "lib/settings.js": "const parse = () => { throw new TypeError('x'); }; const read = () => parse(); read();",
        },
        expect=[InitError("ValueError", "invalid literal for int.*")],
        node_expect=[InitError("TypeError", "x")],
    ),
    Case(
        "what is thrown while loading is no error",
        node="throw 'words';",
        node_expect=[InitError("string", "words")],
    ),
    Case(
        "a broken import of a module of its own",
        {"lambda_function.py": "from lib import absent\n", "lib/__init__.py": ""},
        expect=[InitError("Runtime.ImportModuleError", "Unable to import module 'lambda_function': cannot import name .*")],
    ),
    Case(
        "broken syntax in a module that it needs",
        {"lambda_function.py": "import lib\n", "lib.py": "x = (\n"},
        {"index.js": "require('./lib');", "lib.js": "const = 1;"},
        expect=[InitError("Runtime.UserCodeSyntaxError", "Syntax error in module 'lambda_function': .*lib.py.*")],
        node_expect=[InitError("Runtime.UserCodeSyntaxError", "SyntaxError: .*")],
    ),
    Case("bad indentation", "def handler(event, context):\nreturn 1\n"),
    Case(
        "a rejection while loading that nobody handles",
        # AWS's client may have taken an event by then: no answer must be quicker than its end.
        node="Promise.reject(new Error('early'));"
        " exports.handler = () => new Promise((done) => setTimeout(done, 5000, 1));",
        status=128,
        node_expect=[InitError("Runtime.UnhandledPromiseRejection", "Error: early")],
    ),
    Case(
        "the general warning before an init error",
        "raise ValueError('v')\n",
        expect=[InitError("ValueError", "v")],
        keeps="warning",
        differs={
            "python": "before an init error awslambdaric logs a general warning (`LAMBDA_WARNING`) about updates of the"
            " managed runtimes; there are none here"
        },
    ),
]
