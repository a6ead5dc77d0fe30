/** Keeps the record of each workflow: the path of its file, its name, and whether a person disabled it. */
import type { Repository, Workflow } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import type { WorkflowFile } from "../parse/workflow-files.ts";

function find(store: Store, repository: Repository, path: string): Workflow | undefined {
  const inRepository = (workflow: Workflow) => workflow.repositoryId === repository.id && workflow.path === path;
  return store.table("workflows").find(inRepository);
}

/** Returns the workflow of a file. Makes it when the file is new, and renames it when the file has another name. */
export function recordWorkflow(store: Store, repository: Repository, { path, parsed }: WorkflowFile): Workflow {
  const table = store.table("workflows");
  const name = "workflow" in parsed ? parsed.workflow.name : path;
  const known = find(store, repository, path);
  if (known === undefined) {
    const now = store.now();
    const made = { id: store.nextId(), repositoryId: repository.id, path, name, createdAt: now, updatedAt: now };
    return table.put({ ...made, state: "active" });
  }
  return known.name === name || "errors" in parsed ? known : table.put({ ...known, name, updatedAt: store.now() });
}

/** True when a person disabled the workflow. A workflow that never ran has no record and is enabled. */
export function isDisabled(store: Store, repository: Repository, path: string): boolean {
  return find(store, repository, path)?.state === "disabled_manually";
}
