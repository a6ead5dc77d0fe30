/**
 * Loads GitHub's published descriptions. They are too large for a dependency: npm fetches each package once, and one
 * file of it stays in the user's cache folder. Later runs need no network.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Published {
  name: string;
  version: string;
  /** The hash of the file that is read. It detects a half written or changed file. */
  sha256: string;
}

export const rest: Published = {
  name: "@octokit/openapi",
  version: "23.0.2",
  sha256: "829b4bebb19a53133289f7b0bc819f4f1118115821db2ca9f25e9ee995a7da2a",
};

export const webhooks: Published = {
  name: "@octokit/openapi-webhooks",
  version: "12.1.0",
  sha256: "0a86fcfad6f38c696f2f1967311e61a4009adca58adac52d7df52e003d187b26",
};

const member = "package/generated/api.github.com.json";
const fetchLimitMs = 5 * 60_000;

function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "github-sandbox");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "github-sandbox");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "github-sandbox");
  return join(homedir(), ".cache", "github-sandbox");
}

/** Returns the description as JSON. @throws Error if it is neither cached nor fetched, or has another hash. */
export async function description<Document>(wanted: Published): Promise<Document> {
  const folder = cacheFolder();
  const file = join(folder, `${wanted.name.split("/").at(-1)}-${wanted.version}.json`);
  const cached = existsSync(file) ? await readFile(file) : null;
  if (cached !== null && isRight(cached, wanted)) return JSON.parse(cached.toString("utf8")) as Document;
  await mkdir(folder, { recursive: true });
  await fetchTo(file, wanted);
  const fetched = await readFile(file);
  if (!isRight(fetched, wanted)) {
    await rm(file);
    throw new Error(`${wanted.name} ${wanted.version} is not the file this program was written for`);
  }
  return JSON.parse(fetched.toString("utf8")) as Document;
}

function isRight(content: Buffer, { sha256 }: Published): boolean {
  return createHash("sha256").update(content).digest("hex") === sha256;
}

async function fetchTo(file: string, { name, version }: Published): Promise<void> {
  console.error(`Fetching ${name} ${version} (once)…`);
  const work = await mkdtemp(join(tmpdir(), "conformance-"));
  const run = (command: string, parameters: string[]) =>
    promisify(execFile)(command, parameters, { cwd: work, timeout: fetchLimitMs });
  try {
    await run("npm", ["pack", `${name}@${version}`, "--pack-destination", work, "--ignore-scripts", "--silent"]);
    const archive = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
    await run("tar", ["-xzf", archive, member]);
    // Renames a complete copy, so that another process never reads half a file.
    await copyFile(join(work, member), `${file}.new`);
    await rename(`${file}.new`, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
