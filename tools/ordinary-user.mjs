/**
 * `node tools/ordinary-user.mjs COMMAND`: runs a shell command in the project as an ordinary user. Root may read and write everything,
 * so that as root a hostile test could pass or fail for the wrong reason. For root this makes a copy of the project that belongs to
 * `nobody`, as the checkout may lie where no other user can read. Plain JavaScript for Node 20.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const command = process.argv.slice(2).join(" ");

/** `nobody` on Linux. macOS does not run this as root. */
const NOBODY = 65_534;

if (process.getuid?.() !== 0) process.exit(run(command, root, {}));
const folder = mkdtempSync(join(tmpdir(), "headgate-ordinary-"));
try {
  process.exitCode = asNobody();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function asNobody() {
  const [copy, home] = [join(folder, "headgate"), join(folder, "home")];
  for (const each of [copy, home]) mkdirSync(each);
  const parts = readdirSync(root).filter((name) => name !== ".git" && name !== "dist");
  const copied = spawnSync("cp", ["-a", ...parts.map((name) => join(root, name)), copy], { stdio: "inherit" });
  const owned = spawnSync("chown", ["-R", `${NOBODY}:${NOBODY}`, folder], { stdio: "inherit" });
  if (copied.status !== 0 || owned.status !== 0) throw new Error("the project cannot be copied for an ordinary user");
  chmodSync(folder, 0o755);
  const environment = {
    PATH: `${join(copy, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
    HOME: home,
    TMPDIR: home,
    LANG: process.env.LANG ?? "C.UTF-8",
    ...(process.env.CI === undefined ? {} : { CI: process.env.CI }),
  };
  return run(command, copy, { env: environment, uid: NOBODY, gid: NOBODY });
}

function run(shellCommand, cwd, options) {
  return spawnSync(shellCommand, { cwd, stdio: "inherit", shell: true, ...options }).status ?? 1;
}
