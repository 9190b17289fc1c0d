"""Imports that are put off behave as imports inside the functions that need them, and are seen as what they are."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

HOOKS = os.path.join(os.path.dirname(__file__), "..", "..", "src", "profile", "hooks")

DRIVER = """
import json, os, sys
task, hook = sys.argv[1:]
sys.path[:0] = [task]
sys.path.append(os.path.join(task, ".layer"))
os.environ["LAMBDA_TASK_ROOT"] = task
os.environ["LAMBENCH_PROFILE_HANDLER"] = "app.handler"
os.environ["_HANDLER"] = hook + ".handler"
module = __import__(hook)
answer = module.handler({}, None)
print()
print(json.dumps([answer, module.handler({"lambench_profile": "recording"}, None)]))
"""


class PutOff(unittest.TestCase):
    def start(self, files, put_off, hook="lambench_defer", active=None):
        """With `active`, as in a start that is measured."""
        with tempfile.TemporaryDirectory() as task:
            for name, text in files.items():
                path = os.path.join(task, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            layer = os.path.join(task, ".layer")
            os.mkdir(layer)
            for name in ("defer", "profile", "stand_in"):
                source = os.path.abspath(os.path.join(HOOKS, name + ".py"))
                os.symlink(source, os.path.join(layer, "lambench_%s.py" % name))
            environment = dict(os.environ, LAMBENCH_DEFER=put_off)
            if active is not None:
                environment["LAMBENCH_DEFER_ACTIVE"] = active
            command = [sys.executable, "-c", DRIVER, os.path.realpath(task), hook]
            ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            return json.loads(ran.stdout.splitlines()[-1])

    def used(self, told):
        return {(one["module"], one["name"]): one["used"] for one in told["deferred"]}

    def test_each_form_of_import_is_put_off_until_its_first_use(self):
        app = """
import sys
import decimal
import xml.dom.minidom
import email.message as em
from statistics import mean as average, median
from fractions import Fraction
early = [name in sys.modules for name in ("decimal", "xml.dom.minidom", "email.message", "statistics", "fractions")]

def handler(event, context):
    return [
        early,
        str(decimal.Decimal(1) + 1),
        xml.dom.minidom.Document.__name__,
        em.Message.__name__,
        average([1, 3]),
        "fractions" in sys.modules and not isinstance(Fraction(1, 2), decimal.Decimal),
    ]
"""
        put_off = "decimal<app;xml<app;email<app;statistics<app;fractions<app"
        answer, told = self.start({"app.py": app}, put_off)
        self.assertEqual(answer, [[False] * 5, "2", "Document", "Message", 2, True])
        used = self.used(told)
        self.assertEqual(used[("decimal", "decimal")], "first")
        self.assertIsNone(used[("statistics", "median")])
        without, _ = self.start({"app.py": app}, put_off, active="0")
        self.assertEqual(without[0], [True] * 5, "an arm that puts nothing off")
        measured, _ = self.start({"app.py": app}, put_off, active="1")
        self.assertEqual(measured, answer, "the other arm")

    def test_what_the_module_itself_uses_is_loaded_then_and_said(self):
        app = """
from lib import Base, Oops, fail, mark
import lib as alias

class Own(Base):
    pass

@mark
def work():
    try:
        fail()
    except Oops as error:
        return str(error)

def handler(event, context):
    own = Own()
    return [work(), own.hello(), isinstance(own, Base), issubclass(Own, alias.Base), Own.__mro__[1] is Base]
"""
        lib = """
class Oops(Exception):
    pass

class Base:
    def hello(self):
        return "hello"

def fail():
    raise Oops("caught")

def mark(function):
    return function
"""
        answer, told = self.start({"app.py": app, "lib/__init__.py": lib}, "lib<app")
        self.assertEqual(answer, ["caught", "hello", True, True, True])
        used = self.used(told)
        self.assertEqual([used["lib", name] for name in ("Base", "mark", "fail", "Oops")], ["init", "init", "first", "first"])
        lines = {one["name"]: one["used_line"] for one in told["deferred"]}
        self.assertEqual(lines["Base"], 5)
        # Older versions call a decorator on the line of its function.
        self.assertIn(lines["mark"], (8, 9))

    def test_a_submodule_is_put_off_without_its_siblings(self):
        files = {
            "app.py": "from parts import heavy, light\n\ndef handler(event, context):\n    import sys\n    return ['parts.heavy' in sys.modules, light.x, heavy.y]\n",
            "parts/__init__.py": "",
            "parts/heavy.py": "y = 2\n",
            "parts/light.py": "x = 1\n",
        }
        answer, told = self.start(files, "parts.heavy<app")
        self.assertEqual(answer, [False, 1, 2])
        self.assertEqual([one["name"] for one in told["deferred"]], ["heavy"])

    def test_a_module_with_many_names_puts_off_what_it_renames_too(self):
        # Past 255 names, more than one instruction stands for one.
        many = "".join("n%d = %d\n" % (n, n) for n in range(300))
        app = many + """
