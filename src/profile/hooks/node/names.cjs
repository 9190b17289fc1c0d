// What a file is called: its name below the package, and the distribution that it belongs to.
"use strict";

const MODULES = "/node_modules/";

class Names {
  constructor(taskRoot) {
    this.taskRoot = taskRoot.endsWith("/") ? taskRoot : `${taskRoot}/`;
  }

  // Below the package; the whole path of what lies elsewhere.
  within(file) {
    return file.startsWith(this.taskRoot) ? `/${file.slice(this.taskRoot.length)}` : file;
  }

  isOwn(file) {
    return typeof file === "string" && file.startsWith(this.taskRoot) && !this.within(file).includes(MODULES);
  }

  describe(key) {
    if (key.startsWith("node:")) {
      return { name: key };
    }
    const place = this.within(key);
    const at = place.indexOf(MODULES);
    if (at < 0) {
      return { name: this.isOwn(key) ? place.slice(1) : key, file: key, own: this.isOwn(key) };
    }
    const last = place.slice(place.lastIndexOf(MODULES) + MODULES.length);
    return { name: place.slice(at + MODULES.length), file: key, own: false, distribution: packageOf(last) };
  }
}

// The name of the package at the beginning of a request or of what lies in node_modules.
function packageOf(path) {
  return path.split("/", path.startsWith("@") ? 2 : 1).join("/");
}

module.exports = { Names, packageOf };
