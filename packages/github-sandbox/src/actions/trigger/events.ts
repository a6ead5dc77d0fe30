/** Starts the runs that an event asks for. */
import { runGit } from "../../git/plumbing/dir.ts";
import type { Repository, WorkflowRun } from "../../store/entities.ts";
import type { WebhookEvent } from "../../store/webhook-event.ts";
import type { WorkflowFile } from "../parse/workflow-files.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import { type Cause, startRun } from "../schedule/start.ts";
import { isDisabled } from "../schedule/workflows.ts";
import { type Occurrence, starts } from "./filters.ts";

/** The commits and refs of an event's runs, and what the filters of workflows compare. */
type Place = Pick<Cause, "headSha" | "headBranch" | "checkoutSha" | "ref" | "pullNumbers"> &
  Pick<Occurrence, "branch" | "tag" | "workflowName" | "changedPaths">;

interface PullPayload {
  number: number;
  merged?: boolean | null;
  merge_commit_sha?: string | null;
  head: { ref: string; sha: string };
  base: { ref: string; sha: string };
}

const zeros = /^0+$/;
/** https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs */
const skipWords = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\nskip-checks: ?true\s*$/i;
/** https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflow_run */
const maxChain = 3;

async function names(scheduler: Scheduler, repository: Repository, args: string[]): Promise<string[]> {
  const { stdout } = await runGit(["--git-dir", scheduler.host.gitDir(repository), ...args, "-z"]);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter((name) => name !== "");
}

async function atPush(scheduler: Scheduler, { repository, payload }: WebhookEvent): Promise<Place | null> {
  const {
    ref,
    before,
    after,
    deleted,
    head_commit: head,
  } = payload as {
    ref: string;
    before: string;
    after: string;
    deleted?: boolean;
    head_commit?: { message?: string } | null;
  };
  if (deleted === true || zeros.test(after) || skipWords.test(head?.message ?? "")) return null;
  const branch = ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
  const tag = ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : null;
  if (branch === null && tag === null) return null;
  const changedPaths = async () => {
    if (!zeros.test(before)) return names(scheduler, repository, ["diff", "--name-only", before, after]);
    // A new branch has changed what it has beyond the default branch.
    const base = `refs/heads/${repository.defaultBranch}`;
    const known = branch !== repository.defaultBranch && (await scheduler.host.resolve(repository, base)) !== null;
    const all = () => names(scheduler, repository, ["ls-tree", "-r", "--name-only", after]);
    if (!known) return all();
    // git fails where the branch shares no history with the default branch.
    return names(scheduler, repository, ["diff", "--name-only", `${base}...${after}`]).catch(all);
  };
  const filters = { branch, tag, workflowName: null, changedPaths };
  return { headSha: after, headBranch: branch ?? tag, checkoutSha: after, ref, pullNumbers: [], ...filters };
}

/** Returns the pull's test merge. A conflicted pull has none, and so gets no runs. */
async function mergeOf(
  scheduler: Scheduler,
  { repository, action }: WebhookEvent,
  pull: PullPayload,
): Promise<{ sha: string; ref: string } | null> {
  const ref = `refs/pull/${pull.number}/merge`;
  if (pull.merged === true && typeof pull.merge_commit_sha === "string") {
    return { sha: pull.merge_commit_sha, ref: `refs/heads/${pull.base.ref}` };
  }
  // A closed pull keeps its last test merge, if it had one.
  if (action === "closed") {
    const sha = await scheduler.host.resolve(repository, ref);
    return sha === null ? null : { sha, ref };
  }
  const merge = await scheduler.host.testMerge(repository, pull.number);
  return merge === null || merge === "conflict" ? null : { sha: merge.sha, ref };
}

async function atPull(scheduler: Scheduler, announcement: WebhookEvent): Promise<Place | null> {
  const { repository, event, payload } = announcement;
  const pull = payload.pull_request as PullPayload;
  const { head, base } = pull;
  const common = { branch: base.ref, tag: null, workflowName: null, pullNumbers: [pull.number] };
  const changedPaths = () => names(scheduler, repository, ["diff", "--name-only", `${base.sha}...${head.sha}`]);
  if (event === "pull_request_target") {
    const sha = await scheduler.host.resolve(repository, `refs/heads/${base.ref}`);
    if (sha === null) return null;
    return {
      ...common,
      changedPaths,
      headSha: sha,
      headBranch: head.ref,
      checkoutSha: sha,
      ref: `refs/heads/${base.ref}`,
    };
  }
  const commit = await scheduler.records.headCommit(repository, head.sha);
  if (skipWords.test(commit.message)) return null;
  const merge = await mergeOf(scheduler, announcement, pull);
  if (merge === null) return null;
  return { ...common, changedPaths, headSha: head.sha, headBranch: head.ref, checkoutSha: merge.sha, ref: merge.ref };
}