import sys
import xml.dom.minidom as dom
early = "xml.dom.minidom" in sys.modules

def handler(event, context):
    return [early, dom.Document.__name__]
"""
        answer, told = self.start({"app.py": app}, "xml<app")
        self.assertEqual(answer, [False, "Document"])
        self.assertEqual(self.used(told), {("xml.dom.minidom", "minidom"): "first"})

    def test_a_module_may_do_anything_with_what_is_put_off_while_it_runs(self):
        # A name for each, as it is the first use that counts: a value, and what the module does with it.
        uses = [
            ("5", use)
            for use in (
                "{} + 2", "{} - 2", "{} * 2", "{} / 2", "{} // 2", "{} % 2", "{} ** 2", "{} | 2", "{} & 4", "{} ^ 1",
                "{} << 1", "{} >> 1", "2 + {}", "2 - {}", "2 * {}", "2 / {}", "2 // {}", "2 % {}", "2 ** {}", "2 | {}",
                "4 & {}", "1 ^ {}", "1 << {}", "1 >> {}", "-{}", "+{}", "abs({})", "[10, 11, 12, 13, 14, 15][{}]",
                "int({})", "float({})", "{} == 5", "{} != 5", "{} < 6", "{} <= 4", "{} > 4", "{} >= 6",
                "{5: 'five'}.get({})", "format({}, '03d')", "str({})", "repr({})", "bool({} - {})",
            )
        ]
        uses += [
            ("''", "bool({})"),
            ("'text'", "len({})"),
            ("'text'", "'e' in {}"),
            ("[1, 2]", "{}[1]"),
            ("[1, 2]", "[*{}]"),
            ("iter([1, 2])", "next({})"),
            ("print", "'__call__' in dir({})"),
            ("max", "{}(1, 2)"),
            ("str", "isinstance('x', {})"),
            ("int", "issubclass(bool, {})"),
            ("pathlib.Path('a/b')", "os.path.basename({})"),
            ("asyncio.sleep(0, 7)", "asyncio.run(wait(lambda: {}))"),
        ]
        names = ["v%d" % n for n in range(len(uses) + 3)]
        lib = "import asyncio, pathlib\n"
        lib += "".join("%s = %s\n" % (name, value) for name, (value, _) in zip(names, uses))
        box, table, other = names[-3:]
        lib += "class Box:\n    old = new = 1\n%s, %s, %s = Box(), {'a': 1}, {'a': 1}\n" % (box, table, other)
        lib += "Box.here, %s.old = 1, 2\n" % box
        app = "import asyncio, os, sys\nfrom lib import %s\n" % ", ".join(names)
        app += "async def wait(of):\n    return await of()\n"
        app += "early = 'lib' in sys.modules\nout = [\n"
        app += "".join("    %s,\n" % use.replace("{}", name) for name, (_, use) in zip(names, uses))
        app += "]\n%s.new = 2\n%s['b'] = 2\ndel %s['a']\n" % (box, table, other)
        app += "def handler(event, context):\n    return [early, out, %s.new, %s, %s]\n" % (box, table, other)
        answer, told = self.start({"app.py": app, "lib.py": lib}, "lib<app")
        import asyncio, pathlib  # noqa: E401

        async def wait(of):
            return await of()

        scope = {"asyncio": asyncio, "pathlib": pathlib, "os": os, "wait": wait}
        expected = [eval(use.replace("{}", "(%s)" % value), scope) for value, use in uses]
        self.assertEqual(answer[0], False)
        for (value, use), found, wanted in zip(uses, answer[1], expected):
            self.assertEqual(found, wanted, "%s of %s" % (use, value))
        self.assertEqual(answer[2:], [2, {"a": 1, "b": 2}, {}])
        self.assertEqual(set(self.used(told).values()), {"init"})

    def test_an_attribute_of_what_is_put_off_can_be_deleted(self):
        files = {
            "app.py": "from lib import box\ndel box.old\n\ndef handler(event, context):\n    return hasattr(box, 'old')\n",
            "lib.py": "class Box:\n    pass\nbox = Box()\nbox.old = 1\n",
        }
        answer, _ = self.start(files, "lib<app")
        self.assertEqual(answer, False)

    def test_what_the_module_keeps_is_used_at_once(self):
        uses = {
            "table": "TABLE = {'a': %s}",
            "alias": "other = %s",
            "default": "def own(h=%s):\n    return h()",
            "errors": "ERRS = (%s, OSError)",
            "member": "class A:\n    run = %s",
            "unused": "",
        }
        lib = "def table():\n    return 1\nalias = default = table\nclass errors(Exception):\n    pass\n"
        lib += "def member(self):\n    return type(self).__name__\ndef unused():\n    return 2\n"
        app = "from lib import %s\nimport kit.deep as deep\n" % ", ".join(uses)
        app += "".join("%s\n" % use.replace("%s", name) for name, use in uses.items())
        app += """
