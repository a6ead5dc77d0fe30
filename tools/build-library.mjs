/**
 * Compiles the sandbox for other projects, which import it as `headgate/sandbox`: Node.js strips no types from what lies
 * under node_modules, so that a package must bring plain JavaScript.
 */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { environment } from "./with-deps.mjs";

const root = join(import.meta.dirname, "..");
/** Where to; tests build into a folder of their own. */
const folder = resolve(process.argv[2] ?? join(root, "dist", "sandbox"));

rmSync(folder, { recursive: true, force: true });
const project = join(root, "tools", "library.tsconfig.json");
const compiled = spawnSync("tsc", ["-p", project, "--outDir", folder], { stdio: "inherit", env: environment() });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
cpSync(join(root, "src", "sandbox", "web", "assets"), join(folder, "web", "assets"), { recursive: true });
