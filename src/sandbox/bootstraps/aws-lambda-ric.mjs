// Starts aws-lambda-ric, AWS's own Node.js runtime client, as Lambda does. The argument is the client's main module.
import { pathToFileURL } from "node:url";

// From version 4 on, loading it is all: it finds the package and the handler in the same variables.
const client = await import(pathToFileURL(process.argv[2]).href);
const run = client.run ?? client.default?.run;
await run?.(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), process.env._HANDLER);
