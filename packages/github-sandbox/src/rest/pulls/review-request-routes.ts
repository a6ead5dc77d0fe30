/** Requested reviewers. https://docs.github.com/en/rest/pulls/review-requests */

import { z } from "zod";
import type { SandboxContext } from "../../context.ts";
import { notCollaborator, requestReviews, withdrawRequests } from "../../pulls/reviews/requests.ts";
import { renderSimplePull, requestedReviewers } from "../../render/pulls/pull.ts";
import { bodyOf } from "../body.ts";
import { newRest, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { pullAt } from "./find.ts";

const asked = z.object({ reviewers: z.array(z.string()).default([]), team_reviewers: z.array(z.string()).default([]) });
const withdrawn = z.object({ reviewers: z.array(z.string()), team_reviewers: z.array(z.string()).default([]) });

const path = "/repos/:owner/:repo/pulls/:number{[0-9]+}/requested_reviewers";

export function reviewRequestRoutes(context: SandboxContext): Rest {
  const rest = newRest();

  rest.get(path, (http) => {
    const scope = scopeFor(http, context, "pull_requests", "read");
    const pull = pullAt(http, scope);
    const users = requestedReviewers(context, pull);
    return respond<"pulls/list-requested-reviewers">(http, { users, teams: [] });
  });

  rest.post(path, async (http) => {
    const scope = scopeFor(http, context, "pull_requests", "write");
    const { reviewers, team_reviewers: teams } = await bodyOf(http, asked);
    const pull = pullAt(http, scope);
    // The sandbox has no teams.
    if (teams.length > 0) throw notCollaborator(scope.repository);
    await requestReviews(scope, pull, reviewers);
    return respond<"pulls/request-reviewers", 201>(http, renderSimplePull(scope, pull), 201);
  });

  rest.delete(path, async (http) => {
    const scope = scopeFor(http, context, "pull_requests", "write");
    const { reviewers } = await bodyOf(http, withdrawn);
    const pull = pullAt(http, scope);
    await withdrawRequests(scope, pull, reviewers);
    return respond<"pulls/remove-requested-reviewers">(http, renderSimplePull(scope, pull));
  });

  return rest;
}
