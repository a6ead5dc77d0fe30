/** Checkouts, briefs and attempts for tests of the job. Folders go when their test ends. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { attemptId, type Brief, type Result } from "../../../src/core/attempt.ts";
import { runAttempt } from "../../../src/job/attempt.ts";
import type { Inputs } from "../../../src/job/inputs.ts";
import { actionLog } from "../../../src/job/log.ts";

/** What the lab's model costs. */
export const PRICE = { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 };

/** The Node.js of the tests first, so that scripts that say `node` get it. */
export const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;

const IDENTITY = {
  GIT_AUTHOR_NAME: "A person",
  GIT_AUTHOR_EMAIL: "person@example.com",
  GIT_COMMITTER_NAME: "A person",
  GIT_COMMITTER_EMAIL: "person@example.com",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headgate-job-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs git and returns what it prints, trimmed. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: "pipe", env: { PATH, ...IDENTITY } }).trim();
}

/** Commits everything in the folder and returns the commit. */
export function commitAll(folder: string, message: string): string {
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

export function write(folder: string, path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  chmodSync(join(folder, path), mode);
}

/** A repository with one commit on `main`. */
export function repositoryOf(files: Record<string, string>): { folder: string; commit: string } {
  const folder = tempFolder();
  git(folder, "init", "--quiet", "-b", "main");
  for (const [path, content] of Object.entries(files)) write(folder, path, content);
  return { folder, commit: commitAll(folder, "first") };
}

export function briefAt(commit: string, changes: Partial<Brief> = {}): Brief {
  return {
    feature: "acme/ledger#12",
    task: "parser",
    attempt: 1,
    kind: "build",
    issue: { number: 12, title: "A feature", body: "Please." },
    title: "Write the parser",
    description: "It parses.",
    files: ["src/**"],
    checkout: commit,
    merge: null,
    against: commit,
    model: { name: "claude-sonnet-5-5", price: PRICE, maxTurns: 20, maxUsd: 5, maxTokens: null },
    limits: { minutes: 1, files: 50, bytes: 100_000 },
    history: [],
    dependencies: [],
    siblings: [],
    ...changes,
  };
}

export interface Attempted {
  result: Result;
  /** Content of a written file of the change. */
  content(path: string): string;
  /** Everything in the job's log. */
  log: string;
  outputs: string;
}

/** Runs an attempt in a checkout, as the action does. */
export async function attemptIn(folder: string, brief: Brief, engine: Partial<Inputs> = {}): Promise<Attempted> {
  const runnerTemp = tempFolder();
  const printed: string[] = [];
  const log = actionLog((text) => printed.push(text), ["sk-secret"]);
  const inputs: Inputs = {
    brief,
    attempt: attemptId(brief.issue.number, brief.task, brief.attempt),
    engine: "command",
    command: "true",
    provider: { apiKey: undefined, baseUrl: undefined },
    workspace: folder,
    runnerTemp,
    outputFile: join(runnerTemp, "output"),
    path: PATH,
    lang: "C.UTF-8",
    network: {},
    home: null,
    ...engine,
  };
  const result = await runAttempt(inputs, log, new AbortController().signal);
  const content = (path: string): string => {
    const file = result.manifest.find((entry) => entry.path === path);
    if (file?.change !== "write") throw new Error(`${path} is not written by the change`);
    return readFileSync(join(runnerTemp, "headgate-result", "files", file.sha256), "utf8");
  };
  return { result, content, log: printed.join(""), outputs: readFileSync(inputs.outputFile, "utf8") };
}
