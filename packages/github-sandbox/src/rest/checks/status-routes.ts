/** Commit statuses. https://docs.github.com/en/rest/commits/statuses */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { commitStatus as render } from "../../shapes/check.ts";
import { repository as renderRepository } from "../../shapes/repository.ts";
import { repositoryApi, type Schema } from "../../shapes/site.ts";
import { told } from "../../shapes/told.ts";
import type { CommitStatus, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import { actingUser, byJobToken, newRest, paginate, type Rest, repositoryFor, unprocessable } from "../kit.ts";
import { respond } from "../respond.ts";
import { commitAt } from "./commit.ts";
import { statusPayload } from "./status-payload.ts";

const created = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  target_url: z.string().nullish(),
  description: z.string().max(140).nullish(),
  context: z.string().min(1).default("default"),
});

/** GitHub takes at most this many statuses for one commit and context. */
const mostPerContext = 1000;

export function statusRoutes(hub: Hub): Rest {
  const rest = newRest();
  const statuses = hub.world.table("statuses");

  /** Newest first. */
  const at = (repository: Repository, sha: string) =>
    statuses
      .filter((status) => status.repositoryId === repository.id && status.sha === sha)
      .sort((a, b) => b.id - a.id);

  rest.post("/repos/:owner/:repo/statuses/:sha", async (context) => {
    const repository = repositoryFor(context, hub.world, "statuses", "write");
    const body = await bodyOf(context, created);
    const sha = await commitAt(hub, repository, context.req.param("sha"));
    if (at(repository, sha).filter((each) => each.context === body.context).length >= mostPerContext) {
      throw unprocessable("Status", [
        { code: "custom", message: "This SHA and context has reached the maximum number of statuses." },
      ]);
    }
    const status = statuses.put({
      id: hub.world.nextId(),
      repositoryId: repository.id,
      sha,
      context: body.context,
      state: body.state,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creatorId: actingUser(context).id,
      createdAt: hub.world.now(),
    });
    hub.announce({
      repository,
      ...told("status", null, await statusPayload(hub, repository, status)),
      sender: actingUser(context),
      byJobToken: byJobToken(context),
    });
    return respond<"repos/create-commit-status", 201>(context, render(hub, repository, status), 201);
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/statuses", async (context) => {
    const repository = repositoryFor(context, hub.world, "statuses", "read");
    const sha = await commitAt(hub, repository, context.req.param("ref"));
    return respond<"repos/list-commit-statuses-for-ref">(
      context,
      paginate(context, at(repository, sha)).map((status) => render(hub, repository, status)),
    );
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/status", async (context) => {
    const repository = repositoryFor(context, hub.world, "statuses", "read");
    const sha = await commitAt(hub, repository, context.req.param("ref"));
    const latest = latestStatuses(at(repository, sha));
    const url = repositoryApi(hub, repository);
    return respond<"repos/get-combined-status-for-ref">(context, {
      state: combined(latest),
      statuses: paginate(context, latest).map((status) => render(hub, repository, status)),
      sha,
      total_count: latest.length,
      repository: renderRepository(hub, repository),
      commit_url: `${url}/commits/${sha}`,
      url: `${url}/commits/${sha}/status`,
    } satisfies Schema<"combined-commit-status">);
  });

  return rest;
}

/** The newest status of each context; takes them newest first. */
function latestStatuses(newestFirst: readonly CommitStatus[]): CommitStatus[] {
  return newestFirst.filter(
    (status, index) => newestFirst.findIndex((each) => each.context === status.context) === index,
  );
}

/** No status at all is `pending` too: https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
function combined(latest: readonly CommitStatus[]): "failure" | "pending" | "success" {
  if (latest.some((status) => status.state === "failure" || status.state === "error")) return "failure";
  return latest.length === 0 || latest.some((status) => status.state === "pending") ? "pending" : "success";
}
