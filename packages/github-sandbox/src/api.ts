/** Serves the whole REST API under one root, with the headers of every answer of GitHub. */

import { randomBytes } from "node:crypto";
import { routePath } from "hono/route";
import { authenticate } from "./access/authenticate.ts";
import { ApiError, notFound } from "./access/errors.ts";
import type { SandboxContext } from "./context.ts";
import type { Faults } from "./faults/faults.ts";
import { withFaults } from "./faults/requests.ts";
import { graphqlRoutes } from "./graphql/graphql-routes.ts";
import { answerConditionally } from "./limits/conditional.ts";
import { startLimiter } from "./limits/limiter.ts";
import { type Limits, limitsOf } from "./limits/limits.ts";
import { appRoutes } from "./rest/apps/app-routes.ts";
import { deliveryRoutes } from "./rest/apps/delivery-routes.ts";
import { checkRunRoutes } from "./rest/checks/check-run-routes.ts";
import { checkSuiteRoutes } from "./rest/checks/check-suite-routes.ts";
import { statusRoutes } from "./rest/checks/status-routes.ts";
import { commentRoutes } from "./rest/issues/comment-routes.ts";
import { issueEventRoutes } from "./rest/issues/event-routes.ts";
import { issueRoutes } from "./rest/issues/issue-routes.ts";
import { labelRoutes } from "./rest/issues/label-routes.ts";
import { dependencyRoutes } from "./rest/issues/links/dependency-routes.ts";
import { subIssueRoutes } from "./rest/issues/links/sub-issue-routes.ts";
import { reactionRoutes } from "./rest/issues/reaction-routes.ts";
import { timelineRoutes } from "./rest/issues/timeline-routes.ts";
import { type HttpContext, newRest, type Rest } from "./rest/kit.ts";
import { metaRoutes } from "./rest/meta/meta-routes.ts";
import { redirectMoved, routeById } from "./rest/repos/moved.ts";
import { protectionRoutes } from "./rest/repos/protection-routes.ts";
import { repositoryRoutes } from "./rest/repos/repository-routes.ts";
import { rulesetRoutes } from "./rest/repos/ruleset-routes.ts";
import { userRoutes } from "./rest/users/user-routes.ts";
import type { Delivery } from "./store/entities.ts";

const documentation = "https://docs.github.com/rest";

/** An API request as it was answered. Bodies and tokens are left out. */
export interface AnsweredRequest {
  method: string;
  /** The route's template, such as `/repos/:owner/:repo/pulls/:number`. */
  route: string;
  status: number;
  /** Milliseconds from its arrival to its answer. */
  tookMs: number;
  /** The App's own key or one of its installation tokens sent it, not a person or a job. */
  byApp: boolean;
}

export interface ApiOptions {
  limits?: Limits;
  /** Injected into requests; none by default. */
  faults?: Faults;
  answered?(request: AnsweredRequest): void;
}

/**
 * Collects the routes. `others` are the routes of other rooms. The own routes come first: `/commits/{ref}/status` is
 * not a commit whose ref ends in `/status`.
 */
export function restApi(
  context: SandboxContext,
  redeliver: (delivery: Delivery) => void,
  others: readonly Rest[],
  options: ApiOptions = {},
): Rest {
  const limiter = startLimiter(context.clock, options.limits ?? limitsOf("generous"));
  const api = newRest();

  api.use(async (http, next) => {
    const requestId = newRequestId();
    addHeaders(http, context, requestId);
    const identified = identify(http, context);
    const arrived = performance.now();
    await limiter.through(http, requestId, async () => {
      if (identified !== null) throw identified;
      const work = async () => {
        await next();
        await answerConditionally(http);
      };
      await (options.faults === undefined ? work() : withFaults(options.faults, http, work));
    });
    options.answered?.(answeredRequest(http, performance.now() - arrived));
  });

  redirectMoved(api, context);
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
  for (const routes of own) api.route("/", routes(context));
  api.route("/", deliveryRoutes(context, redeliver));
  api.route("/", metaRoutes(limiter));
  api.route("/", graphqlRoutes(context, limiter));
  for (const routes of others) api.route("/", routes);

  api.all("*", () => {
    throw notFound();
  });
  api.onError((error, http) => {
    if (error instanceof ApiError) return http.json(error.body, error.status);
    // A bug of the sandbox: the answer shows its stack instead of GitHub's bare message.
    return http.json(
      { message: `Server Error: ${error.stack ?? error.message}`, documentation_url: documentation },
      500,
    );
  });
  return api;
}

/** Mounts the API where GHES has it. Octokit expects GraphQL beside `/api/v3`, not below it. */
export function mountApi(web: Rest, api: Rest, context: SandboxContext): void {
  routeById(web, api, context);
  web.route("/api/v3", api);
  web.post("/api/graphql", ({ req, env }) => api.fetch(new Request(new URL("/graphql", req.url), req.raw), env));
}

/** Finds out who sends the request. Requests with unknown credentials count as anonymous. */
function identify(http: HttpContext, context: SandboxContext): ApiError | null {
  http.set("actor", { kind: "anonymous" });
  try {
    http.set("actor", authenticate(context, http.req.header("authorization")));
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function answeredRequest(http: HttpContext, tookMs: number): AnsweredRequest {
  const actor = http.get("actor");
  const byApp = actor.kind === "app" || (actor.kind === "token" && actor.token.kind === "installation");
  // Hono shows where the API is mounted, and what each parameter must look like.
  const route = routePath(http)
    .replace(/^\/api\/v3/, "")
    .replace(/\{[^}]*\}/g, "");
  return { method: http.req.method, route, status: http.res.status, tookMs, byApp };
}

/** Returns an id in GitHub's form: `E069:28A5:946476:98F36C:6542E844`. */
function newRequestId(): string {
  const hex = (bytes: number) => randomBytes(bytes).toString("hex").toUpperCase();
  return [2, 2, 3, 3, 4].map(hex).join(":");
}

function addHeaders(http: HttpContext, context: SandboxContext, requestId: string): void {
  http.header("X-GitHub-Request-Id", requestId);
  http.header("X-GitHub-Media-Type", "github.v3; format=json");
  // Octokit's auth-app corrects its clock by this header, so it must hold the sandbox's time.
  http.header("Date", context.clock.now().toUTCString());
}