def handler(event, context):
    try:
        raise errors("caught")
    except ERRS as error:
        told = str(error)
    return [TABLE["a"](), other(), other is alias, own(), told, A().run(), unused(), deep.x]
"""
        files = {"app.py": app, "lib.py": lib, "kit/__init__.py": "", "kit/deep.py": "x = 3\n"}
        for active in (None, "1"):
            answer, told = self.start(files, "lib<app;kit<app", active=active)
            self.assertEqual(answer, [1, 1, True, 1, "caught", "A", 2, 3])
            used = {one["name"]: one["used"] for one in told["deferred"]}
            self.assertEqual(used, {**dict.fromkeys(uses, "init"), "unused": "first", "deep": "first"})

    def test_what_is_kept_and_not_there_fails_where_it_is_used(self):
        app = "try:\n    from lib import gone\nexcept ImportError:\n    gone = None\nTABLE, BOTH = {'a': gone}, (gone, 1)\n"
        app += "\ndef handler(event, context):\n    try:\n        return TABLE['a']()\n    except ImportError:\n        return BOTH[1]\n"
        answer, told = self.start({"app.py": app, "lib.py": ""}, "lib<app")
        self.assertEqual((answer, self.used(told)), (1, {("lib", "gone"): "init"}))

    def test_a_descriptor_that_becomes_a_member_is_told_its_name(self):
        lib = "class Field:\n    def __set_name__(self, owner, name):\n        self.name = name\n"
        lib += "    def __get__(self, one, owner):\n        return self.name\nfield = Field()\n"
        app = "from lib import field\nclass A:\n    size = field\n\ndef handler(event, context):\n    return A.size\n"
        answer, told = self.start({"app.py": app, "lib.py": lib}, "lib<app")
        self.assertEqual((answer, self.used(told)), ("size", {("lib", "field"): "init"}))

    def test_imports_by_a_way_from_here_are_put_off_too(self):
        files = {
            "app.py": "import kit.sub\n\ndef handler(event, context):\n    return kit.sub.look() + kit.look()\n",
            "kit/__init__.py": "import sys\nfrom . import near\nfrom .deep.inner import y\n\ndef look():\n    return [near.x, y]\n",
            "kit/near.py": "x = 1\n",
            "kit/deep/__init__.py": "",
            "kit/deep/inner.py": "y = 2\n",
            "kit/sub/__init__.py": "import sys\nfrom .. import near\nfrom ..deep.inner import y\nearly = [name in sys.modules for name in ('kit.near', 'kit.deep')]\n\ndef look():\n    return [early, near.x, y]\n",
        }
        put_off = "kit.near<kit,kit.sub;kit.deep<kit,kit.sub"
        for hook in ("lambench_defer", "lambench_profile"):
            answer, told = self.start(files, put_off, hook=hook)
            self.assertEqual(answer, [[False, False], 1, 2, 1, 2])
            deferred = {(one["importer"], one["module"], one["name"]) for one in told["deferred"]}
            self.assertEqual(
                deferred,
                {
                    (importer, module, name)
                    for importer in ("kit", "kit.sub")
                    for module, name in (("kit.near", "near"), ("kit.deep.inner", "y"))
                },
            )

    def test_a_package_may_use_its_own_part_at_once(self):
        files = {
            "app.py": "import kit\n\ndef handler(event, context):\n    return [kit.x, kit.near.x]\n",
            "kit/__init__.py": "from . import near\nx = near.x\n",
            "kit/near.py": "x = 1\n",
        }
        answer, told = self.start(files, "kit.near<kit")
        self.assertEqual(answer, [1, 1])
        self.assertEqual(list(self.used(told).values()), ["init"])

    def test_nobody_sees_the_hook_in_the_functions_variables(self):
        app = "import os, sys\n\ndef handler(event, context):\n    return [os.environ['_HANDLER'], sys.argv[1:], sorted(name for name in os.environ if name.startswith(('LAMBENCH_PROFILE', 'LAMBENCH_DEFER')))]\n"
        for hook in ("lambench_defer", "lambench_profile"):
            answer, _ = self.start({"app.py": app}, "json<app", hook=hook)
            self.assertEqual(answer, ["app.handler", ["app.handler"], []])

    def test_other_modules_see_the_name_all_the_same(self):
        files = {
            "app.py": "import decimal\nimport other\n\ndef handler(event, context):\n    return other.look()\n",
            "other.py": "def look():\n    import app\n    from app import decimal\n    return [app.decimal is decimal, str(decimal.Decimal(1))]\n",
        }
        answer, _ = self.start(files, "decimal<app")
        self.assertEqual(answer, [True, "1"])

    def test_a_star_import_takes_what_is_put_off_along_and_loads_it(self):
        files = {
            "app.py": "from common import *\n\ndef handler(event, context):\n    return [str(decimal.Decimal(1)), x, '_y' in globals()]\n",
            "common.py": "import decimal\nimport fractions as _f\nx, _y = 2, 3\n",
        }
        for active in (None, "1"):
            answer, told = self.start(files, "decimal<common;fractions<common", active=active)
            self.assertEqual(answer, ["1", 2, False])
            self.assertEqual(self.used(told), {("decimal", "decimal"): "init", ("fractions", "fractions"): None})

    def test_a_star_import_takes_what_the_module_lists_if_it_lists_anything(self):
        files = {
            "app.py": "from common import *\n\ndef handler(event, context):\n    return [x, 'decimal' in globals()]\n",
            "common.py": "import decimal\n__all__ = ['x']\nx = 2\n",
        }
        answer, told = self.start(files, "decimal<common")
        self.assertEqual((answer, self.used(told)), ([2, False], {("decimal", "decimal"): None}))

    def test_whoever_else_loads_it_is_named(self):
        files = {
            "app.py": "import decimal\nimport other\n\ndef handler(event, context):\n    return 1\n",
            "other.py": "\nimport decimal\n",
        }
        _, told = self.start(files, "decimal<app")
        self.assertEqual(told["loaded_otherwise"], [{"module": "decimal", "by": "other", "line": 2}])

    def test_an_importers_own_import_that_stays_is_named(self):
        stays = {
            "from lib import *": "lib",
            "class A:\n    import lib": "lib",
            "class A:\n    from kit import part": "kit.part",
            "def work():\n    import lib\nwork()": "lib",
            "import importlib\nimportlib.import_module('lib')": "lib",
            "import kit\nimport kit.part": "kit.part",
        }
        for source, module in stays.items():
            files = {
                "app.py": source + "\n\ndef handler(event, context):\n    return 1\n",
                "lib.py": "",
                "kit/__init__.py": "",
                "kit/part.py": "",
            }
            _, told = self.start(files, "lib<app;kit.part<app")
            line = max(n for n, text in enumerate(source.split("\n"), 1) if "import" in text)
            self.assertEqual(told["loaded_otherwise"], [{"module": module, "by": "app", "line": line}], source)
            self.assertEqual([one for one in told["deferred"] if one["used"]], [], source)

    def test_who_asks_importlib_for_it_is_named(self):
        files = {
            "app.py": "import decimal\nimport other\n\ndef handler(event, context):\n    return 1\n",
            "other.py": "import importlib\n\nimportlib.import_module('decimal')\n",
        }
        _, told = self.start(files, "decimal<app")
        self.assertEqual(told["loaded_otherwise"], [{"module": "decimal", "by": "other", "line": 3}])

    def test_what_the_importer_itself_uses_at_once_is_nobody_elses(self):
        files = {
            "app.py": "import lib, kit\nlib.x\nother = kit\n\ndef handler(event, context):\n    return 1\n",
            "lib.py": "x = 1\n",
            "kit.py": "",
        }
        _, told = self.start(files, "lib<app;kit<app")
        self.assertEqual((list(self.used(told).values()), told["loaded_otherwise"]), (["init", "init"], []))

    def test_whoever_loads_it_for_the_first_request_only_has_not_kept_it_at_init(self):
        files = {
            "app.py": "import decimal\nimport other\n\ndef handler(event, context):\n    return other.work()\n",
            "other.py": "def work():\n    import decimal\n    return str(decimal.Decimal(1))\n",
        }
        answer, told = self.start(files, "decimal<app")
        self.assertEqual((answer, told["loaded_otherwise"]), ("1", []))

    def test_whoever_loads_the_package_of_a_target_or_a_part_of_it_is_named_too(self):
        files = {
            "app.py": "import xml.dom.minidom\nfrom parts import heavy\nimport other\n\ndef handler(event, context):\n    return 1\n",
            "other.py": "import xml.sax\nfrom parts.heavy import y\n",
            "parts/__init__.py": "",
            "parts/heavy.py": "y = 2\n",
        }
        _, told = self.start(files, "xml<app;parts.heavy<app")
        named = [(one["module"], one["by"], one["line"]) for one in told["loaded_otherwise"]]
        self.assertEqual(named, [("xml", "other", 1), ("parts.heavy", "other", 2)])

    def test_the_modules_of_others_import_as_if_nothing_were_put_off(self):
        files = {
            "app.py": "import lib\n\ndef handler(event, context):\n    import decimal\n    return [lib.seen, lib.now()]\n",
            "lib.py": """
