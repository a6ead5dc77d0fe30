/** Reads the options of `headgate run` from its flags. */
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { judgePlan } from "../../core/plan.ts";
import { planProblemText } from "../../messages/problems/plan.ts";
import { BadInput } from "../bad-input.ts";
import { type Given, valuesOf } from "../command-line.ts";
import { readJobEnv } from "../machine/job-env.ts";
import { PORT, wholeNumber } from "../numbers.ts";
import { knownRun } from "./memory.ts";
import { checkPlace } from "./source.ts";

export interface RunOptions {
  repo: string;
  base: string | null;
  issue: { title: string; body: string };
  /**
   * Returns the plan as unchecked JSON: the core validates every plan. Reads the file again for each planning. null:
   * the model makes the plan.
   */
  plan: (() => unknown) | null;
  engine: "builtin" | "command";
  agentCommand: string;
  checks: string | null;
  /** Variables for the jobs that check. */
  jobEnv: Record<string, string>;
  /** True: jobs use the versions of tools that are here. */
  anyVersion: boolean;
  /** Names of checks that no merge requires. */
  skipChecks: string[];
  maxParallel: number;
  dataDir: string | null;
  out: string | null;
  json: string | null;
  keep: boolean;
  port: number;
}

/** `--json -` */
export const STANDARD_OUTPUT = "-";

const WITHOUT_VALUE = ["keep", "any-version"];

/** Reads the options. @throws BadInput naming the first unusable flag */
export function readOptions(given: Given): RunOptions {
  for (const [flag, value] of Object.entries(given)) {
    if (value?.trim() === "" && !WITHOUT_VALUE.includes(flag)) throw new BadInput(`--${flag} is empty`);
  }
  const { issue, plan } = given;
  const dataDir = given["data-dir"] === undefined ? null : resolve(given["data-dir"]);
  const known = dataDir === null ? null : knownRun(dataDir);
  const repo = given.repo ?? known?.repository;
  if (repo === undefined) throw new BadInput("--repo is needed: the path or git URL of a repository");
  // Before anything else, such as a key that is missing.
  checkPlace(repo);
  const described = issue === undefined ? (known?.issue ?? null) : readIssue(issue);
  if (described === null) throw new BadInput("--issue is needed: a Markdown file with a title and a description");
  return {
    ...readAgent(given),
    repo,
    base: given.base ?? null,
    issue: described,
    plan: plan === undefined ? null : planFile(plan),
    checks: given.checks ?? null,
    jobEnv: readJobEnv(valuesOf(given, "job-env"), process.env),
    anyVersion: given["any-version"] !== undefined,
    skipChecks: valuesOf(given, "skip-check"),
    maxParallel: wholeNumber("max-parallel", given["max-parallel"], { least: 1, most: 100 }) ?? 4,
    dataDir,
    out: readOut(given.out),
    json: readJson(given.json),
    keep: given.keep !== undefined,
    port: wholeNumber("port", given.port, PORT) ?? 0,
  };
}

function readAgent(given: Given): Pick<RunOptions, "engine" | "agentCommand"> {
  const command = given["agent-command"];
  const engine = given.engine ?? (command === undefined ? "builtin" : "command");
  if (engine !== "builtin" && engine !== "command") {
    throw new BadInput(`--engine: '${engine}' is neither builtin nor command`);
  }
  if (engine === "command" && command === undefined) {
    throw new BadInput("--agent-command is needed with --engine command: the shell command that is the agent");
  }
  if (engine === "builtin" && command !== undefined) {
    throw new BadInput("--agent-command goes with --engine command, not with builtin");
  }
  return { engine, agentCommand: command ?? "" };
}

/** Reads the issue. The first line that is not blank is the title, without the `#` of a heading. */
function readIssue(path: string): RunOptions["issue"] {
  const lines = read("issue", path).split(/\r?\n/);
  const first = lines.findIndex((line) => line.trim() !== "");
  if (first < 0) throw new BadInput(`--issue: ${path} is empty`);
  const title = (lines[first] ?? "")
    .replace(/^\s*#+/, "")
    .trim()
    .slice(0, 256);
  if (title === "") throw new BadInput(`--issue: the first line of ${path} should be a title`);
  const body = lines
    .slice(first + 1)
    .join("\n")
    .trim();
  if (body.length > 65_536) throw new BadInput(`--issue: ${path} is longer than the 65,536 characters GitHub allows`);
  return { title, body };
}

const MAX_PROBLEMS = 20;

/**
 * Judges the plan file now, before anything is paid for or started. Returns a function that reads it again, such as after the user has fixed it and sent
 * `/headgate resume`.
 */
function planFile(given: string): () => unknown {
  const path = resolve(given);
  const verdict = judgePlan(readPlan(given));
  if (!verdict.ok) {
    const problems = verdict.problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${planProblemText(problem)}`);
    throw new BadInput([`--plan: ${given} cannot be used, so nothing was started:`, ...problems].join("\n"));
  }
  return () => readPlan(path);
}

function readPlan(path: string): unknown {
  try {
    return JSON.parse(read("plan", path));
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`--plan: ${path} is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}`);
  }
}

/** Resolves a relative path once. `makeSureOfRoom` checks later that the folder is free or from this run. */
function readOut(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}

/** Checks the path before anything runs: a report that cannot be written must not waste a run. */
function readJson(path: string | undefined): string | null {
  if (path === undefined || path === STANDARD_OUTPUT) return path ?? null;
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) throw new BadInput(`--json: there is no folder ${folder}`);
  if (existsSync(path) && !statSync(path).isFile()) throw new BadInput(`--json: ${path} is no file`);
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (error) {
    throw new BadInput(`--json: ${path} cannot be written to`, { cause: error });
  }
  return resolve(path);
}

/** Reads UTF-8 text without the byte order mark that some editors add. */
function read(flag: string, path: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) throw new BadInput(`--${flag}: there is no file ${path}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const why = error instanceof TypeError ? "is not text in UTF-8" : `cannot be read: ${(error as Error).message}`;
    throw new BadInput(`--${flag}: ${path} ${why}`, { cause: error });
  }
}
