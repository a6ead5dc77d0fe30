/** Pull requests. https://docs.github.com/en/rest/pulls/pulls */

import { z } from "zod";
import { unprocessable } from "../../access/errors.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { diffText, patchText } from "../../git/plumbing/diff.ts";
import { log } from "../../git/plumbing/history.ts";
import { closePull, reopenPull, retarget } from "../../pulls/edit.ts";
import { factsOf, isOpen, issueOf } from "../../pulls/facts.ts";
import { editIssueOrPull } from "../../pulls/issue-or-pull.ts";
import { listPulls } from "../../pulls/list.ts";
import { askMergeability } from "../../pulls/mergeability.ts";
import { openPull } from "../../pulls/open.ts";
import { diffBaseOf } from "../../pulls/reviews/place.ts";
import { renderPullRequest, renderSimplePull } from "../../render/pulls/pull.ts";
import type { Pull } from "../../store/entities.ts";
import { bodyOf, checkLengths } from "../body.ts";
import { commitsOf } from "../git/commit-routes.ts";
import { diffEntries } from "../git/diffs.ts";
import { mediaType } from "../git/media.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { pullAt } from "./find.ts";
import { mergeRoutes } from "./merge-routes.ts";
import { reviewCommentRoutes } from "./review-comment-routes.ts";
import { reviewRequestRoutes } from "./review-request-routes.ts";
import { reviewRoutes } from "./review-routes.ts";

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

export function pullRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  for (const routes of [mergeRoutes, reviewRoutes, reviewCommentRoutes, reviewRequestRoutes]) {
    rest.route("/", routes(context));
  }

  const readable = (http: HttpContext) => scopeFor(http, context, "pull_requests", "read");
  const writable = (http: HttpContext) => scopeFor(http, context, "pull_requests", "write");

  rest.get(pulls, (http) => {
    const scope = readable(http);
    const found = paginate(http, listPulls(scope, http.req.query()));
    return respond<"pulls/list">(
      http,
      found.map((pull) => renderSimplePull(scope, pull)),
    );
  });

  rest.post(pulls, async (http) => {
    const scope = writable(http);
    const { title, body, head, base, draft } = await bodyOf(http, opened);
    checkLengths("PullRequest", { title, body });
    const given = { title, body: body ?? null, head, base, draft: draft ?? false };
    const pull = await context.git.exclusive(scope.repository, () => openPull(scope, given));
    const rendered = await shown(scope, pull);
    return respond<"pulls/create", 201>(http, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (http) => {
    const scope = readable(http);
    const { repository } = scope;
    const pull = pullAt(http, scope);
    const type = mediaType(http);
    if (type === "diff" || type === "patch") {
      const git = context.git.at(repository);
      const from = await diffBaseOf(context.git.at(repository), pull);
      const text = type === "diff" ? diffText(git, from, pull.headSha) : patchText(git, from, pull.headSha);
      return http.body(await text, 200, { "Content-Type": `application/vnd.github.${type}; charset=utf-8` });
    }
    const rendered = await shown(scope, pull);
    askMergeability(scope, pull);
    return respond<"pulls/get">(http, rendered);
  });

  rest.patch(one, async (http) => {
    const scope = writable(http);
    const body = await bodyOf(http, changed);
    checkLengths("PullRequest", body);
    const pull = pullAt(http, scope);
    const wanted = { title: body.title ?? undefined, body: "body" in body ? (body.body ?? null) : undefined };
    await editIssueOrPull(scope, issueOf(context, pull), wanted);
    await context.git.exclusive(scope.repository, async () => {
      const { base, state } = body;
      if (base && base !== pull.baseRef && !isOpen(context, pull)) {
        // Message: https://github.com/cli/cli/issues/14223
        const message = "Cannot change the base branch of a closed pull request.";
        throw unprocessable("PullRequest", [{ field: "base", code: "invalid", message }]);
      }
      if (base && isOpen(context, pull)) await retarget(scope, pull, base);
      if (state === "closed" && isOpen(context, pull)) await closePull(scope, pullAt(http, scope));
      if (state === "open" && !isOpen(context, pull)) await reopenPull(scope, pullAt(http, scope));
    });
    return respond<"pulls/update">(http, await shown(scope, pullAt(http, scope)));
  });

  rest.get(`${one}/commits`, async (http) => {
    const scope = readable(http);
    const { repository } = scope;
    const pull = pullAt(http, scope);
    const from = await diffBaseOf(context.git.at(repository), pull);
    const commits = await log(context.git.at(repository), pull.headSha, { without: [from], limit: 250, reverse: true });
    return respond<"pulls/list-commits">(http, commitsOf(scope, paginate(http, commits)));
  });

  rest.get(`${one}/files`, async (http) => {
    const scope = readable(http);
    const pull = pullAt(http, scope);
    const from = await diffBaseOf(context.git.at(scope.repository), pull);
    const files = await diffEntries(scope, from, pull.headSha);
    return respond<"pulls/list-files">(http, paginate(http, files.slice(0, 3000)));
  });

  rest.get("/repos/:owner/:repo/commits/:sha{[0-9a-f]+}/pulls", (http) => {
    const scope = readable(http);
    const wanted = http.req.param("sha");
    const found = listPulls(scope, { state: "all" }).filter(
      (pull) => pull.headSha === wanted || (pull.merged && pull.mergeSha === wanted),
    );
    return respond<"repos/list-pull-requests-associated-with-commit">(
      http,
      paginate(http, found).map((pull) => renderSimplePull(scope, pull)),
    );
  });

  return rest;
}

/** The whole answer for one pull, as of now. */
async function shown(scope: RepositoryScope, pull: Pull) {
  const facts = await factsOf(scope, pull);
  return renderPullRequest(scope, { pull, issue: issueOf(scope, pull), facts });
}
