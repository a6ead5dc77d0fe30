/**
 * Part of `npm run nightly`: takes each guard away in a copy of the project, and sees the hostile agents of that guard get through. An
 * agent that is kept out all the same proves nothing about its guard.
 *
 *   node test/hostile/guards/removed.ts [GUARD…]    tries these only
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hostiles } from "../cases/index.ts";
import { type Guard, guards } from "./table.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const PARTS = [
  "src",
  "test",
  "packages",
  "tools",
  "dist",
  ".github",
  "action.yml",
  "app.yml",
  "package.json",
  "tsconfig.json",
];

const asked = process.argv.slice(2);
const names = Object.keys(guards).filter((name) => asked.length === 0 || asked.includes(name));
build(root);
const failed = names.filter((name) => !seenToSucceed(name, guards[name as keyof typeof guards]));
console.log(`${names.length - failed.length} of ${names.length} guards keep their agents out by themselves`);
if (failed.length > 0) console.error(`Without these guards the agents did not get through: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function seenToSucceed(name: string, guard: Guard): boolean {
  const began = performance.now();
  const folder = copyWithout(guard);
  try {
    const { status, stdout, stderr } = spawnSync(
      "vitest",
      ["run", "--config", "test/hostile/guards/vitest.config.ts", "--root", folder],
      { cwd: folder, encoding: "utf8", env: { ...process.env, HOSTILE_GUARD: name, HOSTILE_PATIENCE: "30" } },
    );
    const agents = hostiles.filter((one) => one.guard === name).map(({ id }) => id);
    const seconds = Math.round((performance.now() - began) / 1_000);
    const still = guard.otherwise === undefined ? "got through" : "got as far as GitHub";
    console.log(`${status === 0 ? still : "WERE KEPT OUT"}  ${name}: ${agents.join(", ")} (${seconds} s)`);
    if (status !== 0) console.error(stdout, stderr);
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyWithout({ edits }: Guard): string {
  const folder = mkdtempSync(join(tmpdir(), "headgate-unguarded-"));
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  for (const { file, find, replace } of edits) {
    const path = join(folder, "src", file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(find)) throw new Error(`${file} has no such line any more: ${find}`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  // The job runs a bundle.
  if (edits.some(({ file }) => file.startsWith("job/"))) build(folder);
  return folder;
}

function build(folder: string): void {
  const { status } = spawnSync(process.execPath, ["tools/build.mjs"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`the action in ${folder} cannot be built`);
}
