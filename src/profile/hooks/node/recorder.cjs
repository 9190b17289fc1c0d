// Records what is loaded while it is loaded: the time that each module takes by itself, and every import.
//
// A stack of what is being loaded; time goes to its top. While this file does its own work the clock stands still.
"use strict";

const fs = require("fs");
const Module = require("module");

const { whoRequires } = require("./callers.cjs");

function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

const rss = () => process.memoryUsage.rss() / 1024;

class Recorder {
  constructor(names) {
    this.names = names;
    this.modules = [];
    this.imports = [];
    this.notes = new Set();
    this.phase = "init";
    // Positions of modules by file, or by the name of what is built in.
    this.known = new Map();
    this.taken = new Set();
    this.seen = new Set();
    // What `require` found for a folder and a request: Node does not ask twice.
    this.found = new Map();
    this.frames = [];
    // Between modules: while ES modules are found, read and compiled, for the most part.
    this.between = 0;
    this.last = now();
    this.running = false;
    // Told of the sources of the function's own modules.
    this.sourceRead = () => {};
  }

  // --- the clock -----------------------------------------------------------------------------------------------------

  // Runs work of ours, off the clock.
  pause(work) {
    this.charge();
    try {
      return work();
    } finally {
      this.last = now();
    }
  }

  charge() {
    const at = now();
    const top = this.frames.at(-1);
    if (top) {
      top.self += at - this.last;
    } else {
      this.between += at - this.last;
    }
    this.last = at;
  }

  // --- modules and imports --------------------------------------------------------------------------------------------

  // A module is being loaded; the same one again if it was known before, as one that is imported by an ES module is.
  begin(key, by, phase = this.phase) {
    const known = this.known.get(key);
    if (known !== undefined) {
      return known;
    }
    const index = this.modules.length;
    this.known.set(key, index);
    const described = this.names.describe(key);
    // A layer may hold what the package holds too.
    const name = this.taken.has(described.name) ? key : described.name;
    this.taken.add(name);
    this.modules.push({ ...described, name, self_ms: 0, phase, ...by });
    return index;
  }

  import(caller, to) {
    const { from, line, at, fn } = caller;
    if (from === undefined || from === to) {
      return;
    }
    const edge = { from, to, line, phase: this.phase, at: at === from ? undefined : at, function: fn };
    const key = Object.values(edge).join();
    if (!this.seen.has(key)) {
      this.seen.add(key);
      this.imports.push(edge);
    }
  }

  // The innermost module still initialising.
  innermost() {
    return this.frames.findLast((frame) => frame.index !== undefined);
  }

  enter(frame, key) {
    frame.index = this.begin(key, { loaded_by: frame.caller?.from, line: frame.caller?.fromLine });
    frame.within = 0;
    frame.rss = rss();
    return frame;
  }

  // Less what the modules in it took, which is counted there.
  leave(frame) {
    const module = this.modules[frame.index];
    const grown = rss() - frame.rss;
    module.memory_kb = Math.max(0, (module.memory_kb ?? 0) + grown - frame.within);
    const outer = this.frames.findLast((other) => other !== frame && other.index !== undefined);
    if (outer) {
      outer.within += grown;
    }
  }

  noteBundle(name, packages) {
    if (packages !== undefined) {
      this.notes.add(`bundle: ${name}${packages > 0 ? ` (${packages})` : ""}`);
    }
  }

  // --- require --------------------------------------------------------------------------------------------------------

  watch() {
    const recorder = this;
    const { _load, _resolveFilename } = Module;
    const { load, _compile } = Module.prototype;

    Module._load = function (request, parent, ...rest) {
      const load = () => _load.call(this, request, parent, ...rest);
      return recorder.running ? recorder.required(request, parent, load) : load();
    };
    Module._resolveFilename = function (...values) {
      const file = _resolveFilename.apply(this, values);
      const top = recorder.frames.at(-1);
      if (top && top.index === undefined) {
        top.file = file;
      }
      return file;
    };
    Module.prototype.load = function (file) {
      const go = () => load.call(this, file);
      return recorder.running ? recorder.loaded(file, go) : go();
    };
    Module.prototype._compile = function (content, file, ...rest) {
      if (recorder.running && recorder.names.isOwn(file)) {
        recorder.pause(() => recorder.sourceRead(String(content), file));
      }
      return _compile.call(this, content, file, ...rest);
    };
  }

  // A call of `require`, whether it loads something or not.
  required(request, parent, load) {
    const frame = { self: 0, caller: undefined };
    const builtin = Module.isBuiltin(request) ? `node:${request.replace(/^node:/, "")}` : undefined;
    let unseen = false;
    this.pause(() => {
      frame.caller = whoRequires(this, parent, Module._load);
      unseen = builtin !== undefined && !this.known.has(builtin) && !isLoaded(builtin);
    });
    this.frames.push(frame);
    try {
      return load();
    } finally {
      this.charge();
      this.frames.splice(this.frames.lastIndexOf(frame), 1);
      this.settle(frame, builtin, unseen, `${parent?.path}\0${request}`);
      this.last = now();
    }
  }

  settle(frame, builtin, unseen, asked) {
    if (builtin !== undefined) {
      if (unseen) {
        frame.index = this.begin(builtin, { loaded_by: frame.caller.from, line: frame.caller.fromLine });
      } else if (!this.known.has(builtin)) {
        // The runtime has it anyway.
        this.give(frame.self);
        return;
      }
    }
    const file = builtin ?? frame.file ?? this.found.get(asked);
    if (frame.file) {
      this.found.set(asked, frame.file);
    }
    if (frame.index === undefined) {
      this.give(frame.self);
      if (!file) {
        return;
      }
      // If it is not known yet it was there before the recording.
      this.import(frame.caller, this.begin(file, {}));
    } else {
      this.modules[frame.index].self_ms += frame.self;
      this.import(frame.caller, frame.index);
    }
  }

  // Time that is nobody else's.
  give(ms) {
    const top = this.frames.at(-1);
    if (top) {
      top.self += ms;
    } else {
      this.between += ms;
    }
  }

  // A file that is read, compiled and run.
  loaded(file, load) {
    this.charge();
    let frame = this.frames.at(-1);
    const direct = !frame || frame.index !== undefined;
    if (direct) {
      frame = { self: 0, caller: { from: this.innermost()?.index } };
      this.frames.push(frame);
    }
    this.enter(frame, file);
    this.last = now();
    try {
      return load();
    } finally {
      this.charge();
      this.leave(frame);
      if (direct) {
        this.frames.splice(this.frames.lastIndexOf(frame), 1);
        this.modules[frame.index].self_ms += frame.self;
        this.import(frame.caller, frame.index);
      }
      this.last = now();
    }
  }

  // --- the recording --------------------------------------------------------------------------------------------------

  start() {
    this.running = true;
    this.last = now();
  }

  stop() {
    this.charge();
    this.running = false;
    if (this.phase === "init") {
      this.initMs = this.modules.reduce((sum, module) => sum + module.self_ms, this.ownBetween ? 0 : this.between);
    }
  }
}

function isLoaded(builtin) {
  const name = builtin.slice("node:".length);
  return process.moduleLoadList?.includes(`NativeModule ${name}`) ?? false;
}

module.exports = { Recorder, now, isLoaded, realTaskRoot };

function realTaskRoot() {
  const root = process.env.LAMBDA_TASK_ROOT || process.cwd();
  try {
    return fs.realpathSync(root);
  } catch {
    return root;
  }
}
