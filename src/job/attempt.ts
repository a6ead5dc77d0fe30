/** Runs one attempt from its inputs to its result on disk. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PROTOCOL, type Result } from "../core/attempt.ts";
import { builtinEngine } from "./builtin.ts";
import { type Change, listChange } from "./change.ts";
import { commandEngine } from "./command.ts";
import type { Engine, EngineReport, Work } from "./engine.ts";
import { type Git, gitIn } from "./git.ts";
import type { Inputs } from "./inputs.ts";
import type { JobLog } from "./log.ts";
import { writeResult } from "./result-folder.ts";
import { prepareWorktree, unresolvedPaths } from "./worktree.ts";

const NO_CHANGE: Change = { manifest: [], contents: new Map() };

/**
 * Runs the attempt and writes its result. The step output `path` names the result's folder. A failed agent is a result
 * too: this throws only when the job itself cannot work, or when `cancelled` fires.
 */
export async function runAttempt(inputs: Inputs, log: JobLog, cancelled: AbortSignal): Promise<Result> {
  const { brief } = inputs;
  const scratch = await mkdtemp(join(inputs.runnerTemp, "headgate-"));
  try {
    const environment = await strippedEnvironment(inputs, scratch);
    const git = gitIn(inputs.workspace, environment);
    const conflicts = await prepareWorktree(git, brief);
    const stop = AbortSignal.any([cancelled, AbortSignal.timeout(brief.limits.minutes * 60_000)]);
    const work: Work = { brief, attempt: inputs.attempt, workspace: inputs.workspace, scratch, environment, stop, log };

    log.line(`headgate ${inputs.attempt}: ${brief.kind} with the engine '${inputs.engine}'`);
    const report = await log.withoutCommands(() => engineOf(inputs)(work));
    cancelled.throwIfAborted();
    const { said, change } = await takeChange(git, work, report, conflicts);

    const result: Result = {
      ...said,
      protocol: PROTOCOL,
      attempt: inputs.attempt,
      engine: inputs.engine,
      manifest: change.manifest,
    };
    const folder = await writeResult(inputs.runnerTemp, result, change.contents);
    await appendFile(inputs.outputFile, `path=${folder}\n`);
    return result;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function engineOf(inputs: Inputs): Engine {
  switch (inputs.engine) {
    case "builtin":
      return builtinEngine(inputs.provider);
    case "command":
      return commandEngine(inputs.command);
  }
}

/** Builds the whole environment of an agent's programs. It holds no token, no key and no path to the runner's files. */
async function strippedEnvironment(inputs: Inputs, scratch: string): Promise<Record<string, string>> {
  const home = join(scratch, "home");
  const temporary = join(scratch, "tmp");
  await mkdir(home);
  await mkdir(temporary);
  const npmrc = inputs.home === null ? "" : await npmSettings(inputs.home);
  if (npmrc !== "") await writeFile(join(home, ".npmrc"), npmrc);
  return { ...inputs.network, PATH: inputs.path, HOME: home, LANG: inputs.lang, TMPDIR: temporary, CI: "true" };
}

const NPM_SETTING = /^(registry|@[\w.~-]+:registry|proxy|https-proxy|noproxy|cafile|ca\[\]|strict-ssl)\s*=/;

/** Returns the lines of the job's `.npmrc` that say where a registry is. Its tokens stay behind. */
async function npmSettings(home: string): Promise<string> {
  const text = await readFile(join(home, ".npmrc"), "utf8").catch(() => "");
  const lines = text.split(/\r?\n/).filter((line) => NPM_SETTING.test(line) && !/:\/\/[^/]*@/.test(line));
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Takes the change of a completed attempt. Kinds that only read hand in text alone. */
async function takeChange(
  git: Git,
  work: Work,
  report: EngineReport,
  conflicts: readonly string[],
): Promise<{ said: EngineReport; change: Change }> {
  if (report.outcome !== "completed") return { said: report, change: NO_CHANGE };
  const failed = (summary: string) => ({ said: { ...report, outcome: "failed" as const, summary }, change: NO_CHANGE });
  switch (work.brief.kind) {
    case "research":
    case "review":
      return { said: { ...report, notes: [...report.notes, report.summary] }, change: NO_CHANGE };
    case "build":
    case "repair":
    case "resolve": {
      const listing = await listChange(git, work.workspace, work.brief.against, work.brief.limits, work.scratch);
      if (!listing.ok) return failed(listing.reason);
      const unresolved = unresolvedPaths(conflicts, listing.change);
      if (unresolved.length > 0) return failed(`conflict markers are left in ${unresolved.join(", ")}`);
      return { said: report, change: listing.change };
    }
  }
}
