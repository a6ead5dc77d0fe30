/** Pull requests. https://docs.github.com/en/rest/pulls/pulls */
import { z } from "zod";
import { diffText, patchText } from "../git/plumbing/diff.ts";
import { log } from "../git/plumbing/history.ts";
import { commitsOf } from "../git/rest/commits.ts";
import { diffEntries } from "../git/rest/diffs.ts";
import { mediaType } from "../git/rest/media.ts";
import type { Hub } from "../hub.ts";
import { bodyOf, checkWords } from "../rest/body.ts";
import { by } from "../rest/issues/find.ts";
import { newRest, paginate, type Rest, type RestContext, repositoryFor, unprocessable } from "../rest/kit.ts";
import { respond } from "../rest/respond.ts";
import { simplePull } from "../shapes/pulls/pull.ts";
import { closePull, editWords, reopenPull, retarget } from "./edit.ts";
import { isOpen, pullAt, renderPull } from "./facts.ts";
import { landingRoutes } from "./landing/routes.ts";
import { listPulls } from "./list.ts";
import { askMergeability } from "./mergeability.ts";
import { openPull } from "./open.ts";
import { reviewCommentRoutes } from "./reviews/comment-routes.ts";
import { diffBaseOf } from "./reviews/place.ts";
import { reviewRequestRoutes } from "./reviews/request-routes.ts";
import { reviewRoutes } from "./reviews/review-routes.ts";

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

const pulls = "/repos/:owner/:repo/pulls";
const one = `${pulls}/:number{[0-9]+}`;

export function pullRoutes(hub: Hub): Rest {
  const rest = newRest();
  for (const routes of [landingRoutes, reviewRoutes, reviewCommentRoutes, reviewRequestRoutes]) {
    rest.route("/", routes(hub));
  }

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
    checkWords("PullRequest", { title, body });
    const given = { title, body: body ?? null, head, base, draft: draft ?? false };
    const pull = await hub.git.exclusive(repository, () => openPull(hub, repository, given, by(context)));
    const rendered = await renderPull(hub, repository, pull);
    return respond<"pulls/create", 201>(context, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const type = mediaType(context);
    if (type === "diff" || type === "patch") {
      const git = hub.git.at(repository);
      const from = await diffBaseOf(hub.git.at(repository), pull);
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
    checkWords("PullRequest", body);
    const pull = pullAt(context, hub, repository);
    const who = by(context);
    const words = { title: body.title ?? undefined, body: "body" in body ? (body.body ?? null) : undefined };
    await editWords(hub, repository, pull, words, who);
    await hub.git.exclusive(repository, async () => {
      const { base, state } = body;
      if (base && base !== pull.baseRef && !isOpen(hub, pull)) {
        // https://github.com/cli/cli/issues/14223
        const message = "Cannot change the base branch of a closed pull request.";
        throw unprocessable("PullRequest", [{ field: "base", code: "invalid", message }]);
      }
      if (base && isOpen(hub, pull)) await retarget(hub, repository, pull, base, who);
      if (state === "closed" && isOpen(hub, pull))
        await closePull(hub, repository, pullAt(context, hub, repository), who);
      if (state === "open" && !isOpen(hub, pull))
        await reopenPull(hub, repository, pullAt(context, hub, repository), who);
    });
    return respond<"pulls/update">(context, await renderPull(hub, repository, pullAt(context, hub, repository)));
  });

  rest.get(`${one}/commits`, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const from = await diffBaseOf(hub.git.at(repository), pull);
    const commits = await log(hub.git.at(repository), pull.headSha, { without: [from], limit: 250, reverse: true });
    return respond<"pulls/list-commits">(context, commitsOf(hub, repository, paginate(context, commits)));
  });

  rest.get(`${one}/files`, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const from = await diffBaseOf(hub.git.at(repository), pull);
    const files = await diffEntries(hub, repository, from, pull.headSha);
    return respond<"pulls/list-files">(context, paginate(context, files.slice(0, 3000)));
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
