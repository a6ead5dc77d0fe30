/** Issues. https://docs.github.com/en/rest/issues/issues */

import { z } from "zod";
import { forbidden } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { assigneeIds } from "../../issues/assignees.ts";
import { listIssues } from "../../issues/list.ts";
import { openIssue } from "../../issues/state.ts";
import {
  assignIssueOrPull,
  closeIssueOrPull,
  editIssueOrPull,
  labelIssueOrPull,
  reopenIssueOrPull,
} from "../../pulls/issue-or-pull.ts";
import { renderIssue } from "../../render/issue.ts";
import { bodyOf, checkLengths } from "../body.ts";
import { newRest, paginate, type Rest, scopeFor, scopeForAny, scopeToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { conversation, issueAt, labelNames, mayTriage } from "./find.ts";

const title = z.union([z.string().min(1), z.number().transform(String)]);

const opened = z.object({
  title,
  body: z.string().nullish(),
  labels: labelNames.nullish(),
  assignees: z.array(z.string()).nullish(),
});

const changed = z.object({
  title: title.nullish(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).nullish(),
  state_reason: z.enum(["completed", "not_planned", "duplicate", "reopened"]).nullish(),
  labels: labelNames.nullish(),
  assignees: z.array(z.string()).nullish(),
});

export function issueRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get("/repos/:owner/:repo/issues", (http) => {
    const scope = scopeFor(http, context, "issues", "read");
    const found = listIssues(scope, http.req.query());
    return respond<"issues/list-for-repo">(
      http,
      paginate(http, found).map((issue) => renderIssue(scope, issue)),
    );
  });

  rest.post("/repos/:owner/:repo/issues", async (http) => {
    const scope = scopeToJoin(http, context, ["issues"]);
    const body = await bodyOf(http, opened);
    checkLengths("Issue", body);
    // GitHub silently drops labels and assignees from people who may not set them.
    const triage = mayTriage(http, scope);
    const issue = openIssue(scope, {
      title: body.title,
      body: body.body ?? null,
      labels: triage ? (body.labels ?? []) : [],
      assigneeIds: triage ? assigneeIds(scope, body.assignees ?? []) : [],
    });
    return respond<"issues/create", 201>(http, renderIssue(scope, issue), 201);
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    return respond<"issues/get">(http, renderIssue(scope, issueAt(http, scope)));
  });

  rest.patch("/repos/:owner/:repo/issues/:number{[0-9]+}", async (http) => {
    const scope = scopeToJoin(http, context, conversation);
    const body = await bodyOf(http, changed);
    checkLengths("Issue", body);
    let issue = issueAt(http, scope);
    const triage = mayTriage(http, scope);
    if (!triage && issue.userId !== scope.initiator.user.id) throw forbidden("Must have admin rights to Repository.");
    const description = "body" in body ? (body.body ?? null) : undefined;
    issue = await editIssueOrPull(scope, issue, { title: body.title ?? undefined, body: description });
    if (triage && body.labels) issue = await labelIssueOrPull(scope, issue, body.labels);
    if (triage && body.assignees) {
      issue = await assignIssueOrPull(scope, issue, assigneeIds(scope, body.assignees));
    }
    if (body.state === "closed") {
      const reason = body.state_reason === "reopened" ? null : (body.state_reason ?? null);
      issue = await closeIssueOrPull(scope, issue, reason);
    }
    if (body.state === "open") issue = await reopenIssueOrPull(scope, issue);
    return respond<"issues/update">(http, renderIssue(scope, issue));
  });

  return rest;
}
