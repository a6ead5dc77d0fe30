/**
 * Does actions/checkout. Fetches from the bare repository over git's local transport, which copies objects. A clone by hard
 * links would let a job write into the repository. The remote's URL is the HTTP address all the same, so that a push works.
 */
import { appendFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Repository } from "../../store/entities.ts";
import { NotHere } from "../execute/lack.ts";
import type { StepLog } from "../execute/machine/log.ts";
import { StepError } from "../execute/step-error.ts";
import type { ActionCall } from "../execute/steps/call.ts";
import { commitOf } from "../host/repositories.ts";
import { booleanInput, refuseInputs, textInput } from "./inputs.ts";

interface Target {
  repository: Repository;
  sha: string;
  /** The full ref; null when the step names a SHA. */
  ref: string | null;
}

/** Finds the repository to check out; `mayRead` decides whether the job may. */
function repositoryOf({ job }: ActionCall, fullName: string): Repository {
  const { host, repository } = job.request;
  const own = `${repository.owner}/${repository.name}`;
  if (fullName === "" || fullName.toLowerCase() === own.toLowerCase()) return repository;
  const found = host.store
    .table("repositories")
    .find(({ owner, name }) => `${owner}/${name}`.toLowerCase() === fullName.toLowerCase());
  if (found === undefined) throw new StepError(`Repository '${fullName}' not found.`);
  return found;
}

/** A private repository needs a token with access to it. The job's own token has access to its own repository only. */
function mayRead({ job, inputs }: ActionCall, repository: Repository): boolean {
  const own = repository.id === job.request.repository.id;
  const given = textInput(inputs, "token", job.token);
  const token = job.request.host.store.table("tokens").get(given);
  if (given === job.token || token === undefined) {
    return !repository.private || (own && job.request.permissions.contents !== undefined);
  }
  const reaches = token.repositories === null || token.repositories.includes(repository.id);
  return !repository.private || (reaches && (token.permissions === null || token.permissions.contents !== undefined));
}

async function fullRef(call: ActionCall, repository: Repository, ref: string): Promise<string | null> {
  const { host } = call.job.request;
  for (const candidate of [`refs/heads/${ref}`, `refs/tags/${ref}`, ref]) {
    if (candidate.startsWith("refs/") && (await host.resolve(repository, candidate)) !== null) return candidate;
  }
  return null;
}

async function targetOf(call: ActionCall): Promise<Target> {
  const { job, inputs } = call;
  const { host, run } = job.request;
  const repository = repositoryOf(call, textInput(inputs, "repository"));
  if (!mayRead(call, repository)) throw new StepError(`Repository '${repository.owner}/${repository.name}' not found.`);
  const asked = textInput(inputs, "ref");
  if (asked === "" && repository.id === job.request.repository.id)
    return { repository, sha: run.checkoutSha, ref: run.ref };
  if (/^[0-9a-f]{40}$/i.test(asked)) return { repository, sha: asked.toLowerCase(), ref: null };
  const ref = await fullRef(call, repository, asked === "" ? repository.defaultBranch : asked);
  const sha = ref === null ? null : await commitOf(host, repository, ref);
  if (sha === null) throw new StepError(`A branch or tag with the name '${asked}' could not be found`);
  return { repository, sha, ref };
}

/** Returns the ref for the fetched commit, as the real action names it: `refs/remotes/origin/main`, `refs/remotes/pull/3/merge`. */
function trackingRef(ref: string): string {
  if (ref.startsWith("refs/heads/")) return ref.replace("refs/heads/", "refs/remotes/origin/");
  return ref.startsWith("refs/pull/") ? ref.replace("refs/pull/", "refs/remotes/pull/") : ref;
}

function refspecs({ ref, sha }: Target, depth: number, withTags: boolean): string[] {
  const tags = "+refs/tags/*:refs/tags/*";
  if (depth === 0) return ["+refs/heads/*:refs/remotes/origin/*", tags, sha];
  return [ref === null ? sha : `+${sha}:${trackingRef(ref)}`, ...(withTags ? [tags] : [])];
}

function checkoutArgs({ ref, sha }: Target): string[] {
  if (ref?.startsWith("refs/heads/")) return ["-B", ref.slice("refs/heads/".length), trackingRef(ref)];
  return ["--detach", sha];
}

