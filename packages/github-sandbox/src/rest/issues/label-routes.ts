/** Labels of the repository and on an issue. https://docs.github.com/en/rest/issues/labels */

import { z } from "zod";
import { notFound } from "../../access/errors.ts";
import { refusal } from "../../access/permissions.ts";
import type { ActingScope, RepositoryScope, SandboxContext } from "../../context.ts";
import { createLabel, deleteLabel, editLabel, findLabel, labelsOf, labelsWithout } from "../../issues/labels.ts";
import { labelIssueOrPull } from "../../pulls/issue-or-pull.ts";
import { renderLabel } from "../../render/issue.ts";
import type { Issue, Label } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, initiatorOf, newRest, paginate, type Rest, scopeForAny } from "../kit.ts";
import { respond } from "../respond.ts";
import { conversation, issueAt, labelNames, mayTriage } from "./find.ts";

const color = z.string().regex(/^[0-9a-fA-F]{6}$/, "must be six hexadecimal digits");
const created = z.object({
  name: z.string().min(1),
  color: color.nullish(),
  description: z.string().max(100).nullish(),
});
const edited = z.object({
  new_name: z.string().min(1).nullish(),
  color: color.nullish(),
  description: z.string().max(100).nullish(),
});
const named = z.object({ labels: labelNames.default([]) });

export function labelRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const labels = context.store.table("labels");

  rest.get("/repos/:owner/:repo/labels", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    const known = labels
      .filter((label) => label.repositoryId === scope.repository.id)
      .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
    return respond<"issues/list-labels-for-repo">(
      http,
      paginate(http, known).map((label) => renderLabel(scope, label)),
    );
  });

  rest.post("/repos/:owner/:repo/labels", async (http) => {
    const scope = scopeForAny(http, context, conversation, "write");
    const body = await bodyOf(http, created);
    const given = { name: body.name, color: body.color ?? null, description: body.description ?? null };
    const label = createLabel(scope, given);
    return respond<"issues/create-label", 201>(http, renderLabel(scope, label), 201);
  });

  rest.get("/repos/:owner/:repo/labels/:name", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    return respond<"issues/get-label">(http, renderLabel(scope, labelAt(http, scope)));
  });

  rest.patch("/repos/:owner/:repo/labels/:name", async (http) => {
    const scope = scopeForAny(http, context, conversation, "write");
    const old = labelAt(http, scope);
    const body = await bodyOf(http, edited);
    const wanted = {
      name: body.new_name ?? old.name,
      color: body.color ?? old.color,
      description: body.description === undefined ? old.description : body.description,
    };
    const label = editLabel(scope, old, wanted);
    return respond<"issues/update-label">(http, renderLabel(scope, label));
  });

  rest.delete("/repos/:owner/:repo/labels/:name", (http) => {
    const scope = scopeForAny(http, context, conversation, "write");
    deleteLabel(scope, labelAt(http, scope));
    return http.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    return respond<"issues/list-labels-on-issue">(http, paginate(http, shown(scope, issueAt(http, scope))));
  });

  /** Returns the scope and the issue. @throws ApiError 403 if the actor may not label there. */
  function labelling(http: HttpContext): { scope: ActingScope; issue: Issue } {
    const scope = scopeForAny(http, context, conversation, "read");
    const issue = issueAt(http, scope);
    if (!mayTriage(http, scope)) throw refusal(http.get("actor"));
    return { scope: { ...scope, initiator: initiatorOf(http) }, issue };
  }

  function shown(scope: RepositoryScope, issue: Issue) {
    return labelsOf(context, issue).map((label) => renderLabel(scope, label));
  }

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { scope, issue } = labelling(http);
    const { labels: names } = await bodyOf(http, named);
    return respond<"issues/add-labels">(
      http,
      shown(scope, await labelIssueOrPull(scope, issue, [...issue.labels, ...names])),
    );
  });

  rest.put("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { scope, issue } = labelling(http);
    const { labels: names } = await bodyOf(http, named);
    return respond<"issues/set-labels">(http, shown(scope, await labelIssueOrPull(scope, issue, names)));
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { scope, issue } = labelling(http);
    await labelIssueOrPull(scope, issue, []);
    return http.body(null, 204);
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels/:name", async (http) => {
    const { scope, issue } = labelling(http);
    const others = labelsWithout(issue, http.req.param("name"));
    return respond<"issues/remove-label">(http, shown(scope, await labelIssueOrPull(scope, issue, others)));
  });

  return rest;
}

function labelAt(http: HttpContext, scope: RepositoryScope): Label {
  const label = findLabel(scope, http.req.param("name") ?? "");
  if (label === undefined) throw notFound();
  return label;
}
