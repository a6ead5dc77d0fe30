/** Issues that are tied to others, across the repositories of one owner. */
import { notFound } from "../../../access/errors.ts";
import { may, refusal } from "../../../access/permissions.ts";
import type { SandboxContext } from "../../../context.ts";
import { placedIssue } from "../../../issues/placed.ts";
import type { PlacedIssue } from "../../../store/issue-links.ts";
import { type HttpContext, scopeForAny } from "../../kit.ts";
import { conversation, issueAt, mayTriage } from "../find.ts";

/** The path's issue, to read or to tie to another, which takes triage. */
export function issueOfPath(http: HttpContext, context: SandboxContext, level: "read" | "write"): PlacedIssue {
  const scope = scopeForAny(http, context, conversation, "read");
  const issue = issueAt(http, scope);
  if (level === "write" && !mayTriage(http, scope)) throw refusal(http.get("actor"));
  return { issue, repository: scope.repository };
}

/** The issue that a body or path names by its id (not its number). @throws ApiError 404 where the actor sees none. */
export function issueNamed(http: HttpContext, context: SandboxContext, id: number): PlacedIssue {
  const found = placedIssue(context, id);
  if (found === null || !may(http.get("actor"), found.repository, "issues", "read")) throw notFound();
  return found;
}

/** Those of the issues that the actor may see. */
export function visible(http: HttpContext, context: SandboxContext, ids: readonly number[]): PlacedIssue[] {
  const all = ids.flatMap((id) => placedIssue(context, id) ?? []);
  return all.filter(({ repository }) => may(http.get("actor"), repository, "issues", "read"));
}
