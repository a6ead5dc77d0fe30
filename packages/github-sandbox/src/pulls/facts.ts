/** What is known of a pull beside its row: how large it is, and whether it may be merged now. */
import { reportedChecks } from "../gates/checks.ts";
import { judgeMerge } from "../gates/judge.ts";
import { ownersOf } from "../gates/owners.ts";
import type { Hub } from "../hub.ts";
import { notFound, type RestContext } from "../rest/kit.ts";
import { type PullFacts, pullRequest } from "../shapes/pulls/pull.ts";
import type { Pull, Repository } from "../world/entities.ts";
import { sizeOf } from "./sizes.ts";

export async function factsOf(hub: Hub, repository: Repository, pull: Pull): Promise<PullFacts> {
  const size = await sizeOf(hub, repository, pull.baseSha, pull.headSha);
  return { size, mergeableState: await mergeableState(hub, repository, pull) };
}

/** GitHub documents the states in GraphQL only: https://docs.github.com/en/graphql/reference/enums#mergestatestatus */
export async function mergeableState(
  hub: Hub,
  repository: Repository,
  pull: Pull,
): Promise<PullFacts["mergeableState"]> {
  const { mergeability, headSha } = pull;
  if (pull.merged || mergeability === null) return "unknown";
  if (!mergeability.mergeable) return "dirty";
  if (pull.draft) return "draft";
  const { behind } = await sizeOf(hub, repository, mergeability.baseSha, headSha);
  // Which method will be used is not known yet; a linear history only rules out one of them.
  const owners = await ownersOf(hub, repository, pull, mergeability.baseSha);
  const verdict = judgeMerge(hub.world, repository, { pull, headSha, behind, owners, method: "squash" }, null);
  if (!verdict.allowed) return verdict.state;
  const reported = reportedChecks(hub.world, repository, headSha);
  return reported.every(({ state }) => state === "success") ? "clean" : "unstable";
}

/** The whole answer for one pull, as of now. */
export async function renderPull(hub: Hub, repository: Repository, pull: Pull) {
  return pullRequest(hub, repository, pull, await factsOf(hub, repository, pull));
}

export function pullNumbered(hub: Hub, repository: Repository, number: number): Pull | null {
  return hub.world.table("pulls").find((each) => each.repositoryId === repository.id && each.number === number) ?? null;
}

/** The pull a path names. @throws ApiError 404 */
export function pullAt(context: RestContext, hub: Hub, repository: Repository): Pull {
  const pull = pullNumbered(hub, repository, Number(context.req.param("number")));
  if (pull === null) throw notFound();
  return pull;
}

export function isOpen(hub: Hub, pull: Pull): boolean {
  return hub.world.table("issues").get(pull.id)?.state === "open";
}
