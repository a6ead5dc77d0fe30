/**
 * What a page's address names. Every repository is shown, private ones too, to whoever reaches the port: the sandbox is for
 * one trusted user on one machine, and a page has nobody to ask for a token.
 */
import type { Context } from "hono";
import type { Hub } from "../hub.ts";
import type { Issue, Job, Pull, Repository, WorkflowRun } from "../world/entities.ts";

/** There is nothing at this address. */
export class NoPage extends Error {}

export function nothing(): never {
  throw new NoPage();
}

export function mustBe<Value>(value: Value | null | undefined): Value {
  return value ?? nothing();
}

export function param(context: Context, name: string): string {
  return mustBe(context.req.param(name));
}

/** A whole number in the path; ids and numbers never have a sign. */
function numberParam(context: Context, name: string): number {
  const text = param(context, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : nothing();
}

export function repositoryAt(context: Context, hub: Hub): Repository {
  const owner = param(context, "owner").toLowerCase();
  const name = param(context, "repo")
    .toLowerCase()
    .replace(/\.git$/, "");
  return mustBe(
    hub.world
      .table("repositories")
      .find((each) => each.owner.toLowerCase() === owner && each.name.toLowerCase() === name),
  );
}

/** `ending` is what follows the number, as in `12.diff`. */
export function issueAt(context: Context, hub: Hub, repository: Repository, ending = ""): Issue {
  const text = param(context, "number");
  const number = Number(text.endsWith(ending) ? text.slice(0, text.length - ending.length) : text);
  return mustBe(
    hub.world.table("issues").find((each) => each.repositoryId === repository.id && each.number === number),
  );
}

export function pullOf(hub: Hub, issue: Issue): Pull {
  return mustBe(hub.world.table("pulls").get(issue.id));
}

export function runAt(context: Context, hub: Hub, repository: Repository): WorkflowRun {
  const run = hub.world.table("runs").get(numberParam(context, "run"));
  return run?.repositoryId === repository.id ? run : nothing();
}

export function jobAt(context: Context, hub: Hub, run: WorkflowRun): Job {
  const job = hub.world.table("jobs").get(numberParam(context, "job"));
  return job?.runId === run.id ? job : nothing();
}

/** The row of a table with the id in the path. */
export function rowAt<Row>(context: Context, table: { get(id: number): Row | undefined }): Row {
  return mustBe(table.get(numberParam(context, "id")));
}

export async function commitAt(hub: Hub, repository: Repository, name: string): Promise<string> {
  return mustBe(await hub.git.resolve(repository, name));
}

/** `?page=` from 1, and what lies on it. */
export function pageOfRows<Row>(context: Context, rows: readonly Row[], size = 50) {
  const page = pageNumber(context);
  return { page, shown: rows.slice((page - 1) * size, page * size), more: rows.length > page * size };
}

export function pageNumber(context: Context): number {
  const asked = Number(context.req.query("page") ?? 1);
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, 1000) : 1;
}
