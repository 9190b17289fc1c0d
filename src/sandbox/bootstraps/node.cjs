// lambench's Node.js runtime client: it speaks the Lambda Runtime API for functions that bring no client of their own.
//
// What it does on the way to the first `next` is on the function's init clock, so it speaks HTTP over a plain socket:
// `http` alone costs more than all the rest. What a function can see is what it sees with aws-lambda-ric.
"use strict";

const fs = require("fs");
const net = require("net");
const path = require("path");
const util = require("util");

const API = "/2018-06-01/runtime/";
const env = process.env;
const taskRoot = env.LAMBDA_TASK_ROOT || process.cwd();
const jsonLogs = (env.AWS_LAMBDA_LOG_FORMAT || "").toUpperCase() === "JSON";

// --- errors -----------------------------------------------------------------------------------------------------------

class RuntimeFault extends Error {
  static named(name) {
    const kind = class extends RuntimeFault {};
    kind.prototype.name = `Runtime.${name}`;
    return kind;
  }
}
const ImportModuleError = RuntimeFault.named("ImportModuleError");
const HandlerNotFound = RuntimeFault.named("HandlerNotFound");
const MalformedHandlerName = RuntimeFault.named("MalformedHandlerName");
const UserCodeSyntaxError = RuntimeFault.named("UserCodeSyntaxError");
const MalformedStreamingHandler = RuntimeFault.named("MalformedStreamingHandler");
const InvalidStreamingOperation = RuntimeFault.named("InvalidStreamingOperation");
const UnhandledPromiseRejection = RuntimeFault.named("UnhandledPromiseRejection");

// This file stands where Lambda has its own, and its frames are not the function's business.
const ownName = (text) => text.replaceAll(__filename, "/var/runtime/index.mjs");
function functionLines(stack) {
  const lines = stack.split("\n");
  const own = lines.map((line) => line.startsWith("    at ") && line.includes(__filename));
  const last = own.lastIndexOf(true);
  // Nor is what Node called it from.
  const end = last >= 0 && lines.slice(last + 1).every((line) => /^    at .*node:/.test(line)) ? last : lines.length;
  return lines.filter((_line, at) => at < end && !own[at]);
}

// A header could not carry it, so it is never sent as it is.
const shown = (text) => ownName(text).replaceAll("\x7f", "%7F");

function errorBody(error) {
  try {
    const texts = ["name", "message", "stack"];
    if (util.types.isNativeError(error) || (error && texts.every((key) => error[key] && typeof error[key] === "string"))) {
      return {
        errorType: shown(error.name),
        errorMessage: shown(error.message),
        trace: functionLines(error.stack).map(shown),
      };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "the function failed with an error whose name, message or stack can't be read" };
  }
}

// An error type as a header can carry it.
const headerText = (text) => String(text).replace(/[^\x20-\x7e]/g, "?");

function logError(what, error) {
  const value = error instanceof Error ? error : new Error(error);
  if (jsonLogs) {
    console.error(value);
    return;
  }
  const shown = (_key, item) => {
    if (!(item instanceof Error)) {
      return item;
    }
    const fields = { errorType: item.name, errorMessage: ownName(String(item.message)), code: item.code, ...item };
    return typeof item.stack === "string" ? { ...fields, stack: functionLines(item.stack).map(ownName) } : fields;
  };
  let text;
  try {
    text = JSON.stringify(value, shown);
  } catch {
    text = JSON.stringify(errorBody(value));
  }
  console.error(what, `\t${text}`);
}

// --- console ----------------------------------------------------------------------------------------------------------

// Where libraries look for them.
const REQUEST_ID = Symbol.for("aws.lambda.runtime.requestId");
const TENANT_ID = Symbol.for("aws.lambda.runtime.tenantId");

function textLine(level, values) {
  return `${new Date().toISOString()}\t${globalThis[REQUEST_ID]}\t${level}\t${util.format(...values)}\n`;
}

function errorFields(error) {
  return {
    errorType: error?.constructor?.name ?? "UnknownError",
    errorMessage: error.message,
    stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
  };
}

