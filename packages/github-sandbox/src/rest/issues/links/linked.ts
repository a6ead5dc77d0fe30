/** Finds linked issues across the repositories of one owner. */
import { notFound } from "../../../access/errors.ts";
import { may, refusal } from "../../../access/permissions.ts";
import type { SandboxContext } from "../../../context.ts";
import { placedIssue } from "../../../issues/placed.ts";
import type { PlacedIssue } from "../../../store/issue-links.ts";
import { type HttpContext, scopeForAny } from "../../kit.ts";
import { conversation, issueAt, mayTriage } from "../find.ts";

/** Finds the issue in the path, to read it or to link it, which needs triage. @throws ApiError */
export function issueOfPath(http: HttpContext, context: SandboxContext, level: "read" | "write"): PlacedIssue {
  const scope = scopeForAny(http, context, conversation, "read");
  const issue = issueAt(http, scope);
  if (level === "write" && !mayTriage(http, scope)) throw refusal(http.get("actor"));
  return { issue, repository: scope.repository };
}

/** Finds an issue by the id (not the number) in a body or path. @throws ApiError 404 if the actor cannot see it. */
export function issueNamed(http: HttpContext, context: SandboxContext, id: number): PlacedIssue {
  const found = placedIssue(context, id);
  if (found === null || !may(http.get("actor"), found.repository, "issues", "read")) throw notFound();
  return found;
}

/** Returns the issues with these ids that the actor may see. */
export function visible(http: HttpContext, context: SandboxContext, ids: readonly number[]): PlacedIssue[] {
  const all = ids.flatMap((id) => placedIssue(context, id) ?? []);
  return all.filter(({ repository }) => may(http.get("actor"), repository, "issues", "read"));
}
