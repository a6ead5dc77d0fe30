/** Requested reviewers over REST. https://docs.github.com/en/rest/pulls/review-requests */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { bodyOf } from "../../rest/body.ts";
import { by } from "../../rest/issues/find.ts";
import { newRest, type Rest, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { requestedReviewers, simplePull } from "../../shapes/pulls/pull.ts";
import { pullAt } from "../facts.ts";
import { notCollaborator, requestReviews, withdrawRequests } from "./requests.ts";

const asked = z.object({ reviewers: z.array(z.string()).default([]), team_reviewers: z.array(z.string()).default([]) });
const withdrawn = z.object({ reviewers: z.array(z.string()), team_reviewers: z.array(z.string()).default([]) });

const path = "/repos/:owner/:repo/pulls/:number{[0-9]+}/requested_reviewers";

export function reviewRequestRoutes(hub: Hub): Rest {
  const rest = newRest();

  rest.get(path, (context) => {
    const repository = repositoryFor(context, hub.world, "pull_requests", "read");
    const pull = pullAt(context, hub, repository);
    const users = requestedReviewers(hub, pull);
    return respond<"pulls/list-requested-reviewers">(context, { users, teams: [] });
  });

  rest.post(path, async (context) => {
    const repository = repositoryFor(context, hub.world, "pull_requests", "write");
    const { reviewers, team_reviewers: teams } = await bodyOf(context, asked);
    const pull = pullAt(context, hub, repository);
    // The sandbox has no teams, so none of them has access.
    if (teams.length > 0) throw notCollaborator(repository);
    await requestReviews(hub, repository, pull, reviewers, by(context));
    return respond<"pulls/request-reviewers", 201>(context, simplePull(hub, repository, pull), 201);
  });

  rest.delete(path, async (context) => {
    const repository = repositoryFor(context, hub.world, "pull_requests", "write");
    const { reviewers } = await bodyOf(context, withdrawn);
    const pull = pullAt(context, hub, repository);
    await withdrawRequests(hub, repository, pull, reviewers, by(context));
    return respond<"pulls/remove-requested-reviewers">(context, simplePull(hub, repository, pull));
  });

  return rest;
}
