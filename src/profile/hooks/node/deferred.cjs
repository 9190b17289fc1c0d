// Puts off `require` of what is listed: the function's own modules get a stand-in that loads at first use.
"use strict";

const fs = require("fs");
const Module = require("module");

const { callSites, lineIn } = require("./callers.cjs");
const { packageOf } = require("./names.cjs");

class Deferral {
  // `target<importer,importer;target<importer`: modules and distributions, and which of the function's own modules import
  // them; of all of them where none is named. Only a start that `tells` looks for files and lines: in one that is measured
  // that would be time that nobody's own change of the source takes.
  constructor(written, names, tells) {
    this.targets = new Map();
    for (const entry of written.split(";").filter(Boolean)) {
      const [target, importers = ""] = entry.split("<");
      this.targets.set(target, importers.split(",").filter(Boolean));
    }
    this.names = names;
    this.tells = tells;
    this.phase = "init";
    this.told = [];
    this.otherwise = [];
    this.files = new Map();
  }

  get isActive() {
    return this.targets.size > 0;
  }

  watch() {
    if (!this.isActive) {
      return;
    }
    const deferral = this;
    const { _load } = Module;
    Module._load = function (request, parent, ...rest) {
      const load = () => _load.call(this, request, parent, ...rest);
      return deferral.isPutOff(request, parent) ? deferral.putOff(request, parent, load) : load();
    };
  }

  isPutOff(request, parent) {
    if (!this.names.isOwn(parent?.filename)) {
      return false;
    }
    const importer = this.names.describe(parent.filename).name;
    const isListed = (target) => {
      const importers = this.targets.get(target);
      return importers !== undefined && (importers.length === 0 || importers.includes(importer));
    };
    // Whose a package is its name says, without looking for the file. A part of it may be missing, which has to be told now.
    if (request === packageOf(request) && !Module.isBuiltin(request) && isListed(request)) {
      return true;
    }
    const { name, distribution } = this.names.describe(fileOf(request, parent));
    return isListed(name) || isListed(distribution);
  }

  putOff(request, parent, load) {
    const told = this.tells ? this.tell(request, parent) : undefined;
    let loaded;
    const real = () => {
      if (!loaded) {
        if (told) {
          told.used ??= this.phase;
          told.used_line ??= lineIn(callSites(real), parent.filename);
        }
        loaded = { module: load() };
      }
      return loaded.module;
    };
    return standIn({
      real,
      isLoaded: () => loaded !== undefined || this.phase !== "init",
      // What compiled ES modules ask at once, and what can be told without loading.
      esModule: () => marksEsModule(fileOf(request, parent)),
    });
  }

  tell(request, parent) {
    const file = fileOf(request, parent);
    const { name } = this.names.describe(file);
    const told = { importer: this.names.describe(parent.filename).name, module: name, name };
    told.line = lineIn(callSites(Module._load), parent.filename);
    this.told.push(told);
    this.files.set(file, name);
    return told;
  }

  // What somebody else has loaded by now was not put off.
  endInit() {
    const used = new Set(this.told.filter((told) => told.used).map((told) => told.module));
    for (const [file, name] of this.files) {
      const cached = Module._cache[file];
      if (cached && !used.has(name)) {
        const by = cached.parent?.filename;
        this.otherwise.push({ module: name, by: by ? this.names.describe(by).name : "" });
      }
    }
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
        return whole.esModule();
      }
      if (key === Symbol.toPrimitive && !isObject(real())) {
        return () => real();
      }
      if (typeof key === "symbol" || key === "then" || key === "prototype" || whole.isLoaded()) {
        return Reflect.get(Object(real()), key);
      }
      return standIn({ ...whole, esModule: () => undefined, real: () => real()[key] });
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
  if (Module.isBuiltin(request)) {
    return `node:${request.replace(/^node:/, "")}`;
  }
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
