/** A repository's labels. */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import { renderLabel } from "../render/issue.ts";
import { type ExtraFields, webhook } from "../render/webhook.ts";
import type { Label, Repository } from "../store/entities.ts";

/** The repository's label of that name (case does not matter), made when there is none, as GitHub does. */
export function labelNamed(context: SandboxContext, repository: Repository, name: string, initiator: Initiator): Label {
  const known = findLabel(context, repository, name);
  if (known !== undefined) return known;
  const label = context.store.table("labels").put({
    id: context.store.nextId(),
    repositoryId: repository.id,
    name,
    color: "ededed",
    description: null,
  });
  announceLabel(context, repository, label, "created", initiator, {});
  return label;
}

export function findLabel(context: SandboxContext, repository: Repository, name: string): Label | undefined {
  return context.store
    .table("labels")
    .find((each) => each.repositoryId === repository.id && each.name.toLowerCase() === name.toLowerCase());
}

export function announceLabel<Action extends "created" | "edited" | "deleted">(
  context: SandboxContext,
  repository: Repository,
  label: Label,
  action: Action,
  initiator: Initiator,
  more: ExtraFields<"label", Action, "label">,
): void {
  const what = webhook("label", "created", { label: renderLabel(context, repository, label) });
  const payload = { ...what.payload, ...more };
  context.announce({ repository, ...what, action, payload, sender: initiator.user, byJobToken: initiator.byJobToken });
}
