/** GitHub's metadata and rate limits. https://docs.github.com/en/rest/meta */
import type { Limiter } from "../../limits/limiter.ts";
import type { Schema } from "../../render/site.ts";
import { newRest, type Rest } from "../kit.ts";
import { respond } from "../respond.ts";

export function metaRoutes(limiter: Pick<Limiter, "seen">): Rest {
  const rest = newRest();

  rest.get("/meta", (http) =>
    respond<"meta/get">(http, { verifiable_password_authentication: false } satisfies Schema<"api-overview">),
  );

  rest.get("/zen", (http) => http.text("Keep it logically awesome."));

  // https://docs.github.com/en/rest/rate-limit/rate-limit
  rest.get("/rate_limit", (http) => {
    const actor = http.get("actor");
    const core = limiter.seen(actor, "core");
    return respond<"rate-limit/get">(http, {
      resources: { core, search: core, graphql: limiter.seen(actor, "graphql") },
      rate: core,
    } satisfies Schema<"rate-limit-overview">);
  });

  return rest;
}
