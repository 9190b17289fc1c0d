"""How processes end."""

from .base import *  # noqa: F403

CASES = [
    Case("an exit while loading", "import sys\nsys.exit(3)\n", "process.exit(3);", expect=[Ends(3)]),
    Case("an exit in the handler", python("import sys\nsys.exit(4)"), answers("process.exit(4);"), expect=[Ends(4)]),
    Case("an exit with words", python("raise SystemExit('bye')"), expect=[Ends(1)], log="bye"),
    Case("an exit in haste", python("import os\nos._exit(9)"), expect=[Ends(9)]),
    Case("an interrupt", python("raise KeyboardInterrupt()"), expect=[Ends(-2)], log="KeyboardInterrupt"),
    Case("an exit with words while loading", "raise SystemExit('bye')\n", expect=[Ends(1)], log="bye"),
    Case("an exit in haste while loading", "import os\nos._exit(9)\n", expect=[Ends(9)]),
    Case("an exit without words", python("raise SystemExit"), expect=[Ends(0)]),
    Case("an exit with status 0 while loading", "import sys\nsys.exit(0)\n", "process.exit(0);", expect=[Ends(0)]),
    Case("an abort", python("import os\nos.abort()"), expect=[Ends(-6)]),
    Case("an interrupt while loading", "raise KeyboardInterrupt()\n", expect=[Ends(-2)], log="KeyboardInterrupt"),
    Case("an end of a generator", python("raise GeneratorExit()"), expect=[Ends(1)], log="GeneratorExit"),
    Case("an exit by a signal", python("import os\nos.kill(os.getpid(), 9)"), answers("process.kill(process.pid, 'SIGKILL'); await new Promise((f) => setTimeout(f, 5000));"), expect=[Ends(-9)]),
    Case(
        "an exit code that waits",
        node=answers("process.exitCode = 5; return 1;"),
        node_expect=[Ok(1)],
    ),
    Case(
        "a rejection that nobody handles ends the environment",
        node=answers("Promise.reject(new Error('r')); await new Promise((f) => setTimeout(f, 5000));"),
        status=128,
        node_expect=[Error("Runtime.UnhandledPromiseRejection", "Error: r")],
    ),
    Case(
        "an exception that nobody catches ends it too",
        node=answers("setTimeout(() => { throw new TypeError('t'); }); await new Promise((f) => setTimeout(f, 5000));"),
        status=129,
        node_expect=[Error("TypeError", "t")],
    ),
    Case(
        "an event that nobody listens to",
        node=answers(
            "setTimeout(() => new (require('events'))().emit('error', new RangeError('ev')));"
            "await new Promise((f) => setTimeout(f, 5000));"
        ),
        status=129,
        node_expect=[Error("RangeError", "ev")],
    ),
    Case(
        "a function that handles its own rejections",
        node="process.on('unhandledRejection', () => {});\n"
        + answers("Promise.reject(new Error('r')); await new Promise((f) => setTimeout(f, 20)); return 1;"),
        status=128,
        node_expect=[Error("Runtime.UnhandledPromiseRejection", "Error: r")],
    ),
    Case(
        "a thread that dies",
        "import threading\ndef die(): raise ValueError('thread')\n"
        + python("thread = threading.Thread(target=die)\nthread.start()\nthread.join()\nreturn 'lives'"),
        expect=[Ok("lives")],
        log="ValueError: thread",
    ),
    Case(
        "a pool of threads and a loop of its own",
        "import asyncio, concurrent.futures\n"
        + python(
            "async def work(): return 2\n"
            "with concurrent.futures.ThreadPoolExecutor() as pool:\n    one = pool.submit(lambda: 1).result()\n"
            "return [one, asyncio.run(work())]"
        ),
        expect=[Ok([1, 2])],
    ),
    Case(
        "a child process",
        python("import subprocess\nreturn subprocess.check_output(['echo', 'hi']).decode()"),
        answers("return require('child_process').execSync('echo hi').toString();"),
        expect=[Ok("hi\n")],
    ),
    Case(
        "a worker thread",
        node=answers(
            "const { Worker } = require('worker_threads');"
            "return new Promise((done) => new Worker('require(\"worker_threads\").parentPort.postMessage(4)',"
            " { eval: true }).on('message', done));"
        ),
        node_expect=[Ok(4)],
    ),
    Case(
        "functions that run at the end don't",
        "import atexit\natexit.register(print, 'at exit')\n" + python("return 1"),
        expect=[Ok(1)],
    ),
]
