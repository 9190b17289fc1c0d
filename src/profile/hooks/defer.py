"""Loads a function's handler, with some imports of the function's own modules put off until what they bind is used.

LAMBENCH_DEFER says which: `target<importer,importer;target<importer`. What is bound is taken out of the importer's names
once its module is loaded, and comes back at the first look, as with an import inside the functions that need it. While the
module itself is still running, a stand-in answers; its first use is the import. The package stays as it is.
"""

import builtins
import os
import sys

import lambench_stand_in as stand_in
from lambench_stand_in import FIRST, INIT, Pending, Source, StandIn, State, absolute, pending_of, real

class Fault(Exception):
    """An error with the type that Lambda gives to it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


# --- the handler, as the runtime client loads it ---------------------------------------------------------------------


def load_handler(name, import_module):
    """The function that `module.function` names, with Lambda's own errors."""
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
        module = import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)) from error
    except SyntaxError as error:
        message = "Syntax error in module '%s': %s" % (module_name, error)
        raise Fault("Runtime.UserCodeSyntaxError", message) from error
    try:
        return getattr(module, function)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, module_name))


def own_handler():
    """The name of the function's own handler, which from here on is the only one that anybody sees."""
    name = os.environ.pop("LAMBENCH_PROFILE_HANDLER")
    os.environ["_HANDLER"] = name
    if len(sys.argv) > 1:
        sys.argv[1:] = [name]
    return name


# --- imports that are put off ----------------------------------------------------------------------------------------


class Names(dict):
    """The built-in names of one module, and behind them those that its put-off imports will bind."""

    def __init__(self, names):
        super().__init__(vars(builtins))
        self.names = names
        self.pending = {}

    def __missing__(self, name):
        pending = self.pending.get(name)
        if pending is not None:
            value = pending.load()
            self.names.setdefault(name, value)
            return value
        # Whoever adds to the built-in names later adds for everybody.
        return vars(builtins)[name]


