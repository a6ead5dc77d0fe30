/** Merging pulls and bringing their heads up to date, over REST. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { bodyOf } from "../../rest/body.ts";
import { by } from "../../rest/issues/find.ts";
import { newRest, notFound, type Rest, type RestContext, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { repositoryApi } from "../../shapes/site.ts";
import { pullAt } from "../facts.ts";
import { mergePull } from "./merge.ts";
import { mergeResult, requestMerge } from "./merge-async.ts";
import { updateBranch } from "./update-branch.ts";

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

export function landingRoutes(hub: Hub): Rest {
  const rest = newRest();

  /** Merging is writing contents: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
  const mergeable = (context: RestContext) => repositoryFor(context, hub.world, "contents", "write");

  rest.get(`${one}/merge`, (context) => {
    const pull = pullAt(context, hub, repositoryFor(context, hub.world, "pull_requests", "read"));
    if (!pull.merged) throw notFound();
    return context.body(null, 204);
  });

  rest.put(`${one}/merge`, async (context) => {
    const repository = mergeable(context);
    const body = await bodyOf(context, merged);
    const order = { ...orderIn(body), method: body.merge_method ?? ("merge" as const) };
    return respond<"pulls/merge">(context, {
      sha: await mergePull(hub, repository, pullAt(context, hub, repository), order, by(context)),
      merged: true,
      message: "Pull Request successfully merged",
    });
  });

  rest.put(`${one}/merge-async`, async (context) => {
    const repository = mergeable(context);
    const body = await bodyOf(context, mergedLater);
    const wanted = {
      ...orderIn(body),
      method: body.merge_method ?? ("default" as const),
      action: body.merge_action ?? ("default" as const),
    };
    const { status, result } = requestMerge(hub, repository, pullAt(context, hub, repository), wanted, by(context));
    if (status === 200) return respond<"pulls/merge-async">(context, result);
    return respond<"pulls/merge-async", typeof status>(context, result, status);
  });

  rest.get(`${one}/merge-async/:uuid`, (context) => {
    const repository = repositoryFor(context, hub.world, "pull_requests", "read");
    const result = mergeResult(hub, pullAt(context, hub, repository), context.req.param("uuid"));
    return respond<"pulls/get-merge-async-result">(context, result);
  });

  rest.put(`${one}/update-branch`, async (context) => {
    // An App must also be allowed to write the head: the documentation of this route says so.
    repositoryFor(context, hub.world, "contents", "write");
    const repository = repositoryFor(context, hub.world, "pull_requests", "write");
    const pull = pullAt(context, hub, repository);
    const { expected_head_sha: expected } = await bodyOf(context, updated);
    await updateBranch(hub, repository, pull, expected?.toLowerCase() ?? null, by(context));
    const url = `${repositoryApi(hub, repository)}/pulls/${pull.number}`;
    return respond<"pulls/update-branch", 202>(context, { message: "Updating pull request branch.", url }, 202);
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
