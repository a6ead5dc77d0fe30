/** Where the action of a `uses:` comes from: the workspace, or a repository of the sandbox at a ref. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runGit } from "../../../git/plumbing/dir.ts";
import type { Repository } from "../../../store/entities.ts";
import type { ActionsHost } from "../../host/port.ts";
import { type Action, parseAction } from "../../parse/action-file.ts";
import type { RunningJob } from "../running-job.ts";
import { StepError } from "../step-error.ts";

export interface SourcedAction {
  action: Action;
  /** The folder of its `action.yml`. */
  folder: string;
  /** `owner/repo` and the ref it was asked for; of a local action the job's own repository and "". */
  repository: string;
  ref: string;
}

/** The commit that a branch, a tag, a full ref or a SHA names; null when there is none. */
export async function commitOf(host: ActionsHost, repository: Repository, ref: string): Promise<string | null> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  if (ref.startsWith("refs/")) return host.resolve(repository, ref);
  return (await host.resolve(repository, `refs/heads/${ref}`)) ?? (await host.resolve(repository, `refs/tags/${ref}`));
}

/** A repository of the sandbox that this one may use: its own owner's, or public. */
export function usableRepository(host: ActionsHost, user: Repository, fullName: string): Repository | null {
  const wanted = fullName.toLowerCase();
  const found = host.store.table("repositories").find(({ owner, name }) => `${owner}/${name}`.toLowerCase() === wanted);
  return found !== undefined && (!found.private || found.ownerId === user.ownerId) ? found : null;
}

function read(folder: string, shown: string): Action {
  const file = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new StepError(`Can't find 'action.yml' or 'action.yaml' of '${shown}'.`);
  return parseAction(`${shown}/action.yml`, readFileSync(file, "utf8"));
}

async function extract(job: RunningJob, repository: Repository, sha: string): Promise<string> {
  const folder = join(job.folders.actions, `${repository.owner}-${repository.name}-${sha}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  // An index of its own: the bare repository is never written to.
  const options = { env: { GIT_INDEX_FILE: join(job.folders.temp, `index_${sha}`) } };
  const from = ["-C", folder, "--git-dir", job.request.host.gitDir(repository), "--work-tree", folder];
  await runGit([...from, "read-tree", sha], options);
  await runGit([...from, "checkout-index", "--all", "--force"], options);
  return folder;
}

export async function sourceAction(job: RunningJob, uses: string): Promise<SourcedAction> {
  const known = job.sourced.get(uses);
  if (known !== undefined) return known;
  const { host, repository } = job.request;
  if (uses.startsWith("./")) {
    const folder = resolve(job.folders.workspace, uses);
    const own = `${repository.owner}/${repository.name}`;
    return { action: read(folder, uses), folder, repository: own, ref: "" };
  }
  if (uses.startsWith("docker://")) throw new StepError(`This runner cannot run a container image (${uses}).`);
  const [, fullName = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)((?:\/[^@]*)?)@(.+)$/.exec(uses) ?? [];
  if (ref === "" || path.split("/").includes("..")) {
    throw new StepError(`'${uses}' is no action: it should be owner/repository@ref or ./path.`);
  }
  const source = usableRepository(host, repository, fullName);
  if (source === null) {
    throw new StepError(
      `Unable to resolve action '${uses}': this runner has no equivalent of it, and there is no repository ${fullName} here.`,
    );
  }
  const sha = await commitOf(host, source, ref);
  if (sha === null) throw new StepError(`Unable to resolve action '${uses}', unable to find version '${ref}'.`);
  const folder = join(await extract(job, source, sha), path);
  const sourced = { action: read(folder, uses), folder, repository: fullName, ref };
  job.sourced.set(uses, sourced);
  return sourced;
}
