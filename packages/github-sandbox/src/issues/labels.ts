/** Changes a repository's labels. Its issues refer to them by name. */

import { notFound, unprocessable } from "../access/errors.ts";
import { type ActingScope, announce, type RepositoryScope, type SandboxContext } from "../context.ts";
import type { Issue, Label } from "../store/entities.ts";

/** Finds a label by name, ignoring case as GitHub does. */
export function findLabel(scope: RepositoryScope, name: string): Label | undefined {
  return scope.store
    .table("labels")
    .find((each) => each.repositoryId === scope.repository.id && each.name.toLowerCase() === name.toLowerCase());
}

/** Finds the label, or creates it as GitHub does. */
export function labelNamed(scope: ActingScope, name: string): Label {
  const known = findLabel(scope, name);
  return known ?? storeLabel(scope, { name, color: null, description: null });
}

export interface NewLabel {
  name: string;
  /** null: grey. */
  color: string | null;
  description: string | null;
}

/** @throws ApiError 422 if the name is taken. */
export function createLabel(scope: ActingScope, given: NewLabel): Label {
  if (findLabel(scope, given.name) !== undefined) throw nameTaken();
  return storeLabel(scope, given);
}

function storeLabel(scope: ActingScope, { name, color, description }: NewLabel): Label {
  const label = scope.store.table("labels").put({
    id: scope.store.nextId(),
    repositoryId: scope.repository.id,
    name,
    color: color ?? "ededed",
    description,
  });
  announce(scope, { event: "label", action: "created", label });
  return label;
}

/** @throws ApiError 422 if another label has the name. */
export function editLabel(
  scope: ActingScope,
  old: Label,
  wanted: Pick<Label, "name" | "color" | "description">,
): Label {
  const taken = findLabel(scope, wanted.name);
  if (taken !== undefined && taken.id !== old.id) throw nameTaken();
  const label = scope.store.table("labels").put({ ...old, ...wanted });
  relabel(scope, old.name, label.name);
  const changes = label.name === old.name ? {} : { name: { from: old.name } };
  announce(scope, { event: "label", action: "edited", label, changes });
  return label;
}

export function deleteLabel(scope: ActingScope, label: Label): void {
  scope.store.table("labels").remove(label.id);
  relabel(scope, label.name, null);
  announce(scope, { event: "label", action: "deleted", label });
}

function nameTaken() {
  return unprocessable("Label", [{ field: "name", code: "already_exists" }]);
}

/** Renames the label on every issue that has it, or removes it if `to` is null. */
function relabel(scope: RepositoryScope, from: string, to: string | null): void {
  const issues = scope.store.table("issues");
  scope.store.transaction(() => {
    for (const issue of issues.filter(
      (each) => each.repositoryId === scope.repository.id && each.labels.includes(from),
    )) {
      const names = issue.labels.flatMap((name) => (name !== from ? [name] : to === null ? [] : [to]));
      issues.put({ ...issue, labels: names });
    }
  });
}

/** Returns the issue's labels in the order they were added. */
export function labelsOf({ store }: Pick<SandboxContext, "store">, issue: Issue): Label[] {
  const known = store.table("labels").filter((entity) => entity.repositoryId === issue.repositoryId);
  return issue.labels.flatMap((name) => known.find((entity) => entity.name === name) ?? []);
}

/** Returns the names of the issue's other labels. @throws ApiError 404 if it lacks this label. */
export function labelsWithout(issue: Issue, name: string): string[] {
  const others = issue.labels.filter((each) => each.toLowerCase() !== name.toLowerCase());
  if (others.length === issue.labels.length) throw notFound("Label does not exist");
  return others;
}
