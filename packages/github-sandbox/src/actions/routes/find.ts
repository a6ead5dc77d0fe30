/** The entity a route names, within the repository it names; 404 otherwise. */
import type { Hub } from "../../hub.ts";
import { notFound, type RestContext } from "../../rest/kit.ts";
import type { Artifact, Job, Repository, Workflow, WorkflowRun } from "../../world/entities.ts";
import type { Actions } from "../index.ts";

function own<Entity extends { repositoryId: number }>(repository: Repository, entity: Entity | undefined): Entity {
  if (entity === undefined || entity.repositoryId !== repository.id) throw notFound();
  return entity;
}

function id(context: RestContext, name: string): number {
  return Number(context.req.param(name));
}

export function runFor(context: RestContext, hub: Hub, repository: Repository): WorkflowRun {
  return own(repository, hub.world.table("runs").get(id(context, "run")));
}

export function jobFor(context: RestContext, hub: Hub, repository: Repository): Job {
  return own(repository, hub.world.table("jobs").get(id(context, "job")));
}

export function artifactFor(context: RestContext, hub: Hub, repository: Repository): Artifact {
  return own(repository, hub.world.table("artifacts").get(id(context, "artifact")));
}

/** By id or by file name, as GitHub takes both. */
export async function workflowFor(context: RestContext, actions: Actions, repository: Repository): Promise<Workflow> {
  const name = context.req.param("workflow") ?? "";
  const found = (await actions.workflows(repository)).find(
    (workflow) => String(workflow.id) === name || workflow.path === name || workflow.path.endsWith(`/${name}`),
  );
  if (found === undefined) throw notFound();
  return found;
}
