#!/usr/bin/env node
/** Starts the `headgate` command line on the right Node.js, with dependencies installed and the action built. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { ensureDependencies, environment } from "./with-deps.mjs";

const INTERRUPTED = 130;
const root = fileURLToPath(new URL("..", import.meta.url));
const node = join(root, "node_modules", ".bin", "node");
ensureDependencies();
buildIfStale();

// The channel tells the child when this process ends, however it ends.
const child = spawn(node, [join(root, "src", "cli", "main.ts"), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: environment(),
});
// As a message, not as a signal: a terminal sends Ctrl-C to the whole group, so that the child has it already.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => child.connected && child.send(signal, () => {}));
}
// npm may end on a signal and leave this process behind, without passing the signal on.
const parent = process.ppid;
const orphaned = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(orphaned);
  if (child.connected) child.send("SIGTERM", () => {});
}, 500);
orphaned.unref();
const inTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
let hungUp = false;
process.on("SIGHUP", () => {
  hungUp = true;
});
child.on("exit", (code) => {
  if (!hungUp || !inTerminal) process.exit(code ?? INTERRUPTED);
  // Node.js aborts with a core dump when it exits after its terminal has gone; a signal does not.
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
});

/** The bundle that runs inside Actions jobs. */
function buildIfStale() {
  const bundle = join(root, "dist", "action", "index.js");
  const sources = ["job", "core", "config"].flatMap((room) =>
    readdirSync(join(root, "src", room), { recursive: true }).map((name) => join(root, "src", room, name)),
  );
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (existsSync(bundle) && statSync(bundle).mtimeMs >= newest) return;
  const built = spawnSync(node, [join(root, "tools", "build.mjs")], { stdio: ["ignore", 2, 2], env: environment() });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
