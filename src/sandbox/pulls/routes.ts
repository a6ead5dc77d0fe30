/** Pull requests. https://docs.github.com/en/rest/pulls/pulls */
import { z } from "zod";
import { diffText, patchText } from "../git/plumbing/diff.ts";
import { log, mergeBase } from "../git/plumbing/history.ts";
import { commitsOf } from "../git/rest/commits.ts";
import { diffEntries } from "../git/rest/diffs.ts";
import { mediaType } from "../git/rest/media.ts";
import type { Hub } from "../hub.ts";
import { bodyOf } from "../rest/body.ts";
import { by } from "../rest/issues/find.ts";
import { newRest, notFound, paginate, type Rest, type RestContext, repositoryFor } from "../rest/kit.ts";
import { respond } from "../rest/respond.ts";
import { simplePull } from "../shapes/pull.ts";
import { repositoryApi, type Schema } from "../shapes/site.ts";
import type { Pull, Repository } from "../world/entities.ts";
import { closePull, editWords, reopenPull, retarget } from "./edit.ts";
import { isOpen, pullNumbered, renderPull } from "./facts.ts";
import { mergePull } from "./landing/merge.ts";
import { updateBranch } from "./landing/update-branch.ts";
import { listPulls } from "./list.ts";
import { askMergeability } from "./mergeability.ts";
import { openPull } from "./open.ts";

const sha = z.string().regex(/^[0-9a-f]{40}$/i);

const opened = z.object({
  title: z.string().min(1),
  body: z.string().nullish(),
  head: z.string().min(1),
  base: z.string().min(1),
  draft: z.boolean().nullish(),
});

const changed = z.object({
  title: z.string().min(1).nullish(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).nullish(),
  base: z.string().min(1).nullish(),
});

const merged = z.object({
  merge_method: z.enum(["merge", "squash", "rebase"]).nullish(),
  sha: sha.nullish(),
  commit_title: z.string().nullish(),
  commit_message: z.string().nullish(),
});

const updated = z.object({ expected_head_sha: sha.nullish() });

const pulls = "/repos/:owner/:repo/pulls";
const one = `${pulls}/:number{[0-9]+}`;

export function pullRoutes(hub: Hub): Rest {
  const rest = newRest();

  const pullAt = (context: RestContext, repository: Repository): Pull => {
    const pull = pullNumbered(hub, repository, Number(context.req.param("number")));
    if (pull === null) throw notFound();
    return pull;
  };
  const readable = (context: RestContext) => repositoryFor(context, hub.world, "pull_requests", "read");
  const writable = (context: RestContext) => repositoryFor(context, hub.world, "pull_requests", "write");

  rest.get(pulls, (context) => {
    const repository = readable(context);
    const found = paginate(context, listPulls(hub, repository, context.req.query()));
    return respond<"pulls/list">(
      context,
      found.map((pull) => simplePull(hub, repository, pull)),
    );
  });

  rest.post(pulls, async (context) => {
    const repository = writable(context);
    const { title, body, head, base, draft } = await bodyOf(context, opened);
    const given = { title, body: body ?? null, head, base, draft: draft ?? false };
    const pull = await hub.git.exclusive(repository, () => openPull(hub, repository, given, by(context)));
    const rendered = await renderPull(hub, repository, pull);
    return respond<"pulls/create", 201>(context, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, repository);
    const type = mediaType(context);
    if (type === "diff" || type === "patch") {
      const git = hub.git.at(repository);
      const from = await baseOf(hub, repository, pull);
      const text = type === "diff" ? diffText(git, from, pull.headSha) : patchText(git, from, pull.headSha);
      return context.body(await text, 200, { "Content-Type": `application/vnd.github.${type}; charset=utf-8` });
    }
    const rendered = await renderPull(hub, repository, pull);
    askMergeability(hub, repository, pull);
    return respond<"pulls/get">(context, rendered);
  });

  rest.patch(one, async (context) => {
    const repository = writable(context);
    const body = await bodyOf(context, changed);
    const pull = pullAt(context, repository);
    const who = by(context);
    const words = { title: body.title ?? undefined, body: "body" in body ? (body.body ?? null) : undefined };
    await editWords(hub, repository, pull, words, who);
    await hub.git.exclusive(repository, async () => {
      const { base, state } = body;
      if (base && isOpen(hub, pull)) await retarget(hub, repository, pull, base, who);
      if (state === "closed" && isOpen(hub, pull)) await closePull(hub, repository, pullAt(context, repository), who);
      if (state === "open" && !isOpen(hub, pull)) await reopenPull(hub, repository, pullAt(context, repository), who);
    });
    return respond<"pulls/update">(context, await renderPull(hub, repository, pullAt(context, repository)));
  });

  rest.get(`${one}/commits`, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, repository);
    const from = await baseOf(hub, repository, pull);
    const commits = await log(hub.git.at(repository), pull.headSha, { without: [from], limit: 250, reverse: true });
    return respond<"pulls/list-commits">(context, commitsOf(hub, repository, paginate(context, commits)));
  });

  rest.get(`${one}/files`, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, repository);
    const from = await baseOf(hub, repository, pull);
    const files = await diffEntries(hub, repository, from, pull.headSha);
    return respond<"pulls/list-files">(context, paginate(context, files.slice(0, 3000)));
  });

  // Nobody can review yet, so there are none.
  rest.get(`${one}/reviews`, (context) => {
    pullAt(context, readable(context));
    return respond<"pulls/list-reviews">(context, [] satisfies Schema<"pull-request-review">[]);
  });

  rest.get(`${one}/merge`, (context) => {
    const pull = pullAt(context, readable(context));
    if (!pull.merged) throw notFound();
    return context.body(null, 204);
  });

  rest.put(`${one}/merge`, async (context) => {
    // Merging is writing contents: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
    const repository = repositoryFor(context, hub.world, "contents", "write");
    const body = await bodyOf(context, merged);
    const order = {
      method: body.merge_method ?? "merge",
      sha: body.sha?.toLowerCase() ?? null,
      title: body.commit_title ?? null,
      message: body.commit_message ?? null,
    };
    const landed = await mergePull(hub, repository, pullAt(context, repository), order, by(context));
    const result: Schema<"pull-request-merge-result"> = {
      sha: landed,
      merged: true,
      message: "Pull Request successfully merged",
    };
    return respond<"pulls/merge">(context, result);
  });

  rest.put(`${one}/update-branch`, async (context) => {
    const repository = writable(context);
    const pull = pullAt(context, repository);
    const { expected_head_sha: expected } = await bodyOf(context, updated);
    await updateBranch(hub, repository, pull, expected?.toLowerCase() ?? null, by(context));
    const url = `${repositoryApi(hub, repository)}/pulls/${pull.number}`;
    return respond<"pulls/update-branch", 202>(context, { message: "Updating pull request branch.", url }, 202);
  });

  rest.get("/repos/:owner/:repo/commits/:sha{[0-9a-f]+}/pulls", (context) => {
    const repository = readable(context);
    const wanted = context.req.param("sha");
    const found = listPulls(hub, repository, { state: "all" }).filter(
      (pull) => pull.headSha === wanted || (pull.merged && pull.mergeSha === wanted),
    );
    return respond<"repos/list-pull-requests-associated-with-commit">(
      context,
      paginate(context, found).map((pull) => simplePull(hub, repository, pull)),
    );
  });

  return rest;
}

/** Where the pull's own changes start. */
export async function baseOf(hub: Hub, repository: Repository, pull: Pull): Promise<string> {
  return (await mergeBase(hub.git.at(repository), pull.baseSha, pull.headSha)) ?? pull.baseSha;
}
