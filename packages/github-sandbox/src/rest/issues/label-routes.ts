/** Labels of the repository and on an issue. https://docs.github.com/en/rest/issues/labels */

import { z } from "zod";
import { notFound } from "../../access/errors.ts";
import { refusal } from "../../access/permissions.ts";
import type { SandboxContext } from "../../context.ts";
import { createLabel, deleteLabel, editLabel, findLabel, labelsOf, labelsWithout } from "../../issues/labels.ts";
import { labelIssueOrPull } from "../../pulls/issue-or-pull.ts";
import { renderLabel } from "../../render/issue.ts";
import type { Issue, Label, Repository } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryForAny } from "../kit.ts";
import { respond } from "../respond.ts";
import { conversation, initiatorOf, issueAt, labelNames, mayTriage } from "./find.ts";

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
    const repository = repositoryForAny(http, context.store, conversation, "read");
    const known = labels
      .filter((label) => label.repositoryId === repository.id)
      .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
    return respond<"issues/list-labels-for-repo">(
      http,
      paginate(http, known).map((label) => renderLabel(context, repository, label)),
    );
  });

  rest.post("/repos/:owner/:repo/labels", async (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "write");
    const body = await bodyOf(http, created);
    const given = { name: body.name, color: body.color ?? null, description: body.description ?? null };
    const label = createLabel(context, repository, given, initiatorOf(http));
    return respond<"issues/create-label", 201>(http, renderLabel(context, repository, label), 201);
  });

  rest.get("/repos/:owner/:repo/labels/:name", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    return respond<"issues/get-label">(http, renderLabel(context, repository, labelAt(http, context, repository)));
  });

  rest.patch("/repos/:owner/:repo/labels/:name", async (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "write");
    const old = labelAt(http, context, repository);
    const body = await bodyOf(http, edited);
    const wanted = {
      name: body.new_name ?? old.name,
      color: body.color ?? old.color,
      description: body.description === undefined ? old.description : body.description,
    };
    const label = editLabel(context, repository, old, wanted, initiatorOf(http));
    return respond<"issues/update-label">(http, renderLabel(context, repository, label));
  });

  rest.delete("/repos/:owner/:repo/labels/:name", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "write");
    deleteLabel(context, repository, labelAt(http, context, repository), initiatorOf(http));
    return http.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    return respond<"issues/list-labels-on-issue">(
      http,
      paginate(http, shown(repository, issueAt(http, context, repository))),
    );
  });

  /** The repository and issue, if the actor may label there. */
  function labelling(http: HttpContext): { repository: Repository; issue: Issue } {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    const issue = issueAt(http, context, repository);
    if (!mayTriage(http, repository)) throw refusal(http.get("actor"));
    return { repository, issue };
  }

  function shown(repository: Repository, issue: Issue) {
    return labelsOf(context, issue).map((label) => renderLabel(context, repository, label));
  }

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { repository, issue } = labelling(http);
    const { labels: names } = await bodyOf(http, named);
    return respond<"issues/add-labels">(
      http,
      shown(
        repository,
        await labelIssueOrPull(context, repository, issue, [...issue.labels, ...names], initiatorOf(http)),
      ),
    );
  });

  rest.put("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { repository, issue } = labelling(http);
    const { labels: names } = await bodyOf(http, named);
    return respond<"issues/set-labels">(
      http,
      shown(repository, await labelIssueOrPull(context, repository, issue, names, initiatorOf(http))),
    );
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (http) => {
    const { repository, issue } = labelling(http);
    await labelIssueOrPull(context, repository, issue, [], initiatorOf(http));
    return http.body(null, 204);
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels/:name", async (http) => {
    const { repository, issue } = labelling(http);
    const others = labelsWithout(issue, http.req.param("name"));
    return respond<"issues/remove-label">(
      http,
      shown(repository, await labelIssueOrPull(context, repository, issue, others, initiatorOf(http))),
    );
  });

  return rest;
}

function labelAt(http: HttpContext, context: SandboxContext, repository: Repository): Label {
  const label = findLabel(context, repository, http.req.param("name") ?? "");
  if (label === undefined) throw notFound();
  return label;
}
