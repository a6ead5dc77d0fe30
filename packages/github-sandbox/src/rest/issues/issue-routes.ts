/** Issues: list, open, read, change. https://docs.github.com/en/rest/issues/issues */

import { z } from "zod";
import { forbidden } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { closeIssue, editIssue, openIssue, reopenIssue, setAssignees, setLabels } from "../../issues/changes.ts";
import { renderIssue } from "../../render/issue.ts";
import type { Issue, Repository } from "../../store/entities.ts";
import { bodyOf, checkWords } from "../body.ts";
import {
  type HttpContext,
  newRest,
  paginate,
  type Rest,
  repositoryFor,
  repositoryForAny,
  repositoryToJoin,
} from "../kit.ts";
import { respond } from "../respond.ts";
import { assigneeIds, conversation, initiatorOf, issueAt, labelNames, mayTriage } from "./find.ts";

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
    const repository = repositoryFor(http, context.store, "issues", "read");
    const found = listed(http, context, repository);
    return respond<"issues/list-for-repo">(
      http,
      paginate(http, found).map((issue) => renderIssue(context, repository, issue)),
    );
  });

  rest.post("/repos/:owner/:repo/issues", async (http) => {
    const repository = repositoryToJoin(http, context.store, ["issues"]);
    const body = await bodyOf(http, opened);
    checkWords("Issue", body);
    // Labels and assignees of people who may not set them are dropped without a word, as on GitHub.
    const triage = mayTriage(http, repository);
    const issue = await openIssue(
      context,
      repository,
      {
        title: body.title,
        body: body.body ?? null,
        labels: triage ? (body.labels ?? []) : [],
        assigneeIds: triage ? assigneeIds(context, repository, body.assignees ?? []) : [],
      },
      initiatorOf(http),
    );
    return respond<"issues/create", 201>(http, renderIssue(context, repository, issue), 201);
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    return respond<"issues/get">(http, renderIssue(context, repository, issueAt(http, context, repository)));
  });

  rest.patch("/repos/:owner/:repo/issues/:number{[0-9]+}", async (http) => {
    const repository = repositoryToJoin(http, context.store, conversation);
    const body = await bodyOf(http, changed);
    checkWords("Issue", body);
    let issue = issueAt(http, context, repository);
    const initiator = initiatorOf(http);
    const triage = mayTriage(http, repository);
    if (!triage && issue.userId !== initiator.user.id) throw forbidden("Must have admin rights to Repository.");
    const description = "body" in body ? (body.body ?? null) : undefined;
    issue = await editIssue(
      context,
      repository,
      issue,
      { title: body.title ?? undefined, body: description },
      initiator,
    );
    if (triage && body.labels) issue = await setLabels(context, repository, issue, body.labels, initiator);
    if (triage && body.assignees) {
      issue = await setAssignees(
        context,
        repository,
        issue,
        assigneeIds(context, repository, body.assignees),
        initiator,
      );
    }
    if (body.state === "closed") {
      const reason = body.state_reason === "reopened" ? null : (body.state_reason ?? null);
      issue = await closeIssue(context, repository, issue, reason, initiator);
    }
    if (body.state === "open") issue = await reopenIssue(context, repository, issue, initiator);
    return respond<"issues/update">(http, renderIssue(context, repository, issue));
  });

  return rest;
}

/** The issues the query asks for; newest first unless it says otherwise. */
function listed(http: HttpContext, context: SandboxContext, repository: Repository): Issue[] {
  const query = http.req.query();
  const state = query.state ?? "open";
  const labels = (query.labels ?? "").split(",").filter((name) => name !== "");
  const since = query.since === undefined ? null : Date.parse(query.since);
  const login = (id: number) => context.store.table("users").get(id)?.login.toLowerCase();
  const key = query.sort === "updated" ? "updatedAt" : "createdAt";
  const sign = query.direction === "asc" ? 1 : -1;
  const has = (issue: Issue, name: string) => issue.labels.some((each) => each.toLowerCase() === name.toLowerCase());
  return context.store
    .table("issues")
    .filter(
      (issue) =>
        issue.repositoryId === repository.id &&
        (state === "all" || issue.state === state) &&
        labels.every((name) => has(issue, name)) &&
        (since === null || Date.parse(issue.updatedAt) >= since) &&
        (query.creator === undefined || login(issue.userId) === query.creator.toLowerCase()) &&
        (query.assignee === undefined || isAssigned(issue, query.assignee.toLowerCase(), login)),
    )
    .sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.number - b.number));
}

function isAssigned(issue: Issue, wanted: string, login: (id: number) => string | undefined): boolean {
  if (wanted === "none") return issue.assigneeIds.length === 0;
  if (wanted === "*") return issue.assigneeIds.length > 0;
  return issue.assigneeIds.some((id) => login(id) === wanted);
}
