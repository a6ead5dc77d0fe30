/** Merges and updates of heads. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request */

import { z } from "zod";
import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { mergePull } from "../../pulls/merge/merge.ts";
import { mergeRequestOf, type Requested, requestMerge } from "../../pulls/merge/merge-async.ts";
import { updateBranch } from "../../pulls/merge/update-branch.ts";
import { repositoryApi, type Schema } from "../../render/site.ts";
import type { MergeRequest } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { pullAt } from "./find.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/i);

const merged = z.object({
  merge_method: z.enum(["merge", "squash", "rebase"]).nullish(),
  sha: sha.nullish(),
  commit_title: z.string().nullish(),
  commit_message: z.string().nullish(),
});

const mergedLater = merged.extend({ merge_action: z.enum(["default", "direct_merge", "merge_queue"]).nullish() });
const updated = z.object({ expected_head_sha: sha.nullish() });

const one = "/repos/:owner/:repo/pulls/:number{[0-9]+}";

export function mergeRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  /**
   * Merging needs write access to contents:
   * https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
   */
  const mergeable = (http: HttpContext) => scopeFor(http, context, "contents", "write");

  rest.get(`${one}/merge`, (http) => {
    const pull = pullAt(http, scopeFor(http, context, "pull_requests", "read"));
    if (!pull.merged) throw notFound();
    return http.body(null, 204);
  });

  rest.put(`${one}/merge`, async (http) => {
    const scope = mergeable(http);
    const body = await bodyOf(http, merged);
    const order = { ...orderIn(body), method: body.merge_method ?? ("merge" as const) };
    return respond<"pulls/merge">(http, {
      sha: await mergePull(scope, pullAt(http, scope), order),
      merged: true,
      message: "Pull Request successfully merged",
    });
  });

  rest.put(`${one}/merge-async`, async (http) => {
    const scope = mergeable(http);
    const body = await bodyOf(http, mergedLater);
    const wanted = {
      ...orderIn(body),
      method: body.merge_method ?? ("default" as const),
      action: body.merge_action ?? ("default" as const),
    };
    const pull = pullAt(http, scope);
    return answered(http, requestMerge(scope, pull, wanted));
  });

  rest.get(`${one}/merge-async/:uuid`, (http) => {
    const scope = scopeFor(http, context, "pull_requests", "read");
    const request = mergeRequestOf(context, pullAt(http, scope), http.req.param("uuid"));
    return respond<"pulls/get-merge-async-result">(http, resultOf(request));
  });

  rest.put(`${one}/update-branch`, async (http) => {
    // GitHub's documentation of this route requires write access to the head as well.
    scopeFor(http, context, "contents", "write");
    const scope = scopeFor(http, context, "pull_requests", "write");
    const pull = pullAt(http, scope);
    const { expected_head_sha: expected } = await bodyOf(http, updated);
    await updateBranch(scope, pull, expected?.toLowerCase() ?? null);
    const url = `${repositoryApi(scope)}/pulls/${pull.number}`;
    return respond<"pulls/update-branch", 202>(http, { message: "Updating pull request branch.", url }, 202);
  });

  return rest;
}

function orderIn(body: z.output<typeof merged>) {
  return {
    sha: body.sha?.toLowerCase() ?? null,
    title: body.commit_title ?? null,
    message: body.commit_message ?? null,
  };
}

type AsyncResult = Schema<"pull-request-merge-async-result">;

function answered(http: HttpContext, requested: Requested): Response {
  switch (requested.kind) {
    case "merged":
      return respond<"pulls/merge-async">(http, mergedResult(requested.sha));
    case "refused":
      return respond<"pulls/merge-async", 400>(http, failedResult(requested.reason), 400);
    case "known":
      return respond<"pulls/merge-async", 409>(http, resultOf(requested.request), 409);
    case "started": {
      const enqueued = resultOf({ ...requested.request, words: "Merge request enqueued." });
      return respond<"pulls/merge-async", 202>(http, enqueued, 202);
    }
  }
}

function resultOf(request: MergeRequest): AsyncResult {
  const { status, words, mergeSha } = request;
  if (status === "merged") return mergedResult(mergeSha ?? "");
  if (status === "failed") return failedResult(words);
  const { id: uuid, method, action, expectedHeadSha } = request;
  return {
    status,
    details: {
      message: words,
      uuid,
      merge_method: method,
      merge_action: action,
      expected_head_sha: expectedHeadSha,
    },
  };
}

function mergedResult(sha: string): AsyncResult {
  return { status: "merged", details: { message: "Pull request was merged.", sha } };
}

function failedResult(message: string): AsyncResult {
  return { status: "failed", details: { message } };
}