import builtins, sys

def now():
    ours = [finder for finder in sys.meta_path if type(finder).__module__ == "lambench_defer"]
    own = __builtins__ is builtins or __builtins__ is vars(builtins)
    return [len(ours), builtins.__import__.__module__, own]

seen = now()
""",
        }
        as_ever = [0, "builtins", True]
        for active in ("0", "1"):
            answer, _ = self.start(files, "decimal<app", active=active)
            self.assertEqual(answer, [as_ever, as_ever], active)

    def test_a_recording_start_can_put_off_too(self):
        app = "import decimal\n\ndef handler(event, context):\n    return str(decimal.Decimal(2))\n"
        answer, told = self.start({"app.py": app}, "decimal<app", hook="lambench_profile")
        self.assertEqual(answer, "2")
        self.assertEqual(self.used(told), {("decimal", "decimal"): "first"})
        phases = {module["name"]: module["phase"] for module in told["modules"]}
        self.assertEqual((phases["app"], phases["decimal"]), ("init", "first"))

    def test_an_import_by_a_module_that_was_there_before_has_its_callers_line(self):
        files = {
            "app.py": "import other\n\nx = 'x'.encode('utf-7')\n\nother.work()\n\ndef handler(event, context):\n    return 1\n",
            "other.py": "\n" * 20 + "def work():\n    import wsgiref\n",
        }
        _, told = self.start(files, "", hook="lambench_profile")
        names = [module["name"] for module in told["modules"]]
        app, other, codec, wsgiref = (names.index(name) for name in ("app", "other", "encodings.utf_7", "wsgiref"))
        imports = {one["to"]: one for one in told["imports"]}
        self.assertEqual(
            imports[codec], {"from": app, "to": codec, "line": 3, "phase": "init", "through": "encodings"}
        )
        self.assertEqual(
            imports[wsgiref],
            {"from": app, "to": wsgiref, "line": 22, "at": other, "phase": "init", "function": "work"},
        )
        lines = [told["modules"][n].get("line") for n in (other, codec, wsgiref)]
        self.assertEqual(lines, [1, 3, 5], "lines of the module that was loading")

    def test_what_a_failed_module_has_imported_has_no_line_of_another(self):
        files = {
            "app.py": "try:\n    import broken\nexcept ImportError:\n    pass\n\ndef handler(event, context):\n    return 1\n",
            "broken.py": "\n" * 20 + "import wsgiref\nimport not_there_at_all\n",
        }
        _, told = self.start(files, "", hook="lambench_profile")
        names = [module["name"] for module in told["modules"]]
        self.assertEqual(names, ["app", "wsgiref"])
        self.assertEqual(told["imports"], [{"from": 0, "to": 1, "phase": "init", "through": "broken"}])
        self.assertNotIn("line", told["modules"][1])

    def test_the_hooks_own_time_is_not_the_processors_time(self):
        app = "for n in range(30000):\n    import json\n\ndef handler(event, context):\n    return 1\n"
        _, told = self.start({"app.py": app}, "", hook="lambench_profile")
        self.assertLess(told["cpu_ms"], told["total_ms"] * 1.01 + 1)

    def test_threads_that_import_have_stacks_of_their_own(self):
        app = """
import threading

def work():
    import wsgiref.headers

thread = threading.Thread(target=work)
thread.start()
thread.join()

def handler(event, context):
    return 1
"""
        _, told = self.start({"app.py": app}, "", hook="lambench_profile")
        names = [module["name"] for module in told["modules"]]
        headers = told["modules"][names.index("wsgiref.headers")]
        self.assertNotIn("loaded_by", headers)
        imports = [one for one in told["imports"] if one["to"] == names.index("wsgiref.headers")]
        self.assertEqual([(one["from"], one["function"]) for one in imports], [(0, "work")])
        self.assertTrue(any(note.startswith("other-threads: ") for note in told["notes"]), told["notes"])


if __name__ == "__main__":
    unittest.main()
