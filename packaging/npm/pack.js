// Makes the npm packages out of built binaries, as folders: lambench (the launcher) and one for each platform.
//
//     node packaging/npm/pack.js FOLDER TARGET=BINARY...
//
// lambench depends on all platforms' packages, of which npm installs the one that fits. Nothing is fetched or run at
// installation.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const PLATFORMS = {
  "x86_64-unknown-linux-musl": ["linux", "x64"],
  "aarch64-unknown-linux-musl": ["linux", "arm64"],
  "x86_64-apple-darwin": ["darwin", "x64"],
  "aarch64-apple-darwin": ["darwin", "arm64"],
};

const root = path.join(__dirname, "../..");
const manifest = fs.readFileSync(path.join(root, "Cargo.toml"), "utf8");
const value = (key) => manifest.match(new RegExp(`^${key} = "(.*)"$`, "m"))[1];
const common = { version: value("version"), description: value("description"), license: value("license") };
const packageOf = (target) => `lambench-${PLATFORMS[target].join("-")}`;

function write(folder, json, files) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ ...json, ...common }, null, 2)}\n`);
  for (const [name, from, mode] of files) {
    fs.copyFileSync(from, path.join(folder, name));
    fs.chmodSync(path.join(folder, name), mode);
  }
}

const [folder, ...binaries] = process.argv.slice(2);
const wrong = binaries.find((given) => !PLATFORMS[given.split("=")[0]]);
if (!folder || binaries.length === 0 || wrong) {
  if (wrong) console.error(`error: "${wrong}" is not TARGET=BINARY of ${Object.keys(PLATFORMS).join(", ")}`);
  else console.error("usage: node packaging/npm/pack.js FOLDER TARGET=BINARY...");
  process.exit(2);
}

const license = ["LICENSE", path.join(root, "LICENSE"), 0o644];
for (const given of binaries) {
  const [target, binary] = [given.slice(0, given.indexOf("=")), given.slice(given.indexOf("=") + 1)];
  const [os, cpu] = PLATFORMS[target];
  write(
    path.join(folder, packageOf(target)),
    { name: packageOf(target), os: [os], cpu: [cpu], files: ["lambench"], preferUnplugged: true },
    [["lambench", binary, 0o755], license],
  );
}
const platforms = Object.keys(PLATFORMS).map((target) => [packageOf(target), common.version]);
write(
  path.join(folder, "lambench"),
  {
    name: "lambench",
    bin: { lambench: "lambench.js" },
    files: ["lambench.js"],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(platforms),
  },
  [["lambench.js", path.join(__dirname, "lambench.js"), 0o755], ["README.md", path.join(root, "README.md"), 0o644], license],
);
