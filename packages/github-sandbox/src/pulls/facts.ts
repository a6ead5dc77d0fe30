/** Finds out what a pull's row does not hold: its size, and whether it may be merged now. */

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
  // The method is not known yet. A squash is allowed also where history must be linear.
  const owners = await ownersOf(scope, pull, mergeability.baseSha);
  const verdict = judgeMerge(scope, { pull, headSha, behind, owners, method: "squash" }, null);
  if (!verdict.allowed) return verdict.state;
  const reported = reportedChecks(scope, headSha);
  return reported.every(({ state }) => state === "success") ? "clean" : "unstable";
}

/** Returns the issue of the same number, which holds the pull's title, body, state and labels. */
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
