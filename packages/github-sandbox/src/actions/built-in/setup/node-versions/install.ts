/**
 * Installs a version of Node.js from the npm registry, with the npm that it came with. The files stay in a folder that later jobs
 * and runs share. The scripts of packages do not run.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { basePath } from "../../../execute/machine/environment.ts";
import { type Node, nodesIn } from "./on-machine.ts";

const run = promisify(execFile);
const limitMs = 5 * 60_000;
const prefix = "node-";
const bin = join("node_modules", ".bin");
/** One version takes some 120 MB. */
const mostKept = 12;
const dayMs = 24 * 60 * 60_000;

/** The npm that each major version of Node.js is released with. Newer ones do not start on an old Node.js. */
const npmOf: Record<string, string> = { 14: "6", 16: "8", 18: "10", 20: "10", 22: "10", 24: "11" };

export function installedNodes(folder: string): Node[] {
  return nodesIn(folder, bin, prefix);
}

const underWay = new Map<string, Promise<Node | { why: string }>>();

/** Returns the newest published version in the range, or why there is none. Two jobs that ask at once install it once. */
export function installNode(folder: string, range: string, nodePath: string): Promise<Node | { why: string }> {
  const key = JSON.stringify([folder, range]);
  const known = underWay.get(key);
  if (known !== undefined) return known;
  const installing = install(folder, range, nodePath)
    .catch((error: unknown) => ({ why: reasonOf(error) }))
    .finally(() => underWay.delete(key));
  underWay.set(key, installing);
  return installing;
}

async function install(folder: string, range: string, nodePath: string): Promise<Node> {
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(folder, ".new-"));
  try {
    const name = packageName();
    await npm(place, nodePath, `${name}@${range}`);
    const about = JSON.parse(readFileSync(join(place, "node_modules", name, "package.json"), "utf8"));
    const { version } = about as { version: string };
    await npm(place, nodePath, `${name}@${version}`, `npm@${npmOf[version.split(".")[0] ?? ""] ?? "latest"}`);
    const home = join(folder, `${prefix}${version}`);
    try {
      renameSync(place, home);
    } catch (error) {
      // Another process has installed the same version meanwhile.
      if (!["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    dropUnused(folder);
    return { version, bin: join(home, bin) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function packageName(): string {
  // As the npm package `node` chooses among its platforms.
  const family = process.platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node";
  return [family, process.platform, process.arch].join("-");
}

async function npm(place: string, nodePath: string, ...packages: string[]): Promise<void> {
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--global=false"];
  await run("npm", ["install", "--prefix", place, ...flags, ...packages], {
    cwd: place,
    timeout: limitMs,
    maxBuffer: 8 * 1024 * 1024,
    env: { ...process.env, PATH: basePath(nodePath).join(delimiter) },
  });
}

/** Returns npm's code, such as ETARGET or ENOTFOUND: its sentences hold addresses of the machine. */
function reasonOf(error: unknown): string {
  const { stderr, code } = error as { stderr?: string; code?: string | number };
  const said = /npm (?:error|ERR!) code (\w+)/.exec(stderr ?? "")?.[1];
  return `npm could not install it: ${said ?? (code === "ENOENT" ? "there is no npm here" : String(code ?? error))}`;
}

/** Marks the version as in use, so that no other run removes it as unused. */
export function touch({ bin: programs }: Node): void {
  const now = new Date();
  utimesSync(dirname(dirname(programs)), now, now);
}

function dropUnused(folder: string): void {
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ path: join(folder, name), usedAt: statSync(join(folder, name)).mtimeMs }))
    .sort((left, right) => right.usedAt - left.usedAt);
  for (const { path, usedAt } of kept.slice(mostKept)) {
    if (Date.now() - usedAt > dayMs) rmSync(path, { recursive: true, force: true });
  }
}
