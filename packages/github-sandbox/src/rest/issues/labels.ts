/** A repository's labels. */
import type { SandboxContext } from "../../context.ts";
import { renderLabel } from "../../render/issue.ts";
import { type Besides, told } from "../../render/told.ts";
import type { Label, Repository } from "../../store/entities.ts";
import type { By } from "./changes.ts";

/** The repository's label of that name (case does not matter), made when there is none, as GitHub does. */
export function labelNamed(context: SandboxContext, repository: Repository, name: string, by: By): Label {
  const known = findLabel(context, repository, name);
  if (known !== undefined) return known;
  const label = context.store.table("labels").put({
    id: context.store.nextId(),
    repositoryId: repository.id,
    name,
    color: "ededed",
    description: null,
  });
  tellLabel(context, repository, label, "created", by, {});
  return label;
}

export function findLabel(context: SandboxContext, repository: Repository, name: string): Label | undefined {
  return context.store
    .table("labels")
    .find((each) => each.repositoryId === repository.id && each.name.toLowerCase() === name.toLowerCase());
}

export function tellLabel<Action extends "created" | "edited" | "deleted">(
  context: SandboxContext,
  repository: Repository,
  label: Label,
  action: Action,
  by: By,
  more: Besides<"label", Action, "label">,
): void {
  const what = told("label", "created", { label: renderLabel(context, repository, label) });
  const payload = { ...what.payload, ...more };
  context.announce({ repository, ...what, action, payload, sender: by.user, byJobToken: by.byJobToken });
}
