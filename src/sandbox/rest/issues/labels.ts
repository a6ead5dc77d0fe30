/** A repository's labels. */
import type { Hub } from "../../hub.ts";
import { label as renderLabel } from "../../shapes/issue.ts";
import type { Payload } from "../../shapes/site.ts";
import type { Label, Repository } from "../../world/entities.ts";
import type { By } from "./changes.ts";

/** The repository's label of that name (case does not matter), made when there is none, as GitHub does. */
export function labelNamed(hub: Hub, repository: Repository, name: string, by: By): Label {
  const known = findLabel(hub, repository, name);
  if (known !== undefined) return known;
  const label = hub.world.table("labels").put({
    id: hub.world.nextId(),
    repositoryId: repository.id,
    name,
    color: "ededed",
    description: null,
  });
  tellLabel(hub, repository, label, "created", by);
  return label;
}

export function findLabel(hub: Hub, repository: Repository, name: string): Label | undefined {
  return hub.world
    .table("labels")
    .find((each) => each.repositoryId === repository.id && each.name.toLowerCase() === name.toLowerCase());
}

export function tellLabel(
  hub: Hub,
  repository: Repository,
  label: Label,
  action: "created" | "edited" | "deleted",
  by: By,
  more: Record<string, unknown> = {},
): void {
  const payload = { label: renderLabel(hub, repository, label), ...more } satisfies Payload<"webhook-label-created">;
  hub.announce({ repository, event: "label", action, payload, sender: by.user, byJobToken: by.byJobToken });
}
