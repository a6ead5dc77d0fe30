/** The whole REST API under one root, with what every answer of GitHub carries. */
import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import type { Hub } from "./hub.ts";
import { appRoutes } from "./rest/apps/app-routes.ts";
import { deliveryRoutes } from "./rest/apps/delivery-routes.ts";
import { authenticate } from "./rest/auth/authenticate.ts";
import { checkRunRoutes } from "./rest/checks/run-routes.ts";
import { statusRoutes } from "./rest/checks/status-routes.ts";
import { checkSuiteRoutes } from "./rest/checks/suite-routes.ts";
import { commentRoutes } from "./rest/issues/comment-routes.ts";
import { dependencyRoutes } from "./rest/issues/dependency-routes.ts";
import { issueEventRoutes } from "./rest/issues/event-routes.ts";
import { issueRoutes } from "./rest/issues/issue-routes.ts";
import { labelRoutes } from "./rest/issues/label-routes.ts";
import { reactionRoutes } from "./rest/issues/reaction-routes.ts";
import { subIssueRoutes } from "./rest/issues/sub-issue-routes.ts";
import { timelineRoutes } from "./rest/issues/timeline-routes.ts";
import { ApiError, newRest, notFound, type Rest, type RestContext, type RestEnv } from "./rest/kit.ts";
import { metaRoutes } from "./rest/meta-routes.ts";
import { type Rates, startRates } from "./rest/rates.ts";
import { protectionRoutes } from "./rest/repos/protection-routes.ts";
import { repositoryRoutes } from "./rest/repos/repository-routes.ts";
import { rulesetRoutes } from "./rest/repos/ruleset-routes.ts";
import { userRoutes } from "./rest/user-routes.ts";
import type { Delivery } from "./world/entities.ts";

const documentation = "https://docs.github.com/rest";

/**
 * `others` are the routes of the rooms beside this one. Ours come first: `/commits/{ref}/status` is not a commit whose
 * ref ends in `/status`.
 */
export function restApi(hub: Hub, redeliver: (delivery: Delivery) => void, others: readonly Rest[]): Hono<RestEnv> {
  const rates = startRates(hub.clock);
  const api = newRest();

  api.use(async (context, next) => {
    try {
      const actor = authenticate(hub, context.req.header("authorization"));
      context.set("actor", actor);
      await next();
    } finally {
      addHeaders(context, hub, rates);
    }
  });

  const own = [
    issueRoutes,
    issueEventRoutes,
    labelRoutes,
    commentRoutes,
    reactionRoutes,
    subIssueRoutes,
    dependencyRoutes,
    timelineRoutes,
    checkRunRoutes,
    checkSuiteRoutes,
    statusRoutes,
    protectionRoutes,
    rulesetRoutes,
    repositoryRoutes,
    userRoutes,
    appRoutes,
  ];
  for (const routes of own) api.route("/", routes(hub));
  api.route("/", deliveryRoutes(hub, redeliver));
  api.route("/", metaRoutes(rates));
  for (const routes of others) api.route("/", routes);

  api.all("*", () => {
    throw notFound();
  });
  api.onError((error, context) => {
    if (error instanceof ApiError) return context.json(error.body, error.status);
    // A fault of the sandbox's own: never hidden behind GitHub's bare words, since somebody has to mend it.
    return context.json(
      { message: `Server Error: ${error.stack ?? error.message}`, documentation_url: documentation },
      500,
    );
  });
  return api;
}

function addHeaders(context: RestContext, hub: Hub, rates: Rates): void {
  const rate = rates.take(context.get("actor") ?? { kind: "anonymous" });
  context.header("X-GitHub-Request-Id", randomBytes(10).toString("hex").toUpperCase());
  context.header("X-GitHub-Media-Type", "github.v3; format=json");
  // Octokit's auth-app corrects its clock by this header, so it must tell the sandbox's time.
  context.header("Date", hub.clock.now().toUTCString());
  context.header("X-RateLimit-Limit", String(rate.limit));
  context.header("X-RateLimit-Remaining", String(rate.remaining));
  context.header("X-RateLimit-Used", String(rate.used));
  context.header("X-RateLimit-Reset", String(rate.reset));
  context.header("X-RateLimit-Resource", "core");
}
