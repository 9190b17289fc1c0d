// Puts off `require` of what is listed: the function's own modules get a stand-in that loads at first use.
"use strict";

const fs = require("fs");
const Module = require("module");

const { callSites, lineIn } = require("./callers.cjs");

class Deferral {
  constructor(listed, names) {
    this.listed = listed;
    this.names = names;
    this.phase = "init";
    this.told = [];
  }

  watch() {
    const deferral = this;
    const { _load } = Module;
    Module._load = function (request, parent, ...rest) {
      const load = () => _load.call(this, request, parent, ...rest);
      return deferral.isDeferred(request, parent) ? deferral.putOff(request, parent, load) : load();
    };
  }

  isDeferred(request, parent) {
    if (this.listed.length === 0 || !this.names.isOwn(parent?.filename)) {
      return false;
    }
    const plain = request.replace(/^node:/, "");
    const below = (listed) => plain === listed || plain.startsWith(`${listed}/`);
    if (this.listed.some((listed) => below(listed.replace(/^node:/, "")))) {
      return true;
    }
    return /^\.{0,2}\//.test(request) && this.listed.includes(this.names.describe(fileOf(request, parent)).name);
  }

  putOff(request, parent, load) {
    const file = fileOf(request, parent);
    const told = { importer: this.names.describe(parent.filename).name, module: request, name: request };
    told.line = lineIn(callSites(Module._load), parent.filename);
    this.told.push(told);
    let loaded;
    const real = () => {
      if (!loaded) {
        told.used = this.phase;
        loaded = { module: load() };
      }
      return loaded.module;
    };
    const whole = {
      real,
      isLoaded: () => loaded !== undefined || this.phase !== "init",
      // What compiled ES modules ask at once, and what can be told without loading.
      esModule: marksEsModule(file),
    };
    return standIn(whole);
  }
}

// The same as the thing itself, once it is used. What is taken from it while the function initialises is a stand-in again,
// so that `const { a } = require("b")` loads nothing.
function standIn(whole) {
  const { real } = whole;
  // Callable and constructible, and with no property that could not be anything else.
  const target = function () {}.bind();
  delete target.name;
  delete target.length;
  const self = new Proxy(target, {
    get(_target, key) {
      if (key === "__esModule" && !whole.isLoaded()) {
        return whole.esModule;
      }
      if (key === Symbol.toPrimitive && !isObject(real())) {
        return () => real();
      }
      if (typeof key === "symbol" || key === "then" || key === "prototype" || whole.isLoaded()) {
        return Reflect.get(Object(real()), key);
      }
      return standIn({ ...whole, real: () => real()[key] });
    },
    apply: (_target, owner, values) => Reflect.apply(real(), isStandIn(owner) ? realOf(owner) : owner, values),
    construct: (_target, values, newTarget) => Reflect.construct(real(), values, newTarget === self ? real() : newTarget),
    has: (_target, key) => Reflect.has(Object(real()), key),
    set: (_target, key, value) => Reflect.set(Object(real()), key, value),
    deleteProperty: (_target, key) => Reflect.deleteProperty(Object(real()), key),
    ownKeys: () => Reflect.ownKeys(Object(real())),
    getPrototypeOf: () => Reflect.getPrototypeOf(Object(real())),
    defineProperty: (_target, key, descriptor) => Reflect.defineProperty(Object(real()), key, descriptor),
    getOwnPropertyDescriptor(_target, key) {
      const found = Reflect.getOwnPropertyDescriptor(Object(real()), key);
      return found && { ...found, configurable: true };
    },
  });
  originals.set(self, real);
  return self;
}

const originals = new WeakMap();
const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const isStandIn = (value) => isObject(value) && originals.has(value);
const realOf = (value) => originals.get(value)();

function fileOf(request, parent) {
  try {
    return Module._resolveFilename(request, parent);
  } catch {
    return request;
  }
}

function marksEsModule(file) {
  try {
    return /["']__esModule["']|exports\.__esModule\s*=/.test(fs.readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

module.exports = { Deferral };