function chainLength(scheduler: Scheduler, run: WorkflowRun | undefined): number {
  if (run?.event !== "workflow_run") return 0;
  const { workflow_run: cause } = run.payload as { workflow_run?: { id?: number } };
  return 1 + chainLength(scheduler, scheduler.host.store.table("runs").get(cause?.id ?? 0));
}

/** All other events run on the tip of the default branch. */
async function atDefaultBranch(
  scheduler: Scheduler,
  { repository, event, payload }: WebhookEvent,
): Promise<Place | null> {
  const ref = `refs/heads/${repository.defaultBranch}`;
  const sha = await scheduler.host.resolve(repository, ref);
  if (sha === null) return null;
  const place = { headSha: sha, headBranch: repository.defaultBranch, checkoutSha: sha, ref, pullNumbers: [] };
  const filters = { branch: null, tag: null, workflowName: null, changedPaths: async () => [] };
  if (event !== "workflow_run") return { ...place, ...filters };
  const cause = payload.workflow_run as { id: number; name: string; head_branch: string | null };
  if (chainLength(scheduler, scheduler.host.store.table("runs").get(cause.id)) >= maxChain) return null;
  return { ...place, ...filters, branch: cause.head_branch, workflowName: cause.name };
}

function placeOf(scheduler: Scheduler, announcement: WebhookEvent): Promise<Place | null> {
  switch (announcement.event) {
    case "push":
      return atPush(scheduler, announcement);
    case "pull_request":
    case "pull_request_target":
    case "pull_request_review":
    case "pull_request_review_comment":
      return atPull(scheduler, announcement);
    default:
      return atDefaultBranch(scheduler, announcement);
  }
}

/** Reads the workflows that a ruleset requires of every pull, at the current commit of their ref. */
export async function requiredFiles(
  scheduler: Scheduler,
  repository: Repository,
): Promise<(WorkflowFile & { definition: WorkflowRun["definition"] })[]> {
  const found = repository.requiredWorkflows.map(async ({ repositoryId, ref, path }) => {
    const source = scheduler.host.store.table("repositories").get(repositoryId);
    const commit = source === undefined ? null : await scheduler.host.resolve(source, ref);
    if (source === undefined || commit === null) return [];
    const parsed = await scheduler.files.one(source, commit, path);
    return parsed === null ? [] : [{ path, parsed, definition: { repositoryId, commit } }];
  });
  return (await Promise.all(found)).flat();
}

/** Starts one run for each workflow that asks for the event. */
export async function startRunsFor(scheduler: Scheduler, announcement: WebhookEvent): Promise<void> {
  const { repository, event, action, payload, sender } = announcement;
  const place = await placeOf(scheduler, announcement);
  if (place === null) return;
  const { branch, tag, workflowName, changedPaths: changed, ...where } = place;
  const present = scheduler.host.store.table("repositories").get(repository.id);
  const changedPaths = event === "pull_request" && present?.ignoresPathFilters === true ? null : changed;
  const occurrence = { event, action, branch, tag, workflowName, changedPaths };
  const own = (await scheduler.files.at(repository, place.checkoutSha)).map((file) => ({ ...file, definition: null }));
  const required = event === "pull_request" ? await requiredFiles(scheduler, repository) : [];
  for (const { path, parsed, definition } of [...own, ...required]) {
    // The events of an unreadable file are unknown. GitHub shows it as failed at every push.
    const wanted = "errors" in parsed ? event === "push" && tag === null : await starts(parsed.workflow, occurrence);
    if (!wanted || scheduler.closing || isDisabled(scheduler.host.store, repository, path)) continue;
    const cause = { ...where, definition, event, payload, actor: sender, inputs: {} };
    await startRun(scheduler, repository, { path, parsed }, cause);
  }
}
