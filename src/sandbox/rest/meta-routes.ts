/** What GitHub tells about itself. https://docs.github.com/en/rest/meta */
import type { Schema } from "../shapes/site.ts";
import { newRest, type Rest } from "./kit.ts";
import type { Rates } from "./rates.ts";
import { respond } from "./respond.ts";

export function metaRoutes(rates: Rates): Rest {
  const rest = newRest();

  rest.get("/meta", (context) =>
    respond<"meta/get">(context, { verifiable_password_authentication: false } satisfies Schema<"api-overview">),
  );

  rest.get("/zen", (context) => context.text("Keep it logically awesome."));

  rest.get("/rate_limit", (context) => {
    const core = rates.seen(context.get("actor"));
    return respond<"rate-limit/get">(context, {
      resources: { core, search: core, graphql: core },
      rate: core,
    } satisfies Schema<"rate-limit-overview">);
  });

  return rest;
}
