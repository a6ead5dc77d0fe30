/** Does actions/cache and its halves `restore` and `save`, version 4. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { runGit } from "../../../git/plumbing/dir.ts";
import type { Cache } from "../../../store/entities.ts";
import { NotHere } from "../../execute/lack.ts";
import { StepError } from "../../execute/step-error.ts";
import type { ActionCall, BuiltInAction } from "../../execute/steps/call.ts";
import { booleanInput, linesInput, textInput } from "../inputs.ts";
import type { Caches } from "./store.ts";

/** https://github.com/actions/toolkit/blob/main/packages/cache/src/cache.ts */
const maxKey = 512;

interface Wanted {
  key: string;
  restoreKeys: string[];
  paths: string[];
  /** A hash of the paths: a cache of other paths is another cache. */
  version: string;
}

/** The call of one of the three actions, with its inputs read. */
interface CacheCall extends ActionCall {
  caches: Caches;
  wanted: Wanted;
}

function wantedBy({ job, inputs }: ActionCall): Wanted {
  const key = textInput(inputs, "key");
  const paths = linesInput(inputs, "path");
  const missing = key === "" ? "key" : "path";
  if (key === "" || paths.length === 0) throw new StepError(`Input required and not supplied: ${missing}`);
  const restoreKeys = linesInput(inputs, "restore-keys");
  const long = [key, ...restoreKeys].find((each) => each.length > maxKey || each.includes(","));
  if (long !== undefined) {
    throw new StepError(`Key Validation Error: ${long} cannot be larger than ${maxKey} characters or contain commas.`);
  }
  const pattern = paths.find((path) => /[*?[\]!]/.test(path));
  if (pattern !== undefined) {
    throw new NotHere({ kind: "action-input", action: "actions/cache", input: "path", value: pattern });
  }
  const home = (path: string) => path.replace(/^~(?=\/|$)/, job.folders.home);
  const inside = paths.map(
    (path) => relative(job.folders.workspace, resolve(job.folders.workspace, home(path))) || ".",
  );
  const version = createHash("sha256").update(inside.join("\n")).digest("hex");
  return { key, restoreKeys, paths: inside, version };
}

async function tar({ job, frame, log, signal }: ActionCall, args: string[]): Promise<void> {
  const command = { command: "tar", args, cwd: job.folders.workspace, env: job.processEnv(frame), signal };
  const exitCode = await job.processes.run({ ...command, onLine: log.line });
  if (exitCode !== 0) throw new StepError(`The process tar failed with exit code ${exitCode}`);
}

/** Returns the refs whose caches a job may see: its own, the base of its pull, and the default branch. */
function refsSeen({ job }: ActionCall): string[] {
  const { run, repository, contexts } = job.request;
  const base = contexts.github.base_ref;
  const branches = [typeof base === "string" ? base : "", repository.defaultBranch].filter((name) => name !== "");
  return [run.ref, ...branches.map((name) => `refs/heads/${name}`)];
}

/**
 * Returns the ref that a cache belongs to: the run's own. A pull that changes nothing runs only what its base holds, so what it saves
 * is the base's, which every other pull sees. On GitHub a push to the base would have saved it.
 */
async function refOfSaved({ job }: ActionCall): Promise<string> {
  const { host, repository, run, contexts } = job.request;
  const base = contexts.github.base_ref;
  if (typeof base !== "string" || base === "") return run.ref;
  const baseRef = `refs/heads/${base}`;
  const tip = await host.resolve(repository, baseRef);
  if (tip === null) return run.ref;
  const trees = [tip, run.checkoutSha].map((commit) => `${commit}^{tree}`);
  const { stdout } = await runGit(["--git-dir", host.gitDir(repository), "rev-parse", ...trees]);
  const [ofBase, ofRun] = stdout.toString("utf8").trim().split("\n");
  return ofBase === ofRun ? baseRef : run.ref;
}

async function restored(call: CacheCall): Promise<Cache | undefined> {
  const { job, caches, inputs, outputs, log } = call;
  const { cacheAccess, repository } = job.request;
  const { key, restoreKeys, version } = call.wanted;
  outputs["cache-hit"] = "";
  outputs["cache-primary-key"] = key;
  const wanted = { refs: refsSeen(call), version, keys: [key, ...restoreKeys] };
  const found = cacheAccess.restore ? caches.find(repository, wanted) : undefined;
  if (!cacheAccess.restore) log.warning("The job's cache-mode does not allow restoring caches.");
  if (found === undefined) {
    if (booleanInput(inputs, "fail-on-cache-miss", false)) {
      throw new StepError(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`);
    }
    log.line(`Cache not found for input keys: ${[key, ...restoreKeys].join(", ")}`);
    return undefined;
  }
  if (!booleanInput(inputs, "lookup-only", false)) await tar(call, ["-xPf", caches.path(found)]);
  outputs["cache-hit"] = String(found.key === key);
  outputs["cache-matched-key"] = found.key;
  log.line(`Cache restored from key: ${found.key}`);
  return found;
}

async function save(call: CacheCall): Promise<void> {
  const { job, caches, log } = call;
  const { cacheAccess, repository } = job.request;
  const { key, paths, version } = call.wanted;
  const name = { ref: await refOfSaved(call), version, key };
  if (!cacheAccess.save) return log.warning("The job's cache-mode does not allow saving caches.");
  if (!caches.isFree(repository, name)) {
    return log.warning(
      `Failed to save: Unable to reserve cache with key ${key}, another job may be creating this cache.`,
    );
  }
  const there = paths.filter((path) => existsSync(join(job.folders.workspace, path)));
  if (there.length === 0) {
    return log.warning("Path Validation Error: Path(s) specified in the action for caching do(es) not exist.");
  }
  const file = join(job.folders.temp, `cache-${version}.tar`);
  await tar(call, ["-cPf", file, "--", ...there]);
  // Checked again: another job may have saved the key while tar ran.
  if (caches.isFree(repository, name)) caches.save(repository, name, file);
  log.line(`Cache saved with key: ${key}`);
}

/** Makes the three actions over one store. */
export function cacheActions(caches: Caches) {
  const bind = (call: ActionCall): CacheCall => ({ ...call, caches, wanted: wantedBy(call) });

  const cache: BuiltInAction = async (given) => {
    const call = bind(given);
    const found = await restored(call);
    if (found?.key === call.wanted.key || booleanInput(call.inputs, "lookup-only", false)) return undefined;
    return async (log, signal) => {
      // The action's `post-if: success()`: a failed job must not save a broken cache.
      if (!call.job.frame.failed) await save({ ...call, log, signal });
    };
  };

  const restoreCache: BuiltInAction = async (call) => {
    await restored(bind(call));
    return undefined;
  };

  const saveCache: BuiltInAction = async (call) => {
    await save(bind(call));
    return undefined;
  };
  return { cache, restoreCache, saveCache };
}
