/** What everything that guards a pull's base asks of its reviews, taken together. */
import { type ReviewDecision, reviewDecision } from "../pulls/reviews/standing.ts";
import type { Pull, Repository } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { guardsOf } from "./guards.ts";

function demandsOn(world: World, repository: Repository, baseRef: string) {
  return guardsOf(world, repository, `refs/heads/${baseRef}`).flatMap(({ pull }) => (pull === null ? [] : [pull]));
}

/** GraphQL's `reviewDecision`: what the reviews amount to against what the base requires; null when it requires none. */
export function decisionOn(world: World, repository: Repository, pull: Pull): ReviewDecision | null {
  const approvals = demandsOn(world, repository, pull.baseRef).map((demand) => demand.approvals);
  return reviewDecision(world, repository, pull, approvals.length === 0 ? null : Math.max(...approvals));
}

/** Whether a push that changes what was approved takes the approval back. */
export function dismissesStale(world: World, repository: Repository, baseRef: string): boolean {
  return demandsOn(world, repository, baseRef).some(({ dismissStale }) => dismissStale);
}
