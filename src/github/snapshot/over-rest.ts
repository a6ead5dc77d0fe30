/** Reads a pull over REST, call by call: the first time, where the query does not show it in full, and where GraphQL is down. */
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import type { GitHub, SeenPull } from "../../loop/github-port.ts";
import { readCommit } from "../branches.ts";
import type { Calls } from "../calls.ts";
import { time } from "../checks/reading.ts";
import type { CompareWorkflows } from "../checks/workflow-comparison.ts";
import { type LastVerdict, type MayWrite, readReviews } from "./reviews.ts";

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Pull = z.object({
  number: z.number().int().positive(),
  title: z.string().optional(),
  labels: z.array(z.object({ name: z.string() })).default([]),
  state: z.enum(["open", "closed"]),
  draft: z.boolean().optional(),
  merged: z.boolean(),
  merged_at: z.string().nullable(),
  mergeable: z.boolean().nullish(),
  merge_commit_sha: Sha.nullable(),
  head: z.object({ ref: z.string().default(""), sha: Sha }),
  base: z.object({ ref: z.string(), sha: Sha }),
  requested_reviewers: z.array(z.object({ login: z.string() })).nullish(),
  requested_teams: z.array(z.object({ slug: z.string() })).nullish(),
});
export type Pull = z.infer<typeof Pull>;
const Comparison = z.object({
  behind_by: z.number().int().nonnegative(),
  base_commit: z.object({ sha: Sha }),
  merge_base_commit: z.object({ sha: Sha }),
});
const Review = z.object({
  user: z.object({ login: z.string(), type: z.string().optional() }).nullable(),
  state: z.string(),
  body: z.string().nullish(),
  commit_id: Sha.nullish().catch(null),
});

export async function readPull(calls: Calls, repo: Repo, pull: number): Promise<Pull> {
  return calls.one(repo, "GET /repos/{owner}/{repo}/pulls/{pull}", { pull }, Pull);
}

export interface RestReading {
  calls: Calls;
  checks: GitHub["checks"];
  sameWorkflows: CompareWorkflows;
  mayWrite(repo: Repo): MayWrite;
  /** Tells which tree a commit has. */
  learn(repo: Repo, commit: string, tree: string): void;
}

/** Returns the pull with the branch of its head. */
export async function readOverRest(
  { calls, checks: readChecks, sameWorkflows, mayWrite, learn }: RestReading,
  repo: Repo,
  number: number,
): Promise<{ seen: SeenPull; head: string }> {
  const pull = await readPull(calls, repo, number);
  const head = pull.head.ref;
  const headSha = pull.head.sha;
  const common = {
    number: pull.number,
    base: pull.base.ref,
    labels: pull.labels.map(({ name }) => name),
    draft: pull.draft ?? false,
    headSha,
    mergeable: pull.mergeable ?? null,
    mergeSha: pull.merged ? pull.merge_commit_sha : null,
    mergedAt: time(pull.merged_at),
    byQuery: null,
  };
  if (pull.state === "closed") {
    const { tree } = await readCommit(calls, repo, headSha);
    const state = pull.merged ? "merged" : "closed";
    return { head, seen: closed({ ...common, state, headTree: tree }, pull.base.sha) };
  }
  const [comparison, commit, checks, verdicts] = await Promise.all([
    compare(calls, repo, pull.base.ref, headSha),
    readCommit(calls, repo, headSha),
    readChecks(repo, headSha),
    verdictsOf(calls, repo, number),
  ]);
  learn(repo, headSha, commit.tree);
  const seen = {
    ...common,
    ...comparison,
    state: "open" as const,
    headTree: commit.tree,
    checks,
    sameWorkflows: await sameWorkflows(repo, headSha, comparison.baseSha),
    ...(await readReviews(verdicts, mayWrite(repo))),
  };
  return { head, seen };
}

type Unread = "behindBy" | "checks" | "sameWorkflows" | "changesRequestedBy" | "approvals" | "baseSha" | "mergeBase";

/** Adds what nobody asks of a pull that is no longer open. */
export function closed(pull: Omit<SeenPull, Unread>, baseSha: string): SeenPull {
  const unread = { behindBy: 0, checks: [], sameWorkflows: true, changesRequestedBy: [], approvals: [] };
  return { ...pull, ...unread, baseSha, mergeBase: baseSha };
}

/**
 * Compares against the branch by name. A pull request's `base.sha` is stale: it dates from the last move of the head.
 */
export async function compare(
  calls: Calls,
  repo: Repo,
  base: string,
  head: string,
): Promise<Pick<SeenPull, "baseSha" | "behindBy" | "mergeBase">> {
  const route = "GET /repos/{owner}/{repo}/compare/{basehead}";
  // Only the first page carries changed files, which make this call slow. Asks for the second page.
  const answer = await calls.one(repo, route, { basehead: `${base}...${head}`, per_page: 1, page: 2 }, Comparison);
  const { base_commit: tip, merge_base_commit: ancestor, behind_by: behindBy } = answer;
  return { baseSha: tip.sha, behindBy, mergeBase: ancestor.sha };
}

/**
 * Returns each reviewer's last verdict, oldest first. Comments do not replace a verdict, and pending reviews are drafts.
 */
async function verdictsOf(calls: Calls, repo: Repo, pull: number): Promise<LastVerdict[]> {
  const reviews = await calls.all(repo, "GET /repos/{owner}/{repo}/pulls/{pull}/reviews", { pull }, Review);
  const verdicts = new Map<string, LastVerdict>();
  for (const { user, state, body, commit_id: head } of reviews) {
    if (!["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(state)) continue;
    const login = user?.login ?? "ghost";
    verdicts.delete(login);
    const by = user === null ? null : { login, isPerson: user.type === "User" };
    verdicts.set(login, { by, state, body: body ?? "", head: head ?? null });
  }
  return [...verdicts.values()];
}
