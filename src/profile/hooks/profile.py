"""Records what loading a function's handler spends its time on: every module with the time and the memory that it takes by
itself, and every import of every module. An event of ours is answered with the recording; any other is the function's.

Three places are watched: `importlib._bootstrap._find_and_load`, which every loading of a module passes; `__import__`, which
every import statement passes, also of what is loaded already; and `importlib.import_module`. A clock is read last on the way
in and first on the way out, so that what is done in between is nobody's time.
"""

import builtins
import importlib
import os
import sys
import time

import _thread
import lambench_defer as defer
from lambench_defer import FIRST, INIT, State

_clock = time.perf_counter_ns
_bootstrap = sys.modules["importlib._bootstrap"]
_modules = sys.modules
_getframe = sys._getframe
_TASK = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
_OPTIMIZED = 1


class Node:
    """One loading of one module."""

    __slots__ = ("name", "parent", "nested", "nested_memory", "took", "memory", "phase", "failed", "thread")

    def __init__(self, name, parent, phase, thread):
        self.name = name
        self.parent = parent
        self.nested = 0
        self.nested_memory = 0
        self.took = 0
        self.memory = 0
        self.phase = phase
        self.failed = False
        self.thread = thread


class _Stack(_thread._local):
    """The modules that this thread is loading, the innermost last."""

    def __init__(self):
        self.nodes = []


_stack = _Stack()
_nodes = []
_imports = {}
_main = _thread.get_ident()
_putting_off = defer.Deferring.import_.__code__

try:
    _statm = os.open("/proc/self/statm", os.O_RDONLY)
    _page = os.sysconf("SC_PAGE_SIZE") // 1024
except OSError:
    _statm = None


def _memory():
    if _statm is None:
        return 0
    return int(os.pread(_statm, 64, 0).split(b" ", 2)[1])


def _loading(load):
    def find_and_load(name, *rest):
        entered = _clock()
        if name in _modules:
            return load(name, *rest)
        stack = _stack.nodes
        parent = stack[-1] if stack else None
        node = Node(name, parent, State.phase, _thread.get_ident() != _main)
        _nodes.append(node)
        stack.append(node)
        memory = _memory()
        began = _clock()
        try:
            module = load(name, *rest)
        except BaseException:
            ended = _clock()
            stack.pop()
            # What it took is its importer's; what it has loaded stays.
            node.failed = True
            if parent is not None:
                parent.nested_memory += node.nested_memory
                parent.nested += node.nested + began - entered + _clock() - ended
            raise
        ended = _clock()
        memory = _memory() - memory
        stack.pop()
        node.took = ended - began - node.nested
        node.memory = memory - node.nested_memory
        if parent is not None:
            parent.nested_memory += memory
            parent.nested += _clock() - entered
        return module

    return find_and_load


def _importing(import_):
    def __import__(name, globals=None, locals=None, fromlist=(), level=0):
        module = import_(name, globals, locals, fromlist, level)
        began = _clock()
        frame = _getframe(1)
        if frame.f_code is _putting_off:
            frame = frame.f_back
        _note(name, globals, fromlist, level, frame)
        stack = _stack.nodes
        if stack:
            stack[-1].nested += _clock() - began
        return module

    return __import__


def _importing_module(import_module):
    def wrapped(name, package=None):
        module = import_module(name, package)
        frame = _getframe(1)
        if name.startswith("."):
            level = len(name) - len(name.lstrip("."))
            name = defer.absolute(name[level:], {"__package__": package}, level)
        _note(name, frame.f_globals, (), 0, frame)
        return module

    wrapped.__name__ = wrapped.__qualname__ = "import_module"
    wrapped.__module__ = "importlib"
    wrapped.__doc__ = import_module.__doc__
    return wrapped


def _note(name, globals, fromlist, level, frame):
    stack = _stack.nodes
    code = frame.f_code
    names = globals if globals is not None else frame.f_globals
    package = names.get("__package__") if level else None
    if level and package is None:
        name, level = defer.absolute(name, names, level), 0
    if type(fromlist) is not tuple:
        fromlist = tuple(fromlist or ())
    importer = names.get("__name__")
    _imports[
        stack[-1] if stack else None,
        importer,
        name,
        package,
        fromlist,
        level,
        frame.f_lineno if not code.co_filename.startswith("<frozen") else None,
        code.co_name if code.co_flags & _OPTIMIZED else None,
        State.phase,
        _line_of(stack[-1].name, frame) if stack and stack[-1].name != importer else None,
    ] = None


