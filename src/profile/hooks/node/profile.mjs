// The handler of a profiled function: loads the function's own handler as Lambda's client would, records what that loads,
// and answers an event of lambench's with the recording. All other events go to the function.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Deferral } = require("./deferred.cjs");
const { EsModules } = require("./es_modules.cjs");
const { Names } = require("./names.cjs");
const { Recorder, now, realTaskRoot } = require("./recorder.cjs");
const { load, locate, parts, pick, told } = require("./load.cjs");

const OURS = "lambench_profile";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

const { LAMBENCH_PROFILE_HANDLER: name, LAMBENCH_PROFILE_DEFER: listed } = process.env;
const root = realTaskRoot();
const recorder = new Recorder(new Names(root));
const esModules = new EsModules(recorder);
// What is put off is not recorded besides: the recording's own time would count as saved.
const deferral = listed === undefined ? undefined : new Deferral(JSON.parse(listed), recorder.names);
const times = {};
const errors = {};
let invoked = false;

const own = await loadOwn();
export const handler = standIn(own);

async function loadOwn() {
  let began;
  try {
    const wanted = parts(name ?? "");
    const located = locate(root, wanted);
    prepare(located);
    began = now();
    const module = await load(root, wanted, located);
    return pick(name, module, wanted.keys);
  } catch (error) {
    errors.init = error;
    return undefined;
  } finally {
    times.total_ms = now() - (began ?? now());
    esModules.finish();
    recorder.stop();
  }
}

function prepare(located) {
  if (deferral) {
    deferral.watch();
    if (located?.es && deferral.listed.length > 0) {
      recorder.notes.add("static imports of ES modules cannot be put off");
    }
    return;
  }
  recorder.watch();
  recorder.sourceRead = (source, file) => lookAt(source, recorder.names.describe(file).name);
  if (located?.es) {
    esModules.watch();
    // Waiting for the loader's thread is no time of the function's.
    recorder.ownBetween = true;
    recorder.notes.add("ES modules: finding, reading and running them is timed, compiling them is not");
  }
  recorder.start();
}

// What of the function's own sources can't be seen by loading them.
function lookAt(source, file) {
  if (/\bimport\s*\(/.test(source)) {
    esModules.watch();
  }
  const bundler = ["__webpack_require__", "__commonJS", "__esm("].find((mark) => source.includes(mark));
  if (bundler) {
    const packages = new Set(source.match(/^\/\/ (?:\.\.\/)*node_modules\/(?:@[^/\n]+\/)?[^/\n]+/gm));
    const inside = packages.size > 0 ? ` of ${packages.size} packages` : "";
    recorder.notes.add(`${file} is a bundle${inside}: what is inside is one module here`);
  }
}

function standIn(own) {
  const streams = own?.[STREAMING] === "response";
  const answer = streams ? answerStreaming : answerBuffered;
  const handler = function (event, ...rest) {
    if (event !== null && typeof event === "object" && Object.hasOwn(event, OURS)) {
      return answer(recording(), ...rest);
    }
    if (errors.init) {
      throw errors.init;
    }
    return invoked ? own.call(this, event, ...rest) : first(own, this, event, rest);
  };
  for (const key of [STREAMING, HIGH_WATER_MARK]) {
    if (own?.[key] !== undefined) {
      handler[key] = own[key];
    }
  }
  // From how many parameters a handler has, Lambda's client sees whether it wants a callback.
  return Object.defineProperty(handler, "length", { value: own?.length ?? 2 });
}

async function answerBuffered(recording) {
  return recording;
}

async function answerStreaming(recording, stream) {
  stream.setContentType?.("application/json");
  stream.end(JSON.stringify(recording));
}

// The first invoke, with what it loads.
function first(own, owner, event, rest) {
  invoked = true;
  let over = false;
  const begin = () => {
    recorder.phase = "first";
    if (deferral) {
      deferral.phase = "first";
    } else {
      recorder.start();
    }
    return now();
  };
  const began = begin();
  const end = (error) => {
    if (!over) {
      over = true;
      times.first_ms = now() - began;
      esModules.finish();
      recorder.stop();
      errors.first = error ?? undefined;
    }
  };
  const at = rest.length - 1;
  if (typeof rest[at] === "function") {
    const callback = rest[at];
    rest[at] = (error, ...values) => {
      end(error);
      return callback(error, ...values);
    };
  }
  let result;
  try {
    result = own.call(owner, event, ...rest);
  } catch (error) {
    end(error);
    throw error;
  }
  if (typeof result?.then === "function") {
    result.then(() => end(), end);
  }
  return result;
}

function recording() {
  // An answer through `context` was not seen.
  if (recorder.running) {
    esModules.finish();
    recorder.stop();
  }
  return {
    language: "node",
    version: process.versions.node,
    handler: name,
    total_ms: deferral ? times.total_ms : recorder.total(),
    modules: recorder.modules,
    imports: recorder.imports,
    first_ms: times.first_ms,
    error: errors.init && told(errors.init),
    first_error: errors.first && told(errors.first),
    deferred: deferral?.told,
    notes: [...recorder.notes],
  };
}
