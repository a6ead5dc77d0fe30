/** Commit statuses. https://docs.github.com/en/rest/commits/statuses */

import { z } from "zod";
import { unprocessable } from "../../access/errors.ts";
import { announce, type SandboxContext } from "../../context.ts";
import { readCommit } from "../../git/plumbing/objects.ts";
import { branchesAt } from "../../git/plumbing/stored-refs.ts";
import { renderCommitStatus } from "../../render/check.ts";
import { renderRepository } from "../../render/repository.ts";
import { repositoryApi, type Schema } from "../../render/site.ts";
import type { CommitStatus, Repository } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { commitAt } from "./commit.ts";

const created = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  target_url: z.string().nullish(),
  description: z.string().max(140).nullish(),
  context: z.string().min(1).default("default"),
});

/** GitHub's limit of statuses for one commit and context. */
const mostPerContext = 1000;

export function statusRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const statuses = context.store.table("statuses");

  /** Lists the statuses, newest first. */
  const at = (repository: Repository, sha: string) =>
    statuses
      .filter((status) => status.repositoryId === repository.id && status.sha === sha)
      .sort((a, b) => b.id - a.id);

  rest.post("/repos/:owner/:repo/statuses/:sha", async (http) => {
    const scope = scopeFor(http, context, "statuses", "write");
    const { repository } = scope;
    const body = await bodyOf(http, created);
    const sha = await commitAt(scope, http.req.param("sha"));
    if (at(repository, sha).filter((each) => each.context === body.context).length >= mostPerContext) {
      throw unprocessable("Status", [
        { code: "custom", message: "This SHA and context has reached the maximum number of statuses." },
      ]);
    }
    const status = statuses.put({
      id: context.store.nextId(),
      repositoryId: repository.id,
      sha,
      context: body.context,
      state: body.state,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creatorId: scope.initiator.user.id,
      createdAt: context.store.now(),
    });
    const git = context.git.at(repository);
    const branches = await branchesAt(git, sha);
    const commit = await readCommit(git, sha);
    if (commit === null) throw new Error(`no commit ${sha} in repository ${repository.id}`);
    announce(scope, { event: "status", status, commit, branches });
    return respond<"repos/create-commit-status", 201>(http, renderCommitStatus(scope, status), 201);
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/statuses", async (http) => {
    const scope = scopeFor(http, context, "statuses", "read");
    const sha = await commitAt(scope, http.req.param("ref"));
    return respond<"repos/list-commit-statuses-for-ref">(
      http,
      paginate(http, at(scope.repository, sha)).map((status) => renderCommitStatus(scope, status)),
    );
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/status", async (http) => {
    const scope = scopeFor(http, context, "statuses", "read");
    const { repository } = scope;
    const sha = await commitAt(scope, http.req.param("ref"));
    const latest = latestStatuses(at(repository, sha));
    const url = repositoryApi(scope);
    return respond<"repos/get-combined-status-for-ref">(http, {
      state: combined(latest),
      statuses: paginate(http, latest).map((status) => renderCommitStatus(scope, status)),
      sha,
      total_count: latest.length,
      repository: renderRepository(context, repository),
      commit_url: `${url}/commits/${sha}`,
      url: `${url}/commits/${sha}/status`,
    } satisfies Schema<"combined-commit-status">);
  });

  return rest;
}

/** Returns the newest status of each context. */
function latestStatuses(newestFirst: readonly CommitStatus[]): CommitStatus[] {
  return newestFirst.filter(
    (status, index) => newestFirst.findIndex((each) => each.context === status.context) === index,
  );
}

/**
 * Combines the statuses. Without any the state is `pending`:
 * https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference
 */
function combined(latest: readonly CommitStatus[]): "failure" | "pending" | "success" {
  if (latest.some((status) => status.state === "failure" || status.state === "error")) return "failure";
  return latest.length === 0 || latest.some((status) => status.state === "pending") ? "pending" : "success";
}
