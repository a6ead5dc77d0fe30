/**
 * Runs a command with this project's dependencies in place: installs them first when they are missing or stale. Plain
 * JavaScript for Node 20, since it runs before anything is installed; the command itself runs on the Node.js that the
 * `node` package brings.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const stamp = join(modules, ".headgate-installed");

function wanted() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return createHash("sha256").update(lock).digest("hex");
}

/** Install when node_modules does not belong to the lockfile. npm's own record is newer than the lockfile after `npm ci`. */
export function ensureDependencies() {
  const present = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (present === wanted()) return;
  const record = join(modules, ".package-lock.json");
  const fresh = existsSync(record) && statSync(record).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
  if (!fresh) {
    console.error("Installing dependencies (once)…");
    const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
    if (installed.status !== 0) process.exit(installed.status ?? 1);
  }
  writeFileSync(stamp, wanted());
}

/** The environment in which `node` is the version this project is written for. */
export function environment() {
  return { ...process.env, PATH: `${join(modules, ".bin")}${delimiter}${process.env.PATH ?? ""}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  const [command, ...parameters] = process.argv.slice(2);
  const ended = spawnSync(command, parameters, { cwd: root, stdio: "inherit", env: environment() });
  process.exit(ended.status ?? 1);
}