class Deferring:
    """Puts off what LAMBENCH_DEFER names. Only the modules that it names are touched: all others import as ever, and take as
    long as ever.

    With `active` false nothing is put off; with `watches`, it is seen who else loads a target.
    """

    def __init__(self, text, active, watches):
        self.active = active
        self.watches = watches
        self.importers = {}
        self.pending = []
        self.loaded_by = {}
        for entry in text.split(";"):
            target, _, importers = entry.partition("<")
            for importer in importers.split(","):
                if importer:
                    self.importers.setdefault(importer, set()).add(target)
        self.targets = {target for targets in self.importers.values() for target in targets}
        self.awaited = set(self.importers)

    def install(self):
        """From now on."""
        if not self.importers:
            return
        stand_in.operators()
        if self.active:
            sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        """Stands around the loading of a module whose imports are put off."""
        if self.watches and name in self.targets and State.phase == INIT:
            self.watch(name)
        if name not in self.importers:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        self.awaited.discard(name)
        if not self.awaited and not self.watches:
            # Whatever is loaded from here on is found without a detour.
            sys.meta_path.remove(self)
        run = getattr(spec.loader, "exec_module", None)

        def exec_module(module):
            if module.__name__ in self.importers:
                names = self.prepare(module.__dict__)
                run(module)
                self.settle(module.__dict__, names)
            else:
                run(module)

        try:
            spec.loader.exec_module = exec_module
        except AttributeError:
            self.importers.pop(name)
        return spec

    def watch(self, name):
        """Whoever has this loaded, unless it was put off until now."""
        frame = sys._getframe(2)
        while frame is not None and _passes_on(frame):
            frame = frame.f_back
        importer = frame.f_globals.get("__name__") if frame is not None else __name__
        if importer not in (__name__, stand_in.__name__):
            self.loaded_by.setdefault(name, (importer, frame.f_lineno))

    def prepare(self, names):
        """Before the module runs: its functions will look for names here last, and its import statements are ours."""
        own = Names(names)
        own["__import__"] = self.import_
        names["__builtins__"] = own
        return own

    def settle(self, names, own):
        """After it ran: what it has not used is taken out. What it keeps under another name or in something is used."""
        own["__import__"] = builtins.__import__
        for key, value in list(names.items()):
            if type(value) is tuple and any(type(one) is StandIn for one in value):
                # `except` takes nothing that stands for a class.
                names[key] = tuple(real(one) if type(one) is StandIn else one for one in value)
        waiting = {key: pending_of(value) for key, value in names.items() if type(value) is StandIn}
        # It would be one more who keeps it.
        value = None
        for key, pending in waiting.items():
            if pending.loaded:
                continue
            del names[key]
            kept = pending.stand_in()
            if kept is not None:
                names[key] = real(kept)
            else:
                own.pending[key] = pending
        if not own.pending:
            return
        there = names.get("__getattr__")

        def look(name):
            pending = own.pending.get(name)
            if pending is not None:
                value = pending.load()
                names.setdefault(name, value)
                return value
            if there is not None:
                return there(name)
            if name == "__all__":
                # `from x import *` copies the names; those that wait are names too.
                return [key for key in (*names, *own.pending) if not key.startswith("_")]
            raise AttributeError("module %r has no attribute %r" % (names.get("__name__"), name))

        names["__getattr__"] = look

    def import_(self, name, globals=None, locals=None, fromlist=(), level=0):
        """`__import__`, in a module whose imports are put off."""
        beneath = builtins.__import__
        frame = sys._getframe(1)
        if frame.f_globals is not globals or frame.f_code.co_name != "<module>":
            return beneath(name, globals, locals, fromlist, level)
        targets = self.importers.get(globals.get("__name__"), ())
        full = absolute(name, globals, level)
        whole = _is_in(full, targets)
        if not fromlist:
            if not whole or full in sys.modules:
                return beneath(name, globals, locals, fromlist, level)
            return self._plain(name, full, globals, level, frame)
        if "*" in fromlist:
            return beneath(name, globals, locals, fromlist, level)
        wanted = {one for one in fromlist if whole or _is_in(full + "." + one, targets)}
        if whole and full in sys.modules:
            wanted = {one for one in wanted if not hasattr(sys.modules[full], one)}
        wanted = {one for one in wanted if full + "." + one not in sys.modules}
        if not wanted:
            return beneath(name, globals, locals, fromlist, level)
        rest = tuple(one for one in fromlist if one not in wanted)
        source = beneath(name, globals, locals, rest, level) if rest else None
        line = frame.f_lineno

        def take(one):
            if one not in wanted:
                return stand_in.attribute_of(source, one)
            module = full + "." + one if not whole else full
            return self._stand_in(Pending(globals, name, (one,), level, one, module, line))

        return Source(take)

    def _plain(self, name, full, globals, level, frame):
        if "." in name:
            # `import a.b as c` goes on by looking into what it is given.
            if self._following(frame) == "IMPORT_FROM":
                attribute = name.rpartition(".")[2]
                pending = Pending(globals, name, (), level, attribute, full, frame.f_lineno)
                # Each step of the way is asked for; the last one is bound, and nobody else keeps it.
                steps = iter(name.split(".")[2:])
                source = Source(lambda part: source if next(steps, None) else self._stand_in(pending))
                return source
        pending = Pending(globals, name, (), level, None, full, frame.f_lineno)
        there = globals.get(pending.bound)
        if type(there) is StandIn:
            # `import a.b` after `import a.c`: the name stands for both.
            pending.before = pending_of(there)
        elif there is not None:
            return builtins.__import__(name, globals, None, None, level)
        return self._stand_in(pending)

    def _following(self, frame):
        """What the module does with what this import gives it."""
        from opcode import opname

        code, at = frame.f_code.co_code, frame.f_lasti
        # Older versions stand at what widens the import's own operand.
        while opname[code[at]] == "EXTENDED_ARG":
            at += 2
        at += 2
        while opname[code[at]] in ("EXTENDED_ARG", "CACHE"):
            at += 2
        return opname[code[at]]

    def _stand_in(self, pending):
        self.pending.append(pending)
        return StandIn(pending)

    def report(self):
        """What became of each."""
        return [
            {
                "importer": pending.names.get("__name__", ""),
                "module": pending.module,
                "name": pending.bound,
                "line": pending.line,
                "used": pending.used,
                "used_line": pending.used_line,
            }
            for pending in self.pending
        ]

    def loaded_otherwise(self):
        """Targets that somebody else has loaded meanwhile."""
        return [
            {"module": module, "by": by, "line": line}
            for module, (by, line) in self.loaded_by.items()
            if module in sys.modules
        ]


def _passes_on(frame):
    """Whether somebody else's import is at work here: Python's part of it, or ours of one that is not put off."""
    code = frame.f_code
    return (
        code.co_filename.startswith("<frozen importlib")
        or frame.f_globals.get("__name__") == "importlib"
        or code in (Deferring.import_.__code__, Deferring._plain.__code__)
    )


def _is_in(name, targets):
    while name:
        if name in targets:
            return True
        name = name.rpartition(".")[0]
    return False


def deferring():
    """As the function's variables say. A start that is measured is not watched."""
    text = os.environ.pop("LAMBENCH_DEFER", "")
    measured = os.environ.pop("LAMBENCH_DEFER_ACTIVE", None)
    return Deferring(text, active=measured != "0", watches=measured is None)


if os.environ.get("_HANDLER", "").startswith("lambench_defer."):
    _deferring = deferring()
    _deferring.install()
    import importlib

    try:
        _handler = load_handler(own_handler(), importlib.import_module)
    except Fault as _fault:
        # An ImportError stays one, so that the client says what it would have said.
        if _fault.__cause__ is not None:
            raise _fault.__cause__
        raise

    def handler(event, context):
        """The function's own, and the answer to an event of ours."""
        if isinstance(event, dict) and "lambench_profile" in event:
            return {"deferred": _deferring.report(), "loaded_otherwise": _deferring.loaded_otherwise()}
        State.phase = FIRST
        return _handler(event, context)
