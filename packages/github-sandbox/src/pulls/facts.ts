/** What is known of a pull beside its row: how large it is, and whether it may be merged now. */

import type { RepositoryScope, SandboxContext } from "../context.ts";
import type { PullFacts } from "../events/event.ts";
import { reportedChecks } from "../protection/checks.ts";
import { judgeMerge } from "../protection/judge.ts";
import { ownersOf } from "../protection/owners.ts";
import type { Issue, Pull } from "../store/entities.ts";
import { sizeOf } from "./sizes.ts";

export async function factsOf(scope: RepositoryScope, pull: Pull): Promise<PullFacts> {
  const size = await sizeOf(scope, pull.baseSha, pull.headSha);
  return { size, mergeableState: await mergeableState(scope, pull) };
}

/** GitHub documents the states in GraphQL only: https://docs.github.com/en/graphql/reference/enums#mergestatestatus */
export async function mergeableState(scope: RepositoryScope, pull: Pull): Promise<PullFacts["mergeableState"]> {
  const { mergeability, headSha } = pull;
  if (pull.merged || mergeability === null) return "unknown";
  if (!mergeability.mergeable) return "dirty";
  if (pull.draft) return "draft";
  const { behind } = await sizeOf(scope, mergeability.baseSha, headSha);
  // Which method will be used is not known yet; a linear history only rules out one of them.
  const owners = await ownersOf(scope, pull, mergeability.baseSha);
  const verdict = judgeMerge(scope, { pull, headSha, behind, owners, method: "squash" }, null);
  if (!verdict.allowed) return verdict.state;
  const reported = reportedChecks(scope, headSha);
  return reported.every(({ state }) => state === "success") ? "clean" : "unstable";
}

/** The issue of the same number holds a pull's title, body, state and labels. */
export function issueOf({ store }: Pick<SandboxContext, "store">, pull: Pull): Issue {
  const issue = store.table("issues").get(pull.id);
  if (issue === undefined) throw new Error(`pull ${pull.number} has no issue`);
  return issue;
}

export function pullNumbered(scope: RepositoryScope, number: number): Pull | null {
  return (
    scope.store.table("pulls").find((each) => each.repositoryId === scope.repository.id && each.number === number) ??
    null
  );
}

export function isOpen(context: SandboxContext, pull: Pull): boolean {
  return context.store.table("issues").get(pull.id)?.state === "open";
}
