// Tells a bundle from a module: by what esbuild and webpack leave in it.
"use strict";

const MARKS = ["__webpack_require__", "__commonJS(", "__esm("];
const ORIGIN = /^\/\/ (?:\.\.\/)*node_modules\/(?:@[^/\n]+\/)?[^/\n]+/gm;

// None where it is no bundle; else how many packages are named in it, 0 if that can't be told.
function packagesInside(source) {
  const packages = new Set(source.match(ORIGIN)?.map((line) => line.slice(line.lastIndexOf("node_modules/"))));
  return packages.size > 0 || MARKS.some((mark) => source.includes(mark)) ? packages.size : undefined;
}

module.exports = { packagesInside };