def _line_of(name, frame):
    """Where a module is that has called others."""
    while frame is not None:
        if frame.f_globals.get("__name__") == name:
            return frame.f_lineno
        frame = frame.f_back
    return None


# --- the recording ---------------------------------------------------------------------------------------------------


class _Places:
    """Whose a file is: the function's, a distribution's, or neither's."""

    def __init__(self, handler):
        self.top = handler.rpartition(".")[0].replace("/", ".").partition(".")[0]
        self.distributions = {}
        self.task_has_distributions = False
        for folder in sys.path:
            if folder and os.path.isdir(folder):
                self._read(os.path.abspath(folder))

    def _read(self, folder):
        try:
            names = os.listdir(folder)
        except OSError:
            return
        for name in names:
            if not name.endswith(".dist-info"):
                continue
            if folder == _TASK:
                self.task_has_distributions = True
            distribution = name[: -len(".dist-info")].rpartition("-")[0] or name
            try:
                with open(os.path.join(folder, name, "RECORD"), encoding="utf-8", errors="replace") as record:
                    for line in record:
                        path = line.partition(",")[0].strip('"')
                        if not path.startswith(".."):
                            self.distributions[os.path.join(folder, path)] = distribution
            except OSError:
                continue

    def distribution(self, file):
        return self.distributions.get(file)

    def is_own(self, name, file):
        if not file.startswith(_TASK + os.sep) or file in self.distributions:
            return False
        if self.task_has_distributions:
            return True
        # No distribution says what is its own: folders beside the handler's are taken for libraries.
        inside = file[len(_TASK) + 1 :]
        return name.partition(".")[0] == self.top or os.sep not in inside


def _file_of(module):
    spec = getattr(module, "__spec__", None)
    file = getattr(module, "__file__", None) or getattr(spec, "origin", None)
    if not isinstance(file, str) or file in ("built-in", "frozen", "namespace"):
        return None
    if file.endswith(".pyc") and "__pycache__" not in file:
        file = file[:-1] if os.path.exists(file[:-1]) else file
    return os.path.abspath(file)


