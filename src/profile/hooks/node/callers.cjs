// Who calls `require`: the module that is blamed, and the line.
"use strict";

const { fileURLToPath } = require("url");

const DEPTH = 40;

function callSites(below) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, below);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } catch {
    return [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function fileOf(site) {
  const name = site.getFileName();
  return name?.startsWith("file:") ? fileURLToPath(name) : name;
}

// `from`: the innermost module still initialising, else the one whose code it is; `at`: the one whose code it is.
function whoRequires(recorder, parent, below) {
  const at = recorder.known.get(parent?.filename);
  const from = recorder.innermost()?.index ?? at;
  if (from === undefined) {
    return { from };
  }
  const sites = callSites(below);
  const placeOf = (index) => sites.findIndex((site) => fileOf(site) === recorder.modules[index].file);
  const lineAt = (place) => sites[place]?.getLineNumber() ?? undefined;
  const place = placeOf(at ?? from);
  return { from, at, line: lineAt(place), fromLine: lineAt(at === from ? place : placeOf(from)), fn: functionAt(sites, place) };
}

// None at module level, which is what Node's own loader calls.
function functionAt(sites, place) {
  if (place < 0 || sites[place + 1]?.getFileName()?.startsWith("node:internal/modules/") !== false) {
    return undefined;
  }
  return sites[place].getFunctionName() ?? "(anonymous)";
}

const lineIn = (sites, file) => sites.find((site) => fileOf(site) === file)?.getLineNumber() ?? undefined;

module.exports = { whoRequires, callSites, lineIn };
