"""What reaches the log."""

from .base import *  # noqa: F403

CASES = [
    Case(
        "log lines",
        "import logging\nlogging.warning('loading')\n"
        + python(
            "logging.getLogger().setLevel('INFO')\nlogging.getLogger('x').info('serving %d', 7)\nlogging.debug('unseen')"
        ),
        expect=[Ok(None)],
        log=r"\[WARNING\]\t[0-9-]{10}T[0-9:]{8}\.\d{3}Z\t\tloading\n\[INFO\]\t[0-9-]{10}T[0-9:.]{12}Z\trequest-1\tserving 7\n$",
    ),
    Case(
        "the root logger has one handler before anybody looks",
        "import logging\nBEFORE = len(logging.getLogger().handlers)\nlogging.basicConfig(level='DEBUG')\n"
        + python(
            "root = logging.getLogger()\n"
            "return [BEFORE, len(root.handlers), type(root.handlers[0]).__name__, root.level, logging.root is root,"
            " logging.__spec__.loader is logging.__loader__, type(logging.__loader__).__name__,"
            " logging.Formatter.converter is __import__('time').gmtime]"
        ),
        expect=[Ok([1, 1, "LambdaLoggerHandler", 30, True, True, "SourceFileLoader", True])],
    ),
    Case(
        "looking for logging without importing it changes nothing",
        "import importlib.util\nFOUND = importlib.util.find_spec('logging') is not None\nimport logging\n"
        + python("return [FOUND, len(logging.getLogger().handlers)]"),
        expect=[Ok([True, 1])],
    ),
    Case(
        "log lines as JSON",
        "import logging\n"
        + python(
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('split %s', 'x', extra={'order': 7})"
        ),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
        log=r'{"timestamp": "[0-9TZ:-]{20}", "level": "ERROR", "message": "split x", "logger": "root", "stackTrace": \["  File .*'
        r'"errorType": "ZeroDivisionError", "errorMessage": "division by zero", "requestId": "request-1", "location": ".*", "order": 7}\n',
    ),
    Case(
        "the log level that is set for the function",
        "import logging\n" + python("logging.debug('seen')\nreturn logging.getLogger().level"),
        env={"AWS_LAMBDA_LOG_LEVEL": "TRACE"},
        expect=[Ok(10)],
        log=r"\[DEBUG\]\t.*seen",
    ),
    Case(
        "an error in the log as JSON",
        python("raise ValueError('é')"),
        env=dict(NON_ASCII, AWS_LAMBDA_LOG_FORMAT="JSON"),
        expect=[Error("ValueError", "é")],
        log=r'{"timestamp": "[0-9TZ:-]{20}", "level": "ERROR", "errorMessage": "é", "errorType": "ValueError", "requestId": "request-1", "stackTrace": \[',
    ),
    Case(
        "what is printed is there at once, also when the process dies",
        python("import os\nprint('last words', end='')\nos._exit(1)"),
        expect=[Ends(1)],
        log="last words$",
    ),
    Case(
        "threads go on while an invoke is waited for",
        "import threading, time\nseen = []\nthreading.Thread(target=lambda: seen.append(1), daemon=True).start()\n"
        + python("time.sleep(0.05)\nreturn seen"),
        expect=[Ok([1])],
    ),
    Case(
        "lines with time, request and level",
        node="console.log('loading');"
        + answers(
            "console.log('a %d', 1, { b: 2 }); console.info('i'); console.debug('d'); console.warn('w');"
            "console.error('e'); console.trace('t'); console.fatal('f');"
        ),
        node_expect=[Ok(None)],
        log="Z\tundefined\tINFO\tloading\n.*Z\trequest-1\tINFO\ta 1 { b: 2 }\n.*Z\trequest-1\tDEBUG\td\n.*\tTRACE\tt\n",
    ),
    Case(
        "odd things are logged",
        node=answers(
            "console.log(); console.log(undefined); console.log(null, 1n, Symbol('s')); console.log('%s %j %%', 'a', {b:1}, 'c');"
            "console.log([1, [2, [3, [4]]]]); console.log(new Map([[1, { a: 1 }]])); console.log('a\\tb'); console.log('');"
        ),
        node_expect=[Ok(None)],
    ),
    Case(
        "an error is logged",
        node=answers("console.error(new RangeError('r')); console.error('with words', new TypeError('t'));"),
        node_expect=[Ok(None)],
        log="\tERROR\tRangeError: r",
    ),
    Case(
        "other methods of the console are Node's own",
        node=answers("console.table([{ a: 1 }]); console.dir({ a: 1 }); console.assert(false, 'no'); console.group('g');"
        "console.log('in'); console.groupEnd(); console.count(); process.stdout.write('raw'); process.stderr.write('err\\n');"),
        node_expect=[Ok(None)],
    ),
    Case(
        "lines as JSON",
        node=answers(
            "console.log({ a: 1 }); console.log('text'); console.log('%s', 'x', { y: 1 }); console.log(7, 8); console.warn();"
            "console.error('x %s', 'y', new TypeError('z')); console.error(new RangeError('alone')); console.log({ e: new Error('in') });"
            "console.log(1n); const ring = {}; ring.ring = ring; console.log(ring); console.log('a\\nb'); console.fatal('f');"
        ),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        node_expect=[Ok(None)],
        log=r'"level":"INFO","requestId":"request-1","message":{"a":1}}',
    ),
    Case(
        "an error of the handler in a log of JSON",
        node=answers("throw new RangeError('json');"),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        node_expect=[Error("RangeError", "json")],
        log=r'"level":"ERROR","requestId":"request-1","message":{"errorType":"RangeError"',
    ),
    Case(
        "an init error in a log of JSON",
        "raise ValueError('early')\n",
        "throw new RangeError('early');",
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[InitError("ValueError", "early")],
        node_expect=[InitError("RangeError", "early")],
    ),
    Case(
        "lower levels can be left out",
        "import logging\n" + python("[logging.log(n, 'at %d', n) for n in (10, 20, 30, 40, 50)]"),
        answers("console.trace('t'); console.debug('d'); console.info('i'); console.warn('w'); console.error('e'); console.fatal('f');"),
        env={"AWS_LAMBDA_LOG_LEVEL": "WARN"},
        expect=[Ok(None)],
    ),
    Case(
        "lower levels can be left out of JSON",
        "import logging\n" + python("[logging.log(n, 'at %d', n) for n in (10, 20, 30, 40, 50)]"),
        answers("console.debug('d'); console.info('i'); console.warn('w'); console.error('e');"),
        env={"AWS_LAMBDA_LOG_LEVEL": "ERROR", "AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
    ),
    Case(
        "a level that nobody knows",
        "import logging\n" + python("logging.info('unseen')\nreturn logging.getLogger().level"),
        answers("console.debug('seen');"),
        env={"AWS_LAMBDA_LOG_LEVEL": "LOUD"},
    ),
    Case(
        "levels between the known ones as JSON",
        "import logging\nlogging.addLevelName(25, 'NOTE')\n" + python("logging.log(35, 'at 35')\nlogging.log(45, 'at 45')"),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
    ),
    Case(
        "many forms of a record as JSON",
        "import logging\n"
        + python(
            "log = logging.getLogger('a.b')\nlog.warning({'k': [1, {'d': object}]})\nlog.warning(['list'])\nlog.warning('%s', {'a': 1})\n"
            "log.warning('x', extra={'level': 'mine', 'message2': {1, 2} and 3, 'none': None, 'é': 'é'})\n"
            "log.warning('stack', stack_info=True)"
        ),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
    ),
    Case(
        "an exception in a log line",
        "import logging\n" + python("try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.exception('split')"),
        expect=[Ok(None)],
        log=r"\[ERROR\]\t.*\trequest-1\tsplit\nTraceback",
    ),
    Case(
        "what is printed goes out as it is",
        "import sys\nprint('loading')\n"
        + python("print('a', 'b', sep='')\nprint('no end', end='')\nprint('err', file=sys.stderr)\nsys.stdout.write('x\\n')\nsys.stdout.writelines(['l', '\\n'])"),
        "process.stdout.write('loading\\n');" + answers("process.stdout.write('no end'); process.stdout.write('x\\n');"),
        expect=[Ok(None)],
        log="loading\n",
    ),
    Case(
        "what is printed goes out as it is in a log of JSON too",
        python("print('plain')"),
        answers("process.stdout.write('plain\\n');"),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok(None)],
        log="^plain\n$",
    ),
    Case("the context's own log", python("context.log('mine')\ncontext.log(7)"), expect=[Ok(None)], log="^mine7$"),
    Case("warnings", "import warnings\n" + python("warnings.warn('old', DeprecationWarning)\nwarnings.warn('user')"), expect=[Ok(None)]),
    Case(
        "what the standard streams are",
        python("import sys\nreturn [sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno(), type(sys.stdout).__name__, sys.stdout is sys.__stdout__]"),
        answers("return [process.stdout.isTTY, process.stdout.fd, process.stdin.isTTY];"),
    ),
    Case(
        "log lines of a library that was set up by a dict",
        "import logging.config\nlogging.config.dictConfig({'version': 1, 'disable_existing_loggers': False, 'root': {'level': 'DEBUG'}})\n"
        + python("logging.debug('seen')\nreturn [type(h).__name__ for h in logging.getLogger().handlers]"),
    ),
    Case(
        "half a character in a log line",
        python("print('\\ud800')"),
        answers("console.log('\\ud800');"),
        node_expect=[Ok(None)],
        expect=[],
    ),
    Case(
        "bytes that are no text in the log",
        python("import os\nos.write(1, b'\\xff\\n')"),
        answers("process.stdout.write(Buffer.from([255, 10]));"),
        expect=[Ok(None)],
    ),
    Case(
        "a flood of lines is whole",
        python("for i in range(5000): print('line', i)\nimport os\nos._exit(7)"),
        expect=[Ends(7)],
        log="line 4999\n$",
    ),
    Case(
        "an exception is logged where there is none",
        "import logging\n" + python("logging.warning('none', exc_info=True)"),
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Error("AttributeError", "'NoneType' object has no attribute '__name__'")],
    ),
]