function jsonLine(level, values) {
  const record = { timestamp: new Date().toISOString(), level, requestId: globalThis[REQUEST_ID] };
  if (globalThis[TENANT_ID] != null) {
    record.tenantId = globalThis[TENANT_ID];
  }
  if (values.length === 1) {
    record.message = values[0];
    try {
      const shown = (_key, item) => (item instanceof Error ? { ...errorFields(item), ...item } : item);
      return `${JSON.stringify(record, shown)}\n`;
    } catch {
      record.message = util.format(values[0]);
      return `${JSON.stringify(record)}\n`;
    }
  }
  record.message = util.format(...values);
  const error = values.find((value) => value instanceof Error);
  return `${JSON.stringify(error ? { ...record, ...errorFields(error) } : record)}\n`;
}

// Whole and at once: what `process.stdout` holds back in a pipe that is full is lost when the process ends, or comes out
// in a later invoke's log. A function that uses `process.stdout` itself makes the pipe answer EAGAIN when it is full.
function writeOut(text) {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
    } catch (error) {
      if (error.code !== "EAGAIN") {
        return;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function patchConsole() {
  const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
  const least = Math.max(0, levels.indexOf((env.AWS_LAMBDA_LOG_LEVEL || "").toUpperCase()));
  const line = jsonLogs ? jsonLine : textLine;
  levels.forEach((level, priority) => {
    const write = (message, ...values) => writeOut(line(level, [message, ...values]));
    console[level.toLowerCase()] = priority >= least || level === "FATAL" ? write : () => {};
  });
  console.log = console.info;
}

// --- the Runtime API --------------------------------------------------------------------------------------------------

// One keep-alive HTTP/1.1 connection with one request at a time. Only while a request is under way does it keep the
// process alive, so that an empty event loop can be seen.
class RuntimeApi {
  constructor(address) {
    this.address = address;
    this.socket = undefined;
  }

  next() {
    return this.request(`GET ${API}invocation/next HTTP/1.1\r\nHost: ${this.address}\r\n\r\n`);
  }

  // A response that is refused, as one over 6 MB, is the platform's business; there is another invoke to come.
  async post(target, text, extra = "") {
    const body = Buffer.from(text);
    const head = this.head(target, `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n${extra}`);
    const answer = await this.request(Buffer.concat([Buffer.from(head), body]));
    if (answer.status >= 300) {
      process.stderr.write(`lambench-node: the Runtime API answered ${answer.status} to ${target}\n`);
    }
  }

  head(target, headers) {
    return `POST ${API}${target} HTTP/1.1\r\nHost: ${this.address}\r\n${headers}\r\n`;
  }

  // The answer to bytes that are a whole request, or the end of one.
  request(bytes) {
    if (this.silenced) {
      return new Promise(() => {});
    }
    const answer = this.answer();
    this.connected().write(bytes);
    this.socket.ref();
    return answer;
  }

  answer() {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.parser = new AnswerParser();
    });
  }

  connected() {
    if (!this.socket) {
      const colon = this.address.lastIndexOf(":");
      const [host, port] = [this.address.slice(0, colon), Number(this.address.slice(colon + 1))];
      // Without a stream's events between, no frames of theirs stand in the function's stack traces.
      const callback = (size, buffer) => this.received(Buffer.from(buffer.subarray(0, size)));
      const onread = { buffer: Buffer.allocUnsafeSlow(65536), callback };
      this.socket = net.connect({ host, port, noDelay: true, onread });
      this.socket.unref();
      this.socket.on("error", (error) => this.waiting?.reject(error));
      this.socket.on("close", () => {
        this.socket = undefined;
        this.waiting?.reject(new Error("the Runtime API closed the connection"));
      });
    }
    return this.socket;
  }

  received(bytes) {
    const answer = this.parser.feed(bytes);
    if (!answer) {
      return true;
    }
    const { resolve } = this.waiting;
    this.waiting = undefined;
    this.socket.unref();
    if (answer.headers.connection === "close") {
      this.socket.destroy();
      this.socket = undefined;
    }
    resolve(answer);
    return true;
  }
}

// Bytes as they come -> one answer: its status, headers in lower case, and body.
class AnswerParser {
  constructor() {
    this.parts = [];
    this.size = 0;
    // As many bytes must have come before another look is worth while.
    this.wanted = 1;
  }

