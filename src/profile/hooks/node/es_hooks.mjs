// Runs in Node's loader thread: tells of every import and load of ES modules, and has each module say when its own code
// begins and ends.

import { packagesInside } from "./bundles.cjs";

const HIGHEST_WAIT_MS = 200;

let port;
let asked = 0;
const waiting = new Map();
const sources = new Map();

export function initialize(data) {
  port = data.port;
  port.on("message", (number) => waiting.get(number)?.());
  port.unref();
}

const now = () => performance.now();

export async function resolve(specifier, context, next) {
  const began = now();
  const found = await next(specifier, context);
  const { parentURL } = context;
  if (parentURL) {
    const line = lineOf(sources.get(parentURL), specifier);
    const told = { kind: "import", from: parentURL, to: found.url, specifier, line, ms: now() - began };
    await tell(told, found.url.startsWith("node:"));
  }
  return found;
}

// What is built in is loaded by the main thread meanwhile, where that can be timed; not for ever, as the main thread may
// itself be waiting for this one.
function tell(told, answered) {
  const number = (asked += 1);
  port.postMessage({ ...told, number: answered ? number : undefined });
  if (!answered) {
    return undefined;
  }
  return new Promise((done) => {
    // Not unref'd: a loader thread with nothing left to do ends.
    const timer = setTimeout(done, HIGHEST_WAIT_MS);
    waiting.set(number, () => {
      clearTimeout(timer);
      waiting.delete(number);
      done();
    });
  });
}

// Loads go on side by side: of every moment each of those under way has its share.
const shares = new Set();
let lastShared = now();
function share() {
  const at = now();
  for (const one of shares) {
    one.ms += (at - lastShared) / shares.size;
  }
  lastShared = at;
}

export async function load(url, context, next) {
  const own = { ms: 0 };
  share();
  shares.add(own);
  let found;
  try {
    found = await next(url, context);
  } finally {
    share();
    shares.delete(own);
  }
  if (found.format !== "module" || found.source == null) {
    port.postMessage({ kind: "load", url, format: found.format, ms: own.ms });
    return found;
  }
  const source = typeof found.source === "string" ? found.source : Buffer.from(found.source).toString("utf8");
  sources.set(url, source);
  const seen = { waits: waits(source), packages: packagesInside(source) };
  port.postMessage({ kind: "load", url, format: "module", ms: own.ms, ...seen });
  lastShared = now();
  return { ...found, source: telling(url, source) };
}

// Imports come first wherever they stand, so what stands first is the beginning of the module's own code. On its first
// line, or behind a `#!`, so that the lines of errors stay as they are.
function telling(url, source) {
  // A module may have names like `Symbol` or `globalThis` of its own.
  const call = (what) => `lambench_profile_${what}(${JSON.stringify(url)});`;
  const shebang = /^#!.*/.exec(source)?.[0] ?? "";
  return `${shebang}${shebang && "\n"}${call("enter")}${source.slice(shebang.length + (shebang ? 1 : 0))}\n;${call("leave")}`;
}

// At the beginning of a line, where functions are indented.
const waits = (source) => /^(?!.*\basync\b)(?:[^\s/*].*\s)?(?:await\s|for\s+await\b)/m.test(source);

function lineOf(source, specifier) {
  if (source === undefined) {
    return undefined;
  }
  const quoted = specifier.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const at = new RegExp(`(?:\\bfrom|\\bimport)\\s*\\(?\\s*["']${quoted}["']`).exec(source)?.index;
  return at === undefined ? undefined : source.slice(0, at).split("\n").length + breaks(source.slice(at));
}

// `from` may stand on a line before its specifier.
function breaks(rest) {
  return /^\w+\s*\(?\s*/.exec(rest)?.[0].split("\n").length - 1 || 0;
}
