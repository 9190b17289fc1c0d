// ES modules: Node's loader runs in a thread of its own and tells what it finds; when a module's own code begins and ends
// the module says itself. Reading and compiling them is the loader's share of the time in which no code ran.
"use strict";

const path = require("path");
const { fileURLToPath, pathToFileURL } = require("url");

const { isLoaded, now } = require("./recorder.cjs");

class EsModules {
  constructor(recorder) {
    this.recorder = recorder;
    this.watching = false;
    this.running = new Map();
  }

  // Once, and only where ES modules are to be expected: a thread starts, and Node loads what it needs for it.
  watch() {
    const { register } = require("module");
    if (this.watching || typeof register !== "function") {
      return;
    }
    this.watching = true;
    this.recorder.pause(() => {
      const { MessageChannel, receiveMessageOnPort } = require("worker_threads");
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      this.receive = () => receiveMessageOnPort(port1)?.message;
      port1.on("message", (told) => this.recorder.pause(() => this.hear(told)));
      port1.unref();
      register(pathToFileURL(path.join(__dirname, "es_hooks.mjs")).href, { data: { port: port2 }, transferList: [port2] });
      const speak = (name, value) => Object.defineProperty(globalThis, `lambench_profile_${name}`, { value });
      speak("enter", (url) => this.enter(url));
      speak("leave", (url) => this.leave(url));
    });
  }

  // All that was told so far; a module that was loaded must be known before its code runs.
  hearAll() {
    for (let told = this.receive?.(); told !== undefined; told = this.receive()) {
      this.hear(told);
    }
  }

  hear(told) {
    if (this.recorder.running) {
      told.kind === "import" ? this.imported(told) : this.loaded(told);
    }
    if (told.number !== undefined) {
      this.port.postMessage(told.number);
    }
  }

  loaded({ url, format, ms, waits, packages }) {
    const { recorder } = this;
    const index = recorder.known.get(keyOf(url));
    // All else is found and read again by `require`, or has no file.
    if (index !== undefined && format !== "commonjs" && format !== "builtin") {
      recorder.modules[index].self_ms += ms;
    }
    const { name, own } = recorder.names.describe(keyOf(url));
    if (waits) {
      recorder.notes.add(`waits: ${name}`);
    }
    if (own) {
      recorder.noteBundle(name, packages);
    }
  }

  // Finding a module is the work of the first that imports it; of all others, their own.
  imported({ from, to, line, ms }) {
    const { recorder } = this;
    const by = recorder.known.get(keyOf(from));
    const key = keyOf(to);
    const isNew = !recorder.known.has(key);
    if (isNew && key.startsWith("node:") && isLoaded(key)) {
      return;
    }
    const index = recorder.begin(key, { loaded_by: by, line });
    if (isNew && key.startsWith("node:")) {
      this.loadBuiltin(key, index);
    } else {
      const module = recorder.modules[isNew ? index : (by ?? index)];
      // What the first invoke finds is no work of init's.
      if (module.phase === recorder.phase) {
        module.self_ms += ms;
      }
    }
    recorder.import({ from: by, at: by, line }, index);
  }

  loadBuiltin(key, index) {
    const began = now();
    process.getBuiltinModule?.(key) ?? require(key);
    this.recorder.modules[index].self_ms += now() - began;
  }

  // What was told last is heard.
  finish() {
    this.recorder.pause(() => this.hearAll());
  }

  enter(url) {
    const { recorder } = this;
    if (!recorder.running) {
      return;
    }
    recorder.pause(() => {
      this.hearAll();
      const frame = { self: 0 };
      recorder.enter(frame, keyOf(url));
      recorder.frames.push(frame);
      this.running.set(url, frame);
    });
  }

  leave(url) {
    const { recorder, running } = this;
    const frame = running.get(url);
    if (!frame || !recorder.running) {
      return;
    }
    recorder.pause(() => {
      running.delete(url);
      recorder.leave(frame);
      recorder.frames.splice(recorder.frames.lastIndexOf(frame), 1);
      recorder.modules[frame.index].self_ms += frame.self;
    });
  }
}

const keyOf = (url) => (url.startsWith("file:") ? fileURLToPath(url) : url);

module.exports = { EsModules };
