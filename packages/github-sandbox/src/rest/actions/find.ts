/** Finds the entities of Actions that a path names. @throws ApiError 404 */

import { notFound } from "../../access/errors.ts";
import type { Actions } from "../../actions/index.ts";
import type { RepositoryScope } from "../../context.ts";
import type { Artifact, Job, Repository, Workflow, WorkflowRun } from "../../store/entities.ts";
import type { HttpContext } from "../kit.ts";

function own<Entity extends { repositoryId: number }>(repository: Repository, entity: Entity | undefined): Entity {
  if (entity === undefined || entity.repositoryId !== repository.id) throw notFound();
  return entity;
}

function id(http: HttpContext, name: string): number {
  return Number(http.req.param(name));
}

export function runFor(http: HttpContext, scope: RepositoryScope): WorkflowRun {
  return own(scope.repository, scope.store.table("runs").get(id(http, "run")));
}

export function jobFor(http: HttpContext, scope: RepositoryScope): Job {
  return own(scope.repository, scope.store.table("jobs").get(id(http, "job")));
}

export function artifactFor(http: HttpContext, scope: RepositoryScope): Artifact {
  return own(scope.repository, scope.store.table("artifacts").get(id(http, "artifact")));
}

/** Finds a workflow by id or by file name. */
export async function workflowFor(http: HttpContext, actions: Actions, repository: Repository): Promise<Workflow> {
  const name = http.req.param("workflow") ?? "";
  const found = (await actions.workflows(repository)).find(
    (workflow) => String(workflow.id) === name || workflow.path === name || workflow.path.endsWith(`/${name}`),
  );
  if (found === undefined) throw notFound();
  return found;
}
