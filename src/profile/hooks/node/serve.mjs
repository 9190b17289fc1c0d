// What stands before a function's handler: loads it as Lambda's client would, watched or with imports put off, and answers
// an event of lambench's with what was seen. All other events go to the function.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { packagesInside } = require("./bundles.cjs");
const { Deferral } = require("./deferred.cjs");
const { EsModules } = require("./es_modules.cjs");
const { Names } = require("./names.cjs");
const { Recorder, now, realTaskRoot } = require("./recorder.cjs");
const { load, locate, parts, pick, told } = require("./load.cjs");

const OURS = "lambench_profile";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");

const {
  LAMBENCH_PROFILE_HANDLER: name,
  LAMBENCH_PROFILE_PLAIN: plain,
  LAMBENCH_DEFER: deferred = "",
  LAMBENCH_DEFER_ACTIVE: active,
} = process.env;
// The function sees what it would see without us.
for (const variable of Object.keys(process.env)) {
  if (/^LAMBENCH_(PROFILE|DEFER)/.test(variable)) {
    delete process.env[variable];
  }
}
process.env._HANDLER = name;

const root = realTaskRoot();
const recorder = new Recorder(new Names(root));
const esModules = new EsModules(recorder);
// Where it says whether they are put off, the start is measured.
const deferral = new Deferral(active === "0" ? "" : deferred, recorder.names, active === undefined);
const times = {};
const errors = {};
let records = false;
let invoked = false;

// The handler of a profiled function; only one that `records` watches what is loaded.
export async function serve(wish) {
  // A start to compare with has only the clock.
  records = wish.records && plain === undefined;
  return standIn(await loadOwn());
}

async function loadOwn() {
  let began;
  let cpu;
  try {
    const wanted = parts(name ?? "");
    const located = locate(root, wanted);
    prepare(located);
    began = now();
    cpu = process.cpuUsage();
    const module = await load(root, wanted, located);
    return pick(name, module, wanted.keys);
  } catch (error) {
    errors.init = error;
    return undefined;
  } finally {
    times.total_ms = now() - (began ?? now());
    times.busy = share(cpu && process.cpuUsage(cpu), times.total_ms);
    esModules.finish();
    recorder.stop();
    deferral.endInit();
  }
}

// How much of a time the processor was at work; with ES modules Node's loader works at the same time elsewhere.
function share(cpu, ms) {
  return cpu && ms > 0 && !recorder.ownBetween ? Math.min(1, (cpu.user + cpu.system) / 1e3 / ms) : undefined;
}

function prepare(located) {
  deferral.watch();
  if (located?.es && deferral.isActive) {
    recorder.notes.add("static-imports: " + name);
  }
  if (!records) {
    return;
  }
  recorder.watch();
  recorder.sourceRead = (source, file) => lookAt(source, recorder.names.describe(file).name);
  if (located?.es) {
    esModules.watch();
    // Waiting for the loader's thread is no time of the function's.
    recorder.ownBetween = true;
    recorder.notes.add("es-modules");
  }
  recorder.start();
}

// What of the function's own sources can't be seen by loading them.
function lookAt(source, file) {
  if (/\bimport\s*\(/.test(source)) {
    esModules.watch();
  }
  recorder.noteBundle(file, packagesInside(source));
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
  recorder.phase = "first";
  deferral.phase = "first";
  if (records) {
    recorder.start();
  }
  const began = now();
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
  const total = records ? recorder.initMs : times.total_ms;
  return {
    language: "node",
    version: process.versions.node,
    handler: name,
    total_ms: total,
    cpu_ms: times.busy && times.busy * total,
    modules: recorder.modules,
    imports: recorder.imports,
    first_ms: times.first_ms,
    error: errors.init && told(errors.init),
    first_error: errors.first && told(errors.first),
    deferred: deferral.told,
    loaded_otherwise: deferral.otherwise,
    notes: [...recorder.notes],
  };
}
