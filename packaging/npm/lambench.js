#!/usr/bin/env node
// Starts the binary of this platform's package, and ends as it ends.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `lambench-${process.platform}-${process.arch}`;
let binary;
try {
  binary = require.resolve(`${name}/lambench`);
} catch {
  console.error(`error: the npm package ${name} is not installed`);
  console.error("hint: it is an optional dependency of lambench, for Linux and macOS on x64 and arm64: install without");
  console.error("      --omit=optional, on the platform that lambench will run on");
  process.exit(1);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  console.error(`error: starting ${binary}: ${error.message}`);
  process.exit(1);
});

// What a terminal sends reaches the binary too, and a second signal would stop it from putting back: only waited for.
const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"]) {
  process.on(signal, () => {
    if (signal === "SIGTERM" || !terminal) child.kill(signal);
  });
}
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
