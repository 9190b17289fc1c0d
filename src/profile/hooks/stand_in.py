"""What stands in the place of an import that is put off, until it is used: then it is imported, and answers for itself."""

import builtins
import os
import sys
from _weakref import ref

INIT, FIRST = "init", "first"


class State:
    """Where the process is in its life."""

    phase = INIT


def absolute(name, names, level):
    """The full name of what is imported by a module with these names."""
    if not level:
        return name
    package = names.get("__package__")
    if package is None:
        own = names.get("__name__", "")
        package = own if "__path__" in names else own.rpartition(".")[0]
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return base + "." + name if name else base


class Pending:
    """One name that an import binds, not imported yet."""

    def __init__(self, names, name, fromlist, level, attribute, module, line):
        self.names = names
        self.call = (name, fromlist, level)
        self.attribute = attribute
        self.module = module
        self.line = line
        self.bound = attribute or name.partition(".")[0]
        self.before = None
        self.stand_in = None
        self.used = None
        self.used_line = None
        self.loaded = False
        self.value = None

    def load(self):
        """What the import would have bound."""
        if not self.loaded:
            if self.used is None:
                self.used = State.phase
                self.used_line = self._line_of_use()
            if self.before is not None:
                self.before.load()
            module = self._bind()
            self.value = module
            self.loaded = True
            for key, value in list(self.names.items()):
                if type(value) is StandIn and pending_of(value) is self:
                    self.names[key] = module
        return self.value

    def _bind(self):
        name, fromlist, level = self.call
        own = self.names.get("__name__")
        if fromlist and absolute(name, self.names, level) == own:
            # `from . import part` would ask this package for the very name that waits here.
            part = "%s.%s" % (own, self.attribute)
            builtins.__import__(part, self.names, None, (), 0)
            return sys.modules[part]
        module = builtins.__import__(name, self.names, None, fromlist, level)
        if self.attribute and (fromlist or "." in name):
            # `import a.b as c` binds what lies at the end of the way.
            way = [self.attribute] if fromlist else name.split(".")[1:]
            for part in way:
                module = attribute_of(module, part)
        return module

    def _line_of_use(self):
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_globals is self.names:
                return frame.f_lineno
            frame = frame.f_back
        return None


def attribute_of(module, name):
    """What `from module import name` binds."""
    try:
        return getattr(module, name)
    except AttributeError:
        full = module.__name__ + "." + name
        if full in sys.modules:
            return sys.modules[full]
        raise ImportError("cannot import name %r from %r" % (name, module.__name__), name=module.__name__)


class StandIn:
    """Answers for what is not imported yet, by importing it."""

    __slots__ = ("_lambench", "__weakref__")

    def __init__(self, pending):
        object.__setattr__(self, "_lambench", pending)
        pending.stand_in = ref(self)

    def __getattribute__(self, name):
        if name == "__mro_entries__":
            # Asked of the object, not of its type.
            return lambda bases: (pending_of(self).load(),)
        return getattr(pending_of(self).load(), name)

    def __setattr__(self, name, value):
        setattr(pending_of(self).load(), name, value)

    def __delattr__(self, name):
        delattr(pending_of(self).load(), name)

    def __set_name__(self, owner, name):
        # Only the thing itself can be a method or a descriptor of the class.
        value = pending_of(self).load()
        setattr(owner, name, value)
        told = getattr(type(value), "__set_name__", None)
        if told is not None:
            told(value, owner, name)

    def __instancecheck__(self, instance):
        return isinstance(instance, pending_of(self).load())

    def __subclasscheck__(self, subclass):
        return issubclass(subclass, pending_of(self).load())

    def __hash__(self):
        return hash(pending_of(self).load())

    def __bool__(self):
        return bool(pending_of(self).load())

    def __call__(self, *args, **kwargs):
        return pending_of(self).load()(*args, **kwargs)

    def __repr__(self):
        return repr(pending_of(self).load())

    def __str__(self):
        return str(pending_of(self).load())

    def __dir__(self):
        return dir(pending_of(self).load())

    def __iter__(self):
        return iter(pending_of(self).load())

    def __await__(self):
        return pending_of(self).load().__await__()


def pending_of(stand_in):
    """What a stand-in stands for."""
    return object.__getattribute__(stand_in, "_lambench")


def real(stand_in):
    """The thing itself. Where it can't be imported, that is said at its use."""
    try:
        return pending_of(stand_in).load()
    except ImportError:
        return stand_in


def operators():
    """Lets a stand-in answer for operators too."""
    import operator

    def forward(function):
        return lambda self, *others: function(pending_of(self).load(), *others)

    def reflected(function):
        return lambda self, other: function(other, pending_of(self).load())

    for name in ("eq", "ne", "lt", "le", "gt", "ge", "getitem", "setitem", "delitem", "contains", "neg", "pos", "abs", "index"):
        setattr(StandIn, "__%s__" % name, forward(getattr(operator, "__%s__" % name)))
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "or", "and", "xor", "lshift", "rshift", "matmul"):
        function = getattr(operator, "__%s__" % name)
        setattr(StandIn, "__%s__" % name, forward(function))
        setattr(StandIn, "__r%s__" % name, reflected(function))
    for name, function in (("len", len), ("int", int), ("float", float), ("fspath", os.fspath), ("next", next), ("format", format)):
        setattr(StandIn, "__%s__" % name, forward(function))


class Source:
    """What `from x import a` takes its names from while x is not imported."""

    def __init__(self, take):
        self._take = take

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._take(name)
