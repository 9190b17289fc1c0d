"""Moves imports from the top of a handler's file into the functions that use them, as a person would, line by line."""

import re

PYTHON = re.compile(r"(?:import|from)\s+(?P<module>[\w.]+)")
NODE = re.compile(r"(?:const|let|var)\s.*require\('(?P<module>[^']+)'\)")
FUNCTION = re.compile(r"(?:async )?(?:def|function) (?P<name>\w+)\(.*[:{]$")


def is_of(line, target):
    """Whether a line at the top imports the target or something in it."""
    found = PYTHON.match(line) or NODE.match(line)
    return bool(found) and re.split(r"[./]", found["module"] + ".")[: target.count("/") + 1] == target.split("/")


def names(line):
    """What an import binds."""
    bound = line.split("import", 1)[1] if PYTHON.match(line) else line.split("=", 1)[0].split(None, 1)[1]
    return [part.split()[-1].split(".")[0] for part in bound.strip(" {}").split(",")]


def lazily(source, targets):
    """The source with the imports of all targets moved. Each must be there, and be used in a function."""
    lines = source.splitlines()
    for target in targets:
        if not any(is_of(line, target) for line in lines):
            raise ValueError(f"nothing at the top imports {target}")
    moved = [line for line in lines if any(is_of(line, target) for target in targets)]
    homeless, before = set(moved), {}
    for at, line in enumerate(lines):
        if FUNCTION.match(line):
            body = list(body_of(lines, at))
            wanted = [one for one in moved if uses(body, names(one))]
            homeless.difference_update(wanted)
            first = at + 2 if body[0].strip().startswith('"""') else at + 1
            before[first] = [re.match(r"\s*", body[0]).group() + one for one in wanted]
    if homeless:
        raise ValueError(f"no function uses what is imported by {sorted(homeless)}")
    kept = [new for at, line in enumerate(lines) if line not in moved for new in [*before.get(at, []), line]]
    return "\n".join(kept) + "\n"


def body_of(lines, at):
    """The lines of the function that begins there."""
    for line in lines[at + 1 :]:
        if line and not line[0].isspace():
            return
        yield line


def uses(body, bound):
    return any(re.search(rf"\b{re.escape(name)}\b", line) for name in bound for line in body)
