/**
 * Installs a version of a tool from the npm registry. The files stay in a folder that later jobs and runs share. The scripts of
 * packages do not run.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { basePath } from "../../execute/machine/environment.ts";
import { type Version, versionsIn } from "./versions.ts";

/** A tool that the npm registry has. */
export interface NpmTool {
  /** An installation is a folder with this name and the version, such as `node-20.9.0`. */
  name: string;
  package: string;
  /** The folder of its programs, below the folder of the installation. */
  bin: string;
  /** Returns the packages that are installed with a version of it. */
  beside(version: string): string[];
}

const run = promisify(execFile);
const limitMs = 5 * 60_000;
/** One version takes some 120 MB. */
const mostKept = 12;
const dayMs = 24 * 60 * 60_000;

export function installedVersions(folder: string, { name, bin }: NpmTool): Version[] {
  return versionsIn({ folder, bin, program: name, prefix: `${name}-` });
}

const underWay = new Map<string, Promise<Version | { why: string }>>();

/** Returns the newest published version in the range, or why there is none. Two jobs that ask at once install it once. */
export function installVersion(
  folder: string,
  tool: NpmTool,
  range: string,
  nodePath: string,
): Promise<Version | { why: string }> {
  const key = JSON.stringify([folder, tool.name, range]);
  const known = underWay.get(key);
  if (known !== undefined) return known;
  const installing = install(folder, tool, range, nodePath)
    .catch((error: unknown) => ({ why: reasonOf(error) }))
    .finally(() => underWay.delete(key));
  underWay.set(key, installing);
  return installing;
}

async function install(folder: string, tool: NpmTool, range: string, nodePath: string): Promise<Version> {
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(folder, ".new-"));
  try {
    await npm(place, nodePath, `${tool.package}@${range}`);
    const about = JSON.parse(readFileSync(join(place, "node_modules", tool.package, "package.json"), "utf8"));
    const { version } = about as { version: string };
    const beside = tool.beside(version);
    if (beside.length > 0) await npm(place, nodePath, `${tool.package}@${version}`, ...beside);
    const home = join(folder, `${tool.name}-${version}`);
    try {
      renameSync(place, home);
    } catch (error) {
      // Another process has installed the same version meanwhile.
      if (!["EEXIST", "ENOTEMPTY"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    dropUnused(folder, tool);
    return { version, bin: join(home, tool.bin) };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
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

/** Marks an installed version as in use, so that no other run removes it as unused. A folder may bear another name, such as `node-v20.9.0`. */
export function touch(tool: NpmTool, { bin }: Version): void {
  const now = new Date();
  const home = bin.slice(0, bin.length - tool.bin.length);
  utimesSync(home, now, now);
}

function dropUnused(folder: string, { name }: NpmTool): void {
  const kept = readdirSync(folder)
    .filter((each) => each.startsWith(`${name}-`))
    .map((each) => ({ path: join(folder, each), usedAt: statSync(join(folder, each)).mtimeMs }))
    .sort((left, right) => right.usedAt - left.usedAt);
  for (const { path, usedAt } of kept.slice(mostKept)) {
    if (Date.now() - usedAt > dayMs) rmSync(path, { recursive: true, force: true });
  }
}
