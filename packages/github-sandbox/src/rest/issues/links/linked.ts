/** Issues that are tied to others, across the repositories of one owner. */
import type { Hub } from "../../../hub.ts";
import { issue as render } from "../../../shapes/issue.ts";
import type { Issue, Repository } from "../../../world/entities.ts";
import { may, notFound, type RestContext, refusal, repositoryForAny } from "../../kit.ts";
import { conversation, issueAt, mayTriage } from "../find.ts";

export interface Placed {
  issue: Issue;
  repository: Repository;
}

export function placed(hub: Hub, id: number): Placed | null {
  const issue = hub.world.table("issues").get(id);
  const repository = hub.world.table("repositories").get(issue?.repositoryId ?? 0);
  return issue === undefined || repository === undefined ? null : { issue, repository };
}

export function shown(hub: Hub, { issue, repository }: Placed) {
  return render(hub, repository, hub.world.table("issues").get(issue.id) ?? issue);
}

/** The path's issue, to read or to tie to another, which takes triage. */
export function issueOfPath(context: RestContext, hub: Hub, level: "read" | "write"): Placed {
  const repository = repositoryForAny(context, hub.world, conversation, "read");
  const issue = issueAt(context, hub, repository);
  if (level === "write" && !mayTriage(context, repository)) throw refusal(context.get("actor"));
  return { issue, repository };
}

/** The issue that a body or path names by its id (not its number). @throws ApiError 404 where the actor sees none. */
export function issueNamed(context: RestContext, hub: Hub, id: number): Placed {
  const found = placed(hub, id);
  if (found === null || !may(context.get("actor"), found.repository, "issues", "read")) throw notFound();
  return found;
}

/** Those of the issues that the actor may see. */
export function visible(context: RestContext, hub: Hub, ids: readonly number[]): Placed[] {
  const all = ids.flatMap((id) => placed(hub, id) ?? []);
  return all.filter(({ repository }) => may(context.get("actor"), repository, "issues", "read"));
}
