/**
 * Finds what a page's path names. Pages show private repositories too: the sandbox serves one trusted user on one
 * machine, and a browser sends no token.
 */

import type { Context } from "hono";
import { type RepositoryScope, type SandboxContext, scopeOf } from "../context.ts";
import type { Issue, Job, Pull, WorkflowRun } from "../store/entities.ts";

/** Answered with 404. */
export class NoPage extends Error {}

export function nothing(): never {
  throw new NoPage();
}

export function mustBe<Value>(value: Value | null | undefined): Value {
  return value ?? nothing();
}

export function param(http: Context, name: string): string {
  return mustBe(http.req.param(name));
}

/** Returns the whole number in the path. Ids and numbers have no sign. */
function numberParam(http: Context, name: string): number {
  const text = param(http, name);
  return /^\d{1,15}$/.test(text) ? Number(text) : nothing();
}

export function scopeAt(http: Context, context: SandboxContext): RepositoryScope {
  const owner = param(http, "owner").toLowerCase();
  const name = param(http, "repo")
    .toLowerCase()
    .replace(/\.git$/, "");
  const repository = context.store
    .table("repositories")
    .find((each) => each.owner.toLowerCase() === owner && each.name.toLowerCase() === name);
  return scopeOf(context, mustBe(repository));
}

/** Finds the issue in the path. `ending` follows the number, as in `12.diff`. */
export function pageIssue(http: Context, scope: RepositoryScope, ending = ""): Issue {
  const text = param(http, "number");
  const number = Number(text.endsWith(ending) ? text.slice(0, text.length - ending.length) : text);
  return mustBe(
    scope.store.table("issues").find((each) => each.repositoryId === scope.repository.id && each.number === number),
  );
}

export function pullOf(context: SandboxContext, issue: Issue): Pull {
  return mustBe(context.store.table("pulls").get(issue.id));
}

export function pageRun(http: Context, scope: RepositoryScope): WorkflowRun {
  const run = scope.store.table("runs").get(numberParam(http, "run"));
  return run?.repositoryId === scope.repository.id ? run : nothing();
}

export function jobAt(http: Context, context: SandboxContext, run: WorkflowRun): Job {
  const job = context.store.table("jobs").get(numberParam(http, "job"));
  return job?.runId === run.id ? job : nothing();
}

/** Finds the row with the id in the path. */
export function rowAt<Row>(http: Context, table: { get(id: number): Row | undefined }): Row {
  return mustBe(table.get(numberParam(http, "id")));
}

export async function pageCommit(scope: RepositoryScope, name: string): Promise<string> {
  return mustBe(await scope.git.resolve(scope.repository, name));
}

/** Returns the rows on the page of `?page=`. */
export function pageOfRows<Row>(http: Context, rows: readonly Row[], size = 50) {
  const page = pageNumber(http);
  return { page, shown: rows.slice((page - 1) * size, page * size), more: rows.length > page * size };
}

export function pageNumber(http: Context): number {
  const asked = Number(http.req.query("page") ?? 1);
  return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, 1000) : 1;
}