class _Writer:
    """Puts the recording together, when it is asked for."""

    def __init__(self):
        self.positions = {}
        self.modules = []
        self.imports = {}
        self.lines = {}

    def write(self):
        places = _Places(_own_name)
        kept = {}
        for node in list(_nodes):
            if not node.failed and node.name not in self.positions:
                kept[node] = self.positions[node.name] = len(self.modules)
                self.modules.append(self._module(node, places))
        self.kept = kept
        for key in list(_imports):
            self._edges(*key)
        for node, position in kept.items():
            by = self._position(node.parent)
            entry = self.modules[position]
            if by is not None and by != position:
                entry["loaded_by"] = by
                line = self.lines.get((by, position))
                if line is not None:
                    entry["line"] = line
                if (by, position) not in self.lines:
                    self._edge(by, position, None, node.phase, None, None)
        notes = []
        threads = sum(node.thread for node in kept)
        if threads:
            notes.append("other-threads: %d" % threads)
        if not places.task_has_distributions:
            notes.append("no-distributions")
        answer = {
            "language": "python",
            "version": "%d.%d.%d" % sys.version_info[:3],
            "handler": _own_name,
            "total_ms": _result["total"] / 1e6,
            "modules": self.modules,
            "imports": list(self.imports.values()),
            "deferred": _deferring.report(),
            "notes": notes,
        }
        for key in ("cpu_ms", "first_ms", "error", "first_error"):
            if _result.get(key) is not None:
                answer[key] = _result[key]
        return answer

    def _module(self, node, places):
        module = _modules.get(node.name)
        file = _file_of(module)
        entry = {
            "name": node.name,
            "self_ms": max(0, node.took) / 1e6,
            "phase": node.phase,
        }
        if _statm is not None:
            entry["memory_kb"] = node.memory * _page
        if file is not None:
            entry["file"] = file
            entry["own"] = places.is_own(node.name, file)
            distribution = places.distribution(file)
            if distribution is not None:
                entry["distribution"] = distribution
        elif hasattr(module, "__path__"):
            entry["namespace"] = True
        return entry

    def _position(self, node):
        """Of the module, or of whoever gets what a failed import has left."""
        while node is not None:
            if node in self.kept:
                return self.kept[node]
            if not node.failed and node.name in self.positions:
                return self.positions[node.name]
            node = node.parent
        return None

    def _edges(self, top, importer, name, package, fromlist, level, line, function, phase, called):
        full = defer.absolute(name, {"__package__": package}, level) if level else name
        at = self.positions.get(importer)
        source = self._position(top)
        if source is None:
            source = at
        if source is None or not full:
            return
        if top is not None and top.failed:
            # The line is not one of `source`.
            called = None
        through = None
        if at is None:
            # It was there before the hook, or has failed: the line is the one that called it.
            line, function, through = called, None, importer or "?"
        parts = full.split(".")
        targets = [".".join(parts[: n + 1]) for n in range(len(parts))]
        module = _modules.get(full)
        for one in fromlist:
            if one == "*":
                listed = getattr(module, "__all__", ())
                targets.extend(full + "." + str(one) for one in listed)
            else:
                targets.append(full + "." + one)
        for target in targets:
            position = self.positions.get(target)
            if position is not None and position != source:
                self._edge(source, position, line, phase, at, function, through)
                self.lines.setdefault((source, position), line if at in (None, source) else called)

    def _edge(self, source, target, line, phase, at, function, through=None):
        if at == source:
            at = None
        edge = {"from": source, "to": target, "phase": phase}
        if line is not None:
            edge["line"] = line
        if at is not None:
            edge["at"] = at
        if function is not None:
            edge["function"] = function
        if through is not None:
            edge["through"] = through
        self.imports.setdefault((source, target, line, phase, at, function, through), edge)


# --- a start ---------------------------------------------------------------------------------------------------------

_result = {}


def _error(kind, error):
    return {"type": kind, "message": str(error)}


def _load():
    began, at_work = _clock(), time.process_time_ns()
    try:
        return defer.load_handler(_own_name, importlib.import_module)
    except defer.Fault as fault:
        _result["error"] = _error(fault.kind, fault)
        _result["raised"] = fault
    except Exception as error:
        _result["error"] = _error(type(error).__name__, error)
        _result["raised"] = error
    except SystemExit as error:
        _result["error"] = _error("Runtime.ExitError", "the module called sys.exit(%s)" % error)
        _result["raised"] = RuntimeError("the module called sys.exit(%s)" % error)
    finally:
        took = _clock() - began
        at_work = time.process_time_ns() - at_work
        total = took if _plain else sum(node.took for node in _nodes if node.phase == INIT and not node.thread)
        # The rest of the time was the hook's own.
        hooks = took - total
        _result["cpu_ms"] = max(0, at_work - hooks) / 1e6
        _result["total"] = total
    return None


def _install():
    _bootstrap._find_and_load = _loading(_bootstrap._find_and_load)
    builtins.__import__ = _importing(builtins.__import__)
    importlib.import_module = _importing_module(importlib.import_module)
    _deferring.install()


def handler(event, context):
    """The function's own handler, and the answer to an event of ours."""
    if isinstance(event, dict) and "lambench_profile" in event:
        return _Writer().write()
    if "raised" in _result:
        raise _result["raised"]
    State.phase = FIRST
    if "first_ms" in _result:
        return _handler(event, context)
    began = _clock()
    try:
        return _handler(event, context)
    except BaseException as error:
        _result["first_error"] = _error(type(error).__name__, error)
        raise
    finally:
        _result["first_ms"] = (_clock() - began) / 1e6


_own_name = defer.own_handler()
# A start to compare with: only the clock.
_plain = os.environ.pop("LAMBENCH_PROFILE_PLAIN", None) is not None
_deferring = defer.deferring()
if not _plain:
    _install()
_handler = _load()
