/**
 * How fast the sandbox starts, and whether its API still answers while many jobs clone at once. The sandbox runs in a process of
 * its own; the clones' processes share the machine with it, as jobs do.
 */
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { promisify } from "node:util";
import { type SandboxApart, startSandboxApart } from "@headgate/github-sandbox/process";
import { Octokit } from "@octokit/rest";
import { atMost, quantile, type Report, shown } from "../figures.ts";

const CLONES = 20;
const FILES = 400;
/** Random bytes, which do not compress: the files make a pack of 40 MB. */
const FILE_BYTES = 100_000;
const QUIET_REQUESTS = 200;
/** The best of these counts: whatever else runs on the machine takes time away and never gives any. */
const STARTS = 3;
/** Like an App that reads one pull again and again. */
const PAUSE_MS = 10;

const run = promisify(execFile);

export async function cloning(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), "bench-cloning-"));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function measure(folder: string): Promise<Report> {
  const empty = await bestStart((start) => join(folder, `empty-${start}`));
  const dataDir = join(folder, "sandbox");
  const first = await startSandboxApart({ dataDir, slots: CLONES });
  const { ask, token } = await pullOf(first, sourceIn(folder));
  await first.close();
  const used = await bestStart(() => dataDir);

  const sandbox = await startSandboxApart({ dataDir, slots: CLONES });
  try {
    const look = () => ask(sandbox);
    for (let warm = 0; warm < QUIET_REQUESTS; warm += 1) await look();
    const quiet = await latencies(look, Promise.resolve(), QUIET_REQUESTS);
    const clone = (name: string) =>
      run("git", ["clone", "--quiet", addressOf(sandbox, token), join(folder, name)], { env: gitEnvironment() });
    const one = await timed(() => clone("one"));
    const all = timed(() => Promise.all(Array.from({ length: CLONES }, (_, index) => clone(`clone-${index}`))));
    const busy = await latencies(look, all, 0);
    const seconds = (await all).ms / 1_000;
    return {
      name: `Starting, and ${CLONES} clones of a ${(FILES * FILE_BYTES) / 1e6} MB repository at once`,
      notes: [`${busy.length} requests meanwhile; median ${quantile(busy, 0.5).toFixed(1)} ms`],
      figures: [
        atMost("a start on an empty folder, its process included", empty / 1_000, 1, "s"),
        atMost("a start on a folder in use, its process included", used / 1_000, 1, "s"),
        atMost("GET a pull while they clone, 95th percentile", quantile(busy, 0.95), 50, "ms"),
        shown("the slowest of these", Math.max(...busy), "ms"),
        shown("GET a pull on a quiet sandbox, 95th percentile", quantile(quiet, 0.95), "ms"),
        shown("all clones", seconds, "s"),
        shown("one clone alone", one.ms / 1_000, "s"),
        shown("all clones / as many one after another", seconds / ((CLONES * one.ms) / 1_000)),
      ],
    };
  } finally {
    await sandbox.close();
  }
}

/** Milliseconds until it answers. */
async function bestStart(dataDirOf: (start: number) => string): Promise<number> {
  const found: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const { result, ms } = await timed(() => startSandboxApart({ dataDir: dataDirOf(start), slots: CLONES }));
    found.push(ms);
    await result.close();
  }
  return Math.min(...found);
}

/** A repository with the files and a branch to pull from. */
function sourceIn(folder: string): string {
  const source = join(folder, "source");
  mkdirSync(source);
  const git = (...args: string[]) => execFileSync("git", ["-C", source, ...args], { env: gitEnvironment() });
  git("init", "--quiet", "--initial-branch", "main");
  for (let file = 0; file < FILES; file += 1) writeFileSync(join(source, `${file}.bin`), randomBytes(FILE_BYTES));
  git("add", "--all");
  git("commit", "--quiet", "--message", "Files");
  git("branch", "topic");
  git("checkout", "--quiet", "topic");
  git("commit", "--quiet", "--allow-empty", "--message", "Topic");
  return source;
}

async function pullOf(sandbox: SandboxApart, source: string) {
  const { user, token } = await sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "shop" });
  await sandbox.importRepository(repository, source, "main", "main");
  await sandbox.importRepository(repository, source, "topic", "topic");
  const at = { owner: "ada", repo: "shop" };
  const { data } = await new Octokit({ baseUrl: sandbox.apiUrl, auth: token }).rest.pulls.create({
    ...at,
    title: "Topic",
    head: "topic",
    base: "main",
  });
  await sandbox.idle();
  let octokit: Octokit | null = null;
  return {
    token,
    ask(now: SandboxApart) {
      octokit ??= new Octokit({ baseUrl: now.apiUrl, auth: token });
      return octokit.rest.pulls.get({ ...at, pull_number: data.number });
    },
  };
}

function addressOf({ url }: SandboxApart, token: string): string {
  const address = new URL("/ada/shop.git", url);
  address.username = "x-access-token";
  address.password = token;
  return address.href;
}

function gitEnvironment(): Record<string, string> {
  const person = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@localhost" };
  const committer = { GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@localhost" };
  return {
    PATH: process.env.PATH ?? "",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...person,
    ...committer,
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const from = performance.now();
  const result = await work();
  return { result, ms: performance.now() - from };
}

/** One request after another, at least so many, until the work is done. */
async function latencies(look: () => Promise<unknown>, work: Promise<unknown>, least: number): Promise<number[]> {
  const found: number[] = [];
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  while (!isDone || found.length < least) {
    found.push((await timed(look)).ms);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return found;
}
