/** A repository's labels, and the labels of its issues, which remember them by name. */
import { notFound, unprocessable } from "../access/errors.ts";
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { Issue, Label, Repository } from "../store/entities.ts";

/** Ignores case, as GitHub does. */
export function findLabel(context: SandboxContext, repository: Repository, name: string): Label | undefined {
  return context.store
    .table("labels")
    .find((each) => each.repositoryId === repository.id && each.name.toLowerCase() === name.toLowerCase());
}

/** The repository's label of that name, created if there is none, as GitHub does. */
export function labelNamed(context: SandboxContext, repository: Repository, name: string, initiator: Initiator): Label {
  const known = findLabel(context, repository, name);
  return known ?? storeLabel(context, repository, { name, color: null, description: null }, initiator);
}

export interface NewLabel {
  name: string;
  /** Null: grey. */
  color: string | null;
  description: string | null;
}

/** @throws ApiError 422 when the name is taken. */
export function createLabel(
  context: SandboxContext,
  repository: Repository,
  given: NewLabel,
  initiator: Initiator,
): Label {
  if (findLabel(context, repository, given.name) !== undefined) throw nameTaken();
  return storeLabel(context, repository, given, initiator);
}

function storeLabel(
  context: SandboxContext,
  repository: Repository,
  { name, color, description }: NewLabel,
  initiator: Initiator,
): Label {
  const label = context.store.table("labels").put({
    id: context.store.nextId(),
    repositoryId: repository.id,
    name,
    color: color ?? "ededed",
    description,
  });
  context.announce({ repository, initiator, event: "label", action: "created", label });
  return label;
}

/** @throws ApiError 422 when another label has the name. */
export function editLabel(
  context: SandboxContext,
  repository: Repository,
  old: Label,
  wanted: Pick<Label, "name" | "color" | "description">,
  initiator: Initiator,
): Label {
  const taken = findLabel(context, repository, wanted.name);
  if (taken !== undefined && taken.id !== old.id) throw nameTaken();
  const label = context.store.table("labels").put({ ...old, ...wanted });
  relabel(context, repository, old.name, label.name);
  const changes = label.name === old.name ? {} : { name: { from: old.name } };
  context.announce({ repository, initiator, event: "label", action: "edited", label, changes });
  return label;
}

export function deleteLabel(context: SandboxContext, repository: Repository, label: Label, initiator: Initiator): void {
  context.store.table("labels").remove(label.id);
  relabel(context, repository, label.name, null);
  context.announce({ repository, initiator, event: "label", action: "deleted", label });
}

function nameTaken() {
  return unprocessable("Label", [{ field: "name", code: "already_exists" }]);
}

/** Renames the label on every issue that has it; `to` null takes it off. */
function relabel(context: SandboxContext, repository: Repository, from: string, to: string | null): void {
  const issues = context.store.table("issues");
  context.store.transaction(() => {
    for (const issue of issues.filter((each) => each.repositoryId === repository.id && each.labels.includes(from))) {
      const names = issue.labels.flatMap((name) => (name !== from ? [name] : to === null ? [] : [to]));
      issues.put({ ...issue, labels: names });
    }
  });
}

/** The issue's labels as entities, in the order they were added. */
export function labelsOf({ store }: Pick<SandboxContext, "store">, issue: Issue): Label[] {
  const known = store.table("labels").filter((entity) => entity.repositoryId === issue.repositoryId);
  return issue.labels.flatMap((name) => known.find((entity) => entity.name === name) ?? []);
}

/** The names of the issue's other labels. @throws ApiError 404 when it has no such label. */
export function labelsWithout(issue: Issue, name: string): string[] {
  const others = issue.labels.filter((each) => each.toLowerCase() !== name.toLowerCase());
  if (others.length === issue.labels.length) throw notFound("Label does not exist");
  return others;
}
