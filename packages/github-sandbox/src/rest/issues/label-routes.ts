/** Labels of the repository and on an issue. https://docs.github.com/en/rest/issues/labels */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { labelsOf, label as render } from "../../shapes/issue.ts";
import type { Issue, Label, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import {
  newRest,
  notFound,
  paginate,
  type Rest,
  type RestContext,
  refusal,
  repositoryForAny,
  unprocessable,
} from "../kit.ts";
import { respond } from "../respond.ts";
import { setLabels } from "./changes.ts";
import { by, conversation, issueAt, labelNames, mayTriage } from "./find.ts";
import { findLabel, tellLabel } from "./labels.ts";

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

export function labelRoutes(hub: Hub): Rest {
  const rest = newRest();
  const labels = hub.world.table("labels");

  rest.get("/repos/:owner/:repo/labels", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    const known = labels
      .filter((label) => label.repositoryId === repository.id)
      .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
    return respond<"issues/list-labels-for-repo">(
      context,
      paginate(context, known).map((label) => render(hub, repository, label)),
    );
  });

  rest.post("/repos/:owner/:repo/labels", async (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "write");
    const body = await bodyOf(context, created);
    if (findLabel(hub, repository, body.name) !== undefined) {
      throw unprocessable("Label", [{ field: "name", code: "already_exists" }]);
    }
    const label = labels.put({
      id: hub.world.nextId(),
      repositoryId: repository.id,
      name: body.name,
      color: body.color ?? "ededed",
      description: body.description ?? null,
    });
    tellLabel(hub, repository, label, "created", by(context), {});
    return respond<"issues/create-label", 201>(context, render(hub, repository, label), 201);
  });

  rest.get("/repos/:owner/:repo/labels/:name", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    return respond<"issues/get-label">(context, render(hub, repository, labelAt(context, hub, repository)));
  });

  rest.patch("/repos/:owner/:repo/labels/:name", async (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "write");
    const old = labelAt(context, hub, repository);
    const body = await bodyOf(context, edited);
    const name = body.new_name ?? old.name;
    const taken = findLabel(hub, repository, name);
    if (taken !== undefined && taken.id !== old.id) {
      throw unprocessable("Label", [{ field: "name", code: "already_exists" }]);
    }
    const description = body.description === undefined ? old.description : body.description;
    const label = labels.put({ ...old, name, color: body.color ?? old.color, description });
    relabel(hub, repository, old.name, name);
    const changes = name === old.name ? {} : { name: { from: old.name } };
    tellLabel(hub, repository, label, "edited", by(context), { changes });
    return respond<"issues/update-label">(context, render(hub, repository, label));
  });

  rest.delete("/repos/:owner/:repo/labels/:name", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "write");
    const label = labelAt(context, hub, repository);
    labels.remove(label.id);
    relabel(hub, repository, label.name, null);
    tellLabel(hub, repository, label, "deleted", by(context), {});
    return context.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    return respond<"issues/list-labels-on-issue">(
      context,
      paginate(context, shown(repository, issueAt(context, hub, repository))),
    );
  });

  /** The repository and issue, if the actor may label there. */
  function labelling(context: RestContext): { repository: Repository; issue: Issue } {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    const issue = issueAt(context, hub, repository);
    if (!mayTriage(context, repository)) throw refusal(context.get("actor"));
    return { repository, issue };
  }

  function shown(repository: Repository, issue: Issue) {
    return labelsOf(hub, issue).map((label) => render(hub, repository, label));
  }

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (context) => {
    const { repository, issue } = labelling(context);
    const { labels: names } = await bodyOf(context, named);
    return respond<"issues/add-labels">(
      context,
      shown(repository, await setLabels(hub, repository, issue, [...issue.labels, ...names], by(context))),
    );
  });

  rest.put("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (context) => {
    const { repository, issue } = labelling(context);
    const { labels: names } = await bodyOf(context, named);
    return respond<"issues/set-labels">(
      context,
      shown(repository, await setLabels(hub, repository, issue, names, by(context))),
    );
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels", async (context) => {
    const { repository, issue } = labelling(context);
    await setLabels(hub, repository, issue, [], by(context));
    return context.body(null, 204);
  });

  rest.delete("/repos/:owner/:repo/issues/:number{[0-9]+}/labels/:name", async (context) => {
    const { repository, issue } = labelling(context);
    const name = context.req.param("name").toLowerCase();
    if (!issue.labels.some((each) => each.toLowerCase() === name)) throw notFound("Label does not exist");
    const rest = issue.labels.filter((each) => each.toLowerCase() !== name);
    return respond<"issues/remove-label">(
      context,
      shown(repository, await setLabels(hub, repository, issue, rest, by(context))),
    );
  });

  return rest;
}

function labelAt(context: RestContext, hub: Hub, repository: Repository): Label {
  const label = findLabel(hub, repository, context.req.param("name") ?? "");
  if (label === undefined) throw notFound();
  return label;
}

/** Issues remember labels by name: carry a new name over, or take the label off. */
function relabel(hub: Hub, repository: Repository, from: string, to: string | null): void {
  const issues = hub.world.table("issues");
  hub.world.transaction(() => {
    for (const issue of issues.filter((each) => each.repositoryId === repository.id && each.labels.includes(from))) {
      const names = issue.labels.flatMap((name) => (name !== from ? [name] : to === null ? [] : [to]));
      issues.put({ ...issue, labels: names });
    }
  });
}