export async function checkout(call: ActionCall): Promise<((log: StepLog) => Promise<void>) | undefined> {
  const { job, inputs, outputs, log } = call;
  refuseInputs(inputs, "actions/checkout", ["sparse-checkout", "filter", "ssh-key"]);
  const { host } = job.request;
  const { workspace } = job.folders;
  const folder = resolve(workspace, textInput(inputs, "path"));
  if (relative(workspace, folder).startsWith("..")) {
    throw new StepError(`Repository path '${folder}' is not under '${workspace}'`);
  }
  const target = await targetOf(call);
  const depth = Number(textInput(inputs, "fetch-depth", "1"));
  if (!Number.isInteger(depth) || depth < 0)
    throw new StepError(`'fetch-depth: ${inputs["fetch-depth"]}' is no depth.`);

  const quietly = (args: string[], onLine: (line: string) => void) => {
    const env = job.processEnv(call.frame);
    return job.processes.run({ command: "git", args, cwd: folder, env, signal: call.signal, onLine });
  };
  const git = async (...args: string[]) => {
    log.line(`[command]git ${args.join(" ")}`);
    const exitCode = await quietly(args, log.line);
    if (exitCode !== 0) throw new StepError(`The process git failed with exit code ${exitCode}`);
  };
  const kept = booleanInput(inputs, "clean", true) ? folder : resolve(folder, ".git");
  rmSync(kept, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(folder, { recursive: true });

  const { repository } = target;
  const fullName = `${repository.owner}/${repository.name}`;
  await git("init", "--quiet", "--template=", "--initial-branch", repository.defaultBranch);
  const config = resolve(folder, ".git", "config");
  const url = `${host.serverUrl()}/${fullName}`;
  appendFileSync(config, `[remote "origin"]\n\turl = ${url}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`);
  await git(
    ...["fetch", "--quiet", "--no-tags", "--no-auto-gc", ...(depth > 0 ? [`--depth=${depth}`] : [])],
    // Allows any commit that exists, as GitHub does.
    "--upload-pack=git -c uploadpack.allowAnySHA1InWant=true upload-pack",
    ...[`file://${host.gitDir(repository)}`, ...refspecs(target, depth, booleanInput(inputs, "fetch-tags", false))],
  );
  // Sets the branch back to the run's commit: it may have moved since the run began.
  if (depth === 0 && target.ref !== null && !target.ref.startsWith("refs/tags/")) {
    await git("update-ref", trackingRef(target.ref), target.sha);
  }
  // The machine's Git LFS would ask this server for contents that it does not have.
  if ((await quietly(["config", "--get-regexp", "^filter\\.lfs\\."], () => {})) === 0) appendFileSync(config, noLfs);
  await git("checkout", "--quiet", "--force", ...checkoutArgs(target));
  await refuseWhatIsElsewhere(inputs, folder, quietly);
  outputs.commit = target.sha;
  outputs.ref = target.ref ?? target.sha;
  log.line(`HEAD is now at ${target.sha}`);
  if (!booleanInput(inputs, "persist-credentials", true)) return undefined;

  const basic = Buffer.from(`x-access-token:${textInput(inputs, "token", job.token)}`).toString("base64");
  job.masks.add(basic);
  const section = `http.${host.serverUrl()}/`;
  appendFileSync(config, `[http "${host.serverUrl()}/"]\n\textraheader = AUTHORIZATION: basic ${basic}\n`);
  return () => rmCredentials(call, folder, section);
}

/** Keeps the pointers of Git LFS as they are, also where the machine's settings require its filter. */
const noLfs = '[filter "lfs"]\n\tclean =\n\tsmudge =\n\tprocess =\n\trequired = false\n';

type Git = (args: string[], onLine: (line: string) => void) => Promise<number>;

/** Submodules and Git LFS files are stored elsewhere. Without them `submodules` and `lfs` ask for nothing. */
async function refuseWhatIsElsewhere(inputs: ActionCall["inputs"], folder: string, git: Git): Promise<void> {
  if (existsSync(resolve(folder, ".gitmodules")) && !/^(|false)$/i.test(textInput(inputs, "submodules"))) {
    throw new NotHere({ kind: "stored-elsewhere", what: "submodules" });
  }
  if (!booleanInput(inputs, "lfs", false)) return;
  const paths: string[] = [];
  const pointer = "^version https://git-lfs\\.github\\.com/spec/v1$";
  await git(["-c", "core.quotePath=false", "grep", "-l", "-E", pointer], (line) => paths.push(line));
  const stored: string[] = [];
  const attribute = ": filter: lfs";
  await git(["-c", "core.quotePath=false", "check-attr", "filter", "--", ...paths.slice(0, 1_000)], (line) => {
    if (line.endsWith(attribute)) stored.push(line.slice(0, -attribute.length));
  });
  if (stored.length > 0) throw new NotHere({ kind: "stored-elsewhere", what: "Git LFS files" });
}

async function rmCredentials({ job, frame }: ActionCall, cwd: string, section: string): Promise<void> {
  const signal = new AbortController().signal;
  const args = ["config", "--local", "--remove-section", section];
  await job.processes.run({ command: "git", args, cwd, env: job.processEnv(frame), signal, onLine: () => {} });
}
