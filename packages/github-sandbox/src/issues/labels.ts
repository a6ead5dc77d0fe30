/** A repository's labels. */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { Issue, Label, Repository } from "../store/entities.ts";

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
  context.announce({ repository, initiator, event: "label", action: "created", label });
  return label;
}

export function findLabel(context: SandboxContext, repository: Repository, name: string): Label | undefined {
  return context.store
    .table("labels")
    .find((each) => each.repositoryId === repository.id && each.name.toLowerCase() === name.toLowerCase());
}

/** The issue's labels as entities, in the order they were added. */
export function labelsOf({ store }: Pick<SandboxContext, "store">, issue: Issue): Label[] {
  const known = store.table("labels").filter((entity) => entity.repositoryId === issue.repositoryId);
  return issue.labels.flatMap((name) => known.find((entity) => entity.name === name) ?? []);
}
