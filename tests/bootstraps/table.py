"""Runs a row of the table with a client, and makes of what was seen what a caller and a reader of the log can tell apart."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import harness
from rows.base import Ends, InitError

# How a process ends after an init error.
INIT_STATUS = {"python": 1, "node": 129}

OWN = {"python": harness.BOOTSTRAPS / "python.py", "node": harness.BOOTSTRAPS / "node.cjs"}
RIC_MAIN = r'(?<=- )/[^\s"]*/aws-lambda-ric/(?:dist/)?index.mjs'
CLIENTS = "/awslambdaric/|/aws-lambda-ric/|/bootstraps/|/var/runtime/"


def run(argv, case, language, env=None):
    """What came of one row."""
    return harness.drive(
        argv,
        case.files[language],
        case.handler[language],
        case.events,
        env={**(env or {}), **case.env},
        headers=case.headers,
        limit=case.limit,
    )


def each(test, cases, see, judge):
    """`judge(case, see(case))` for every row, as a sub-test; several rows are seen at once."""
    with ThreadPoolExecutor(6) as pool:
        seen = [(case, pool.submit(see, case)) for case in cases]
    for case, future in seen:
        with test.subTest(case=case.name):
            judge(case, future.result())


def check(test, case, language, seen):
    """Holds what was seen against the row."""
    expect = case.expect[language]
    if expect and isinstance(expect[0], Ends):
        test.assertEqual((seen.posts, seen.status), ([], expect[0].status), seen.log)
    elif expect:
        test.assertEqual(len(seen.posts), len(expect), seen.log)
        for expected, post in zip(expect, seen.posts):
            expected.check(post)
        status = INIT_STATUS[language] if isinstance(expect[0], InitError) and case.status is None else case.status
        test.assertEqual(seen.status, status, seen.log)


def compare(test, case, language, ours, theirs):
    """Ours does what the row says and what AWS's does; where the row says that it doesn't, it really doesn't."""
    check(test, case, language, ours)
    if case.log:
        test.assertRegex(ours.log, re.compile(case.log, re.DOTALL))
    for post in ours.posts:
        test.assertNotIn(str(OWN[language]).encode(), post.body, "it shows our client")
    same = comparable(ours, language, case.keeps), comparable(theirs, language, case.keeps)
    if language in case.differs:
        test.assertNotEqual(*same)
        return
    test.maxDiff = 4000
    for name in ("posts", "status", "log"):
        test.assertEqual(same[0][name], same[1][name], "%s; AWS's log:\n%s" % (name, theirs.log[-2000:]))
    check(test, case, language, theirs)


def comparable(seen, language, keeps=None):
    """All that a function, its caller and its log can show, without the client's own frames."""
    posts = []
    for post in seen.posts:
        kind = (post.header("content-type") or "application/json").split(";")[0]
        body = post.body
        if post.kind != "response":
            body = _error(json.loads(re.sub(RIC_MAIN, "/var/runtime/index.mjs", body.decode())))
        trailing = post.trailing_error()
        mode = post.header("lambda-runtime-function-response-mode")
        posts.append((post.kind, post.request_id, kind, mode, body, trailing and _error(trailing)))
    return {"posts": posts, "status": seen.status, "log": _log(seen.log, language, keeps)}


def _error(body):
    """An error's body without the client's frames, and how deep a recursion went."""
    for name in ("stackTrace", "trace"):
        if name in body:
            body[name] = [re.sub(r"repeated \d+ more", "repeated N more", line) for line in _frames(body[name])]
    return body


def _frames(lines):
    own = [bool(re.search(CLIENTS, line)) and "at " in line or "/awslambdaric/" in line for line in lines]
    # What called the client is no business of the function's either.
    last = max((i for i, is_own in enumerate(own) if is_own), default=len(lines))
    internal = all(re.match(r"    at .*node:", line) for line in lines[last + 1 :])
    lines = lines[: last + 1] if internal else lines
    return [line for line, is_own in zip(lines, own) if not is_own]


def _log(text, language, keeps):
    if keeps != "carriage returns":
        text = text.replace("\r", "\n")
    if keeps != "warning":
        text = re.sub(r"\[WARNING\]\t\S+\t\tLAMBDA_WARNING: .*\n\n?", "", text)
        text = re.sub(r'\{[^\n]*"message": "LAMBDA_WARNING: .*\n', "", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", "TIME", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0xADDRESS", text)
    if language == "python":
        text = re.sub(r"repeated \d+ more", "repeated N more", text)
        text = re.sub(r"(?m)^/[^\n:]*(?:%s)[^\n:]*:\d+: (.*\n)  .*\n" % CLIENTS, r"CLIENT: \1", text)
        text = re.sub(r'"stackTrace": ?(\[.*?"\])(?=[,}])', _stack, text)
        # In an error of the handler, and in what Python itself writes when a process dies.
        return re.sub(r'[ \xa0]{2}File "[^"\n]*(?:%s)[^"\n]*", line .*\n(?:[ \xa0]{4}.*\n)*' % CLIENTS, "", text)
    text = re.sub(RIC_MAIN, "/var/runtime/index.mjs", text)
    text = re.sub(r'"(?:stack|stackTrace|trace)":(\[.*?"\])(?=[,}])', _stack, text)
    text = re.sub(r"(?:\\n    at [^\"\\]*(?:%s)[^\"\\]*(?:\\n    at [^\"\\]*node:[^\"\\]*)*)" % CLIENTS, "", text)
    return re.sub(r"(?:\n\s+at [^\n]*(?:%s)[^\n{]*(?:\n\s+at [^\n]*node:[^\n{]*)*)" % CLIENTS, "", text)


def _stack(found):
    return '"stack": ' + json.dumps(_frames(json.loads(found[1])), ensure_ascii=False)
