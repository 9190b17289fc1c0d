// The function's own handler, found and loaded as Lambda's Node.js client does.
"use strict";

const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");

function parts(full) {
  const slash = full.lastIndexOf("/") + 1;
  const split = /^([^.]*)\.(.*)$/.exec(full.slice(slash));
  if (!split || full.includes("..")) {
    throw named("Runtime.MalformedHandlerName", `'${full}' is not a valid handler name`);
  }
  return { folder: full.slice(0, slash), module: split[1], keys: split[2].split(".") };
}

// Its file and whether that is an ES module; none: it is found as a package is.
function locate(root, { folder, module }) {
  const file = path.resolve(root, folder, module);
  const ways = [
    ["", false],
    [".js", isModulePackage(path.dirname(file))],
    [".mjs", true],
    [".cjs", false],
  ];
  for (const [extension, es] of ways) {
    if (fs.existsSync(file + extension) && fs.statSync(file + extension).isFile()) {
      return { file: file + extension, es };
    }
  }
  return undefined;
}

function isModulePackage(folder) {
  if (folder.endsWith("/node_modules")) {
    return false;
  }
  const manifest = path.join(folder, "package.json");
  if (fs.existsSync(manifest)) {
    try {
      return JSON.parse(fs.readFileSync(manifest, "utf8"))?.type === "module";
    } catch {
      return false;
    }
  }
  const parent = path.dirname(folder);
  return parent !== folder && isModulePackage(parent);
}

async function load(root, { folder, module }, located) {
  if (located) {
    return located.es ? import(pathToFileURL(located.file).href) : require(located.file);
  }
  return require(require.resolve(module, { paths: [root, path.resolve(root, folder)] }));
}

function pick(full, module, keys) {
  const within = (object) => keys.reduce((found, key) => found?.[key], object);
  const handler = within(module) ?? within(module?.default);
  if (typeof handler !== "function") {
    throw named("Runtime.HandlerNotFound", `${full} is ${handler ? "not a function" : "undefined or not exported"}`);
  }
  return handler;
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

// As Lambda calls it.
function told(error) {
  let type = error?.name ?? typeof error;
  if (error instanceof SyntaxError) {
    type = "Runtime.UserCodeSyntaxError";
  } else if (error?.code === "MODULE_NOT_FOUND") {
    type = "Runtime.ImportModuleError";
  }
  return { type: String(type), message: String(error?.message ?? error) };
}

module.exports = { parts, locate, load, pick, told };
