"""The context object, and what lives from one invoke to the next."""

from .base import *  # noqa: F403

CASES = [
    Case(
        "the event comes back",
        python("return event"),
        answers("return event;"),
        events=[{"a": [1, 2.5, None, True, "é\u2028\U0001f600"]}, [], "text", 7, None],
        expect=[Ok({"a": [1, 2.5, None, True, "é\u2028\U0001f600"]}), Ok([]), Ok("text"), Ok(7), Ok(None)],
    ),
    Case(
        "a large event and a large response",
        python("return event['text'] + 'x'"),
        answers("return event.text + 'x';"),
        events=[{"text": "é" * 500000}],
        expect=[Ok("é" * 500000 + "x")],
    ),
    Case("nothing is null", python("pass"), answers(""), expect=[Ok(None)]),
    Case(
        "globals live from one invoke to the next",
        "count = 0\n" + python("global count\ncount += 1\nreturn count"),
        "let count = 0;\n" + answers("return ++count;"),
        events=[{}] * 3,
        expect=[Ok(1), Ok(2), Ok(3)],
    ),
    Case(
        "the context",
        returns(
            "[context.aws_request_id, context.function_name, context.function_version, context.invoked_function_arn,"
            " context.memory_limit_in_mb, context.log_group_name, context.log_stream_name, context.client_context,"
            " context.identity.cognito_identity_id, 20000 < context.get_remaining_time_in_millis() <= 30000,"
            " os.environ['_X_AMZN_TRACE_ID']]",
            "import os",
        ),
        answers(
            "const c = context, left = c.getRemainingTimeInMillis();"
            "return [c.awsRequestId, c.functionName, c.functionVersion, c.invokedFunctionArn, c.memoryLimitInMB,"
            " c.logGroupName, c.logStreamName, c.clientContext ?? null, c.identity ?? null, 20000 < left && left <= 30000,"
            " process.env._X_AMZN_TRACE_ID];"
        ),
        events=[{}, {}],
        expect=[
            Ok(
                [
                    "request-%d" % number,
                    "sample",
                    "$LATEST",
                    "arn:aws:lambda:us-east-1:000000000000:function:sample",
                    "128",
                    "/aws/lambda/sample",
                    "2026/01/02/[$LATEST]abc",
                    None,
                    None,
                    True,
                    "Root=1-trace-%d" % number,
                ]
            )
            for number in (1, 2)
        ],
    ),
    Case(
        "no trace header, no trace variable",
        returns("os.environ.get('_X_AMZN_TRACE_ID')", "import os"),
        answers("return process.env._X_AMZN_TRACE_ID;"),
        env={"_X_AMZN_TRACE_ID": "left over"},
        headers={"Lambda-Runtime-Trace-Id": None},
        expect=[Ok(None)],
    ),
    Case(
        "the client context and identity",
        returns(
            "[context.client_context.custom, context.client_context.env, context.client_context.client.app_title,"
            " context.client_context.client.installation_id, context.identity.cognito_identity_id,"
            " context.identity.cognito_identity_pool_id]"
        ),
        answers(
            "const c = context.clientContext, i = context.identity;"
            "return [c.custom, c.env, c.client.app_title, null, i.cognitoIdentityId, i.cognitoIdentityPoolId];"
        ),
        headers={
            "Lambda-Runtime-Client-Context": '{"custom":{"k":"v"},"env":{"locale":"ko"},"client":{"app_title":"app"}}',
            "Lambda-Runtime-Cognito-Identity": '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
        },
        expect=[Ok([{"k": "v"}, {"locale": "ko"}, "app", None, "id", "pool"])],
    ),
    Case(
        "a broken client context",
        python("return 1"),
        answers("return 1;"),
        headers={"Lambda-Runtime-Client-Context": "nonsense"},
        expect=[Error("Runtime.LambdaContextUnmarshalError", "Unable to parse Client Context JSON: .*")],
        node_expect=[Error("Error", "Cannot parse ClientContext as json: .*")],
    ),
    Case(
        "the context as text",
        returns("[repr(context), sorted(name for name in dir(context) if name[0] != '_')]"),
        expect=[],
    ),
    Case(
        "every attribute of the context and its type",
        returns(
            "sorted((name, type(getattr(context, name)).__name__) for name in dir(context) if name[0] != '_')"
        ),
        answers("return Object.entries(context).map(([key, value]) => [key, typeof value]).sort();"),
        node_expect=[
            Ok(
                [
                    ["awsRequestId", "string"],
                    ["callbackWaitsForEmptyEventLoop", "boolean"],
                    ["clientContext", "undefined"],
                    ["done", "function"],
                    ["fail", "function"],
                    ["functionName", "string"],
                    ["functionVersion", "string"],
                    ["getRemainingTimeInMillis", "function"],
                    ["identity", "undefined"],
                    ["invokedFunctionArn", "string"],
                    ["logGroupName", "string"],
                    ["logStreamName", "string"],
                    ["memoryLimitInMB", "string"],
                    ["succeed", "function"],
                    ["tenantId", "undefined"],
                ]
            )
        ],
    ),
    Case(
        "the time that remains is a whole number",
        returns("type(context.get_remaining_time_in_millis()).__name__"),
        answers("return [typeof context.getRemainingTimeInMillis(), Number.isInteger(context.getRemainingTimeInMillis())];"),
        expect=[Ok("int")],
        node_expect=[Ok(["number", True])],
    ),
    Case(
        "time that is over",
        returns("context.get_remaining_time_in_millis()"),
        answers("return context.getRemainingTimeInMillis() < 0;"),
        headers={"Lambda-Runtime-Deadline-Ms": "1000"},
        expect=[Ok(0)],
        node_expect=[Ok(True)],
    ),
    Case(
        "a tenant",
        returns("context.tenant_id"),
        answers("console.log('for a tenant'); return context.tenantId;"),
        headers={"Lambda-Runtime-Aws-Tenant-Id": "blue"},
        env={"AWS_LAMBDA_LOG_FORMAT": "JSON"},
        expect=[Ok("blue")],
    ),
    Case(
        "a W3C trace in the client context",
        returns("[context.w3c(), context.client_context.custom, repr(context.client_context)]"),
        headers={
            "Lambda-Runtime-Client-Context": '{"custom":{"k":1},"w3c":{"traceparent":"00-a-b-01","other":"x","baggage":7}}'
        },
        expect=[Ok([{"traceparent": "00-a-b-01"}, {"k": 1}, "ClientContext([custom={'k': 1},env=None,client=None])"])],
    ),
    Case(
        "an empty client context",
        returns("repr([context.client_context, context.identity])"),
        answers("return [context.clientContext, context.identity];"),
        headers={"Lambda-Runtime-Client-Context": "{}", "Lambda-Runtime-Cognito-Identity": "{}"},
    ),
    Case(
        "a client context that is no object",
        returns("repr(context.client_context)"),
        answers("return context.clientContext;"),
        headers={"Lambda-Runtime-Client-Context": "[1]"},
    ),
    Case(
        "a broken identity",
        python("return 1"),
        answers("return 1;"),
        headers={"Lambda-Runtime-Cognito-Identity": "nonsense"},
        expect=[Error("Runtime.LambdaContextUnmarshalError", "Unable to parse Cognito Identity JSON: .*")],
        node_expect=[Error("Error", "Cannot parse CognitoIdentity as json: .*")],
    ),
    Case(
        "characters beyond ASCII in a client context",
        returns("context.client_context.custom"),
        answers("return context.clientContext.custom;"),
        headers={"Lambda-Runtime-Client-Context": '{"custom":{"k":"\\u00e9"}}'},
        expect=[Ok({"k": "é"})],
    ),
    Case(
        "what is written into the context is gone in the next invoke",
        python("seen = hasattr(context, 'mine')\ncontext.mine = 1\nreturn seen"),
        answers("const seen = 'mine' in context; context.mine = 1; return seen;"),
        events=[{}, {}],
        expect=[Ok(False), Ok(False)],
    ),
    Case(
        "the request id where libraries look for it",
        node=answers("return [globalThis[Symbol.for('aws.lambda.runtime.requestId')], process.env._HANDLER];"),
        node_expect=[Ok(["request-1", "index.handler"])],
    ),
    Case(
        "the working folder and the command line",
        returns("[os.getcwd(), sys.argv[1:] and 'arguments', __name__, __file__]", "import os, sys"),
        answers("return [process.cwd(), __filename, require.main === module];"),
        expect=[],
    ),
]