  feed(bytes) {
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size < this.wanted) {
      return undefined;
    }
    const all = this.parts.length === 1 ? bytes : Buffer.concat(this.parts);
    this.parts = [all];
    this.headers ?? this.readHead(all);
    return this.headers && (this.headers["transfer-encoding"] === "chunked" ? this.readChunks(all) : this.readBody(all));
  }

  readHead(all) {
    const end = all.indexOf("\r\n\r\n");
    if (end < 0) {
      return;
    }
    const [first, ...lines] = all.toString("utf8", 0, end).split("\r\n");
    this.status = Number(first.split(" ")[1]);
    this.headers = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      this.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    this.start = end + 4;
  }

  readBody(all) {
    this.wanted = this.start + Number(this.headers["content-length"] ?? 0);
    return this.size < this.wanted ? undefined : this.done(all.toString("utf8", this.start, this.wanted));
  }

  readChunks(all) {
    const chunks = [];
    let at = this.start;
    for (;;) {
      const end = all.indexOf("\r\n", at);
      if (end < 0) {
        return undefined;
      }
      const size = parseInt(all.toString("latin1", at, end), 16);
      at = end + 2 + size + 2;
      if (all.length < at) {
        this.wanted = at;
        return undefined;
      }
      if (size === 0) {
        return this.done(Buffer.concat(chunks).toString());
      }
      chunks.push(all.subarray(end + 2, end + 2 + size));
    }
  }

  done(body) {
    return { status: this.status, headers: this.headers, body };
  }
}

// --- the handler ------------------------------------------------------------------------------------------------------

const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

function offerStreaming() {
  if (["1", "true"].includes(env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) {
    return;
  }
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = "response";
      if (typeof options?.highWaterMark === "number") {
        handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      }
      return handler;
    },
    HttpResponseStream: class HttpResponseStream {
      // Status and headers go before the body, with eight zero bytes between.
      static from(stream, prelude) {
        stream.setContentType("application/vnd.awslambda.http-integration-response");
        stream._onBeforeFirstWrite = (write) => {
          write(JSON.stringify(prelude));
          write(new Uint8Array(8));
        };
        return stream;
      }
    },
  };
}

async function loadHandler(full) {
  if (full.includes("..")) {
    throw new MalformedHandlerName(
      `'${full}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const slash = full.lastIndexOf("/") + 1;
  const split = /^([^.]*)\.(.*)$/.exec(full.slice(slash));
  if (!split) {
    throw new MalformedHandlerName("Bad handler");
  }
  const module = await loadModule(full.slice(0, slash), split[1]);
  const keys = split[2].split(".");
  const within = (object) => keys.reduce((found, key) => found?.[key], object);
  const handler = within(module) ?? within(module?.default);
  if (!handler) {
    throw new HandlerNotFound(`${full} is undefined or not exported`);
  }
  if (typeof handler !== "function") {
    throw new HandlerNotFound(`${full} is not a function`);
  }
  return handler;
}

async function loadModule(folder, name) {
  try {
    return await findModule(folder, name);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UserCodeSyntaxError(error);
    }
    throw error?.code === "MODULE_NOT_FOUND" ? new ImportModuleError(error) : error;
  }
}

async function findModule(folder, name) {
  const file = path.resolve(taskRoot, folder, name);
  const isModule = fs.existsSync(`${file}.js`) && insideModulePackage(path.dirname(file));
  const ways = [
    ["", require],
    [".js", isModule ? importFile : require],
    [".mjs", importFile],
    [".cjs", require],
  ];
  for (const [extension, load] of ways) {
    if (fs.existsSync(file + extension)) {
      const found = await load(file + extension);
      if (found) {
        return found;
      }
    }
  }
  return require(require.resolve(name, { paths: [taskRoot, folder] }));
}

const importFile = (file) => import(require("url").pathToFileURL(file).href);

function insideModulePackage(folder) {
  if (folder.endsWith("/node_modules")) {
    return false;
  }
  const manifest = path.join(folder, "package.json");
  if (fs.existsSync(manifest)) {
    try {
      return JSON.parse(fs.readFileSync(manifest, "utf8"))?.type === "module";
    } catch (error) {
      console.warn(`${manifest} cannot be read, it will be ignored for ES module detection purposes.`, error);
      return false;
    }
  }
  const parent = path.dirname(folder);
  return parent !== folder && insideModulePackage(parent);
}

// --- one invoke after the other ---------------------------------------------------------------------------------------

const api = new RuntimeApi(env.AWS_LAMBDA_RUNTIME_API);
// What to do when nothing is left to be done; the invoke that is being served, if any.
// At first that is a module whose top-level await never ends.
let whenEmpty = () => process.exit(13);
let serving;
let initialised = false;

function parsedHeader(headers, name, what) {
  if (headers[name] === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(headers[name]);
  } catch (error) {
    throw new Error(`Cannot parse ${what} as json: ${error}`);
  }
}

function fillContext(context, headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return Object.assign(context, {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsedHeader(headers, "lambda-runtime-client-context", "ClientContext"),
    identity: parsedHeader(headers, "lambda-runtime-cognito-identity", "CognitoIdentity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
}

async function nextInvoke() {
  serving = undefined;
  const { status, headers, body } = await api.next();
  if (status !== 200) {
    throw new Error(`asking for the next invoke: the Runtime API answered ${status}`);
  }
  serving = { id: headers["lambda-runtime-aws-request-id"], headers, body };
  globalThis[REQUEST_ID] = serving.id;
  globalThis[TENANT_ID] = headers["lambda-runtime-aws-tenant-id"];
  if (headers["lambda-runtime-trace-id"]) {
    env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
  } else {
    delete env._X_AMZN_TRACE_ID;
  }
  return serving;
}

// A new turn of the event loop for each invoke: what an invoke left behind comes first.
function loop(serveOne) {
  setImmediate(() => {
    initialised = true;
    whenEmpty = () => {};
    serveOne().catch((error) => (serving ? endWith("Uncaught Exception", error, 129) : lostTouch(error)));
  });
}

// Nobody is left to tell.
function lostTouch(error) {
  process.stderr.write(`lambench-node: ${error?.stack ?? error}\n`);
  process.exit(1);
}

// What calls the handler; its name stands in stack traces, as on Lambda.
class Runtime {
  constructor(handler) {
    this.handler = handler;
  }
}

function serialized(result) {
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw new Error("Unable to stringify response body");
  }
  if (body === undefined) {
    // A function or a symbol, for which JSON has no word.
    throw new TypeError("Wrong arguments");
  }
  return body;
}

async function serveBuffered(runtime) {
  const again = () => loop(() => serveBuffered(runtime));
  const invoke = await nextInvoke();
  let over = false;
  let waits = true;

  const fail = (error) => {
    whenEmpty = () => {};
    logError("Invoke Error", error);
    const body = JSON.stringify(errorBody(error));
    api.post(`invocation/${invoke.id}/error`, body).then(again, lostTouch);
  };
  const succeed = (result) => {
    whenEmpty = () => {};
    api.post(`invocation/${invoke.id}/response`, serialized(result)).then(again, lostTouch);
  };
  const done = (error, result) => (error == null ? succeed(result) : fail(error));
  // Whichever way of answering comes first is the answer; one that throws was none.
  const first = (answer) => (...values) => {
    if (!over) {
      answer(...values);
      over = true;
    }
  };
  const callback = first((error, result) => {
    if (error != null || !waits) {
      done(error, result);
    } else {
      whenEmpty = () => setImmediate(() => succeed(result));
    }
  });
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: first(succeed),
    fail: first((error) => fail(error ?? "handled")),
    done: first(done),
  };
  whenEmpty = first(() => succeed(null));
  try {
    const answers = { succeed: context.succeed, fail: context.fail };
    const result = runtime.handler(JSON.parse(invoke.body), fillContext(context, invoke.headers), callback);
    if (typeof result?.then === "function") {
      result.then(answers.succeed, answers.fail).catch(answers.fail);
    }
  } catch (error) {
    callback(error);
  }
}

async function serveStreaming(runtime) {
  const again = () => loop(() => serveStreaming(runtime));
  const invoke = await nextInvoke();
  let waits = true;
  const [stream, answered, abort] = responseStream(invoke, runtime.handler[HIGH_WATER_MARK]);
  const next = () => {
    whenEmpty = waits ? again : () => {};
    if (!waits) {
      again();
    }
  };
  const fail = (error) => {
    whenEmpty = () => {};
    logError("Invoke Error", error);
    abort(error).then(next, lostTouch);
  };
  whenEmpty = () => fail("Response stream is not finished.");
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
  };
  try {
    const result = runtime.handler(JSON.parse(invoke.body), stream, fillContext(context, invoke.headers));
    if (typeof result?.then !== "function") {
      fail("Streaming does not support non-async handlers.");
      return;
    }
    if ((await result) !== undefined) {
      console.warn("Streaming handlers ignore return values.");
    }
  } catch (error) {
    fail(error);
    return;
  }
  await answered;
  next();
}

// A stream whose bytes go to the Runtime API chunk by chunk; what the API answered at its end; and a way to end it with
// an error instead.
function responseStream(invoke, highWaterMark) {
  const { Writable } = require("stream");
  let contentType = "application/octet-stream";
  let started = false;
  let over = false;
  let settle;
  const answered = new Promise((resolve) => {
    settle = resolve;
  });
  const start = () => {
    if (!started) {
      started = true;
      api.connected().write(
        api.head(
          `invocation/${invoke.id}/response`,
          "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n" +
            "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n" +
            `Content-Type: ${contentType}\r\n`,
        ),
      );
    }
  };
  const send = (chunk, then) => {
    const bytes = Buffer.from(chunk);
    const framed = bytes.length ? [`${bytes.length.toString(16)}\r\n`, bytes, "\r\n"] : [];
    api.socket.write(Buffer.concat(framed.map((part) => Buffer.from(part))), then);
  };
  const end = (trailers) => {
    over = true;
    start();
    settle(api.request(`0\r\n${trailers}\r\n`));
    return answered;
  };
  const stream = new Writable({
    highWaterMark,
    write(chunk, _encoding, then) {
      if (over) {
        then();
        return;
      }
      if (!started) {
        start();
        stream._onBeforeFirstWrite?.((text) => send(text));
      }
      send(chunk, then);
    },
    final(then) {
      if (over) {
        then();
      } else {
        end("").then(() => then(), then);
      }
    },
  });
  const write = stream.write.bind(stream);
  stream.write = (chunk, ...rest) =>
    write(typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk), ...rest);
  stream.setContentType = (type) => {
    if (started) {
      throw new InvalidStreamingOperation("Cannot set content-type, too late.");
    }
    contentType = type;
  };
  const abort = (error) => {
    if (over) {
      return answered;
    }
    const body = errorBody(error);
    const base64 = Buffer.from(JSON.stringify(body)).toString("base64");
    return end(
      `Lambda-Runtime-Function-Error-Type: ${headerText(body.errorType)}\r\n` +
        `Lambda-Runtime-Function-Error-Body: ${base64}\r\n`,
    );
  };
  return [stream, answered, abort];
}

// --- the life of an environment ---------------------------------------------------------------------------------------

// An error that nobody caught ends the environment; the platform hears of it first, on a connection of its own: there may
// be an unanswered request on the other.
function endWith(what, error, code) {
  logError(what, error);
  // What the function still does in the meantime is not heard.
  api.silenced = true;
  const lastWords = new RuntimeApi(env.AWS_LAMBDA_RUNTIME_API);
  const body = errorBody(error);
  let told = Promise.resolve();
  if (serving) {
    told = lastWords.post(`invocation/${serving.id}/error`, JSON.stringify(body));
  } else if (!initialised) {
    const kind = `Lambda-Runtime-Function-Error-Type: ${headerText(body.errorType)}\r\n`;
    told = lastWords.post("init/error", JSON.stringify(body), kind);
  }
  told.catch(() => {}).then(() => process.exit(code));
}

async function main() {
  patchConsole();
  process.on("uncaughtException", (error) => endWith("Uncaught Exception", error, 129));
  process.on("unhandledRejection", (reason, promise) => {
    const error = Object.assign(new UnhandledPromiseRejection(reason), { reason, promise });
    endWith("Unhandled Promise Rejection", error, 128);
  });
  process.on("beforeExit", () => whenEmpty());
  offerStreaming();
  let handler;
  try {
    handler = await loadHandler(env._HANDLER);
    if (![undefined, null, false, "response"].includes(handler[STREAMING])) {
      throw new MalformedStreamingHandler("Only response streaming is supported.");
    }
  } catch (error) {
    endWith("Uncaught Exception", error, 129);
    return;
  }
  loop(() => (handler[STREAMING] ? serveStreaming : serveBuffered)(new Runtime(handler)));
}

main();
