/** What GitHub tells about itself. https://docs.github.com/en/rest/meta */
import type { Gate } from "../limits/gate.ts";
import type { Schema } from "../shapes/site.ts";
import { newRest, type Rest } from "./kit.ts";
import { respond } from "./respond.ts";

export function metaRoutes(gate: Pick<Gate, "seen">): Rest {
  const rest = newRest();

  rest.get("/meta", (context) =>
    respond<"meta/get">(context, { verifiable_password_authentication: false } satisfies Schema<"api-overview">),
  );

  rest.get("/zen", (context) => context.text("Keep it logically awesome."));

  // https://docs.github.com/en/rest/rate-limit/rate-limit
  rest.get("/rate_limit", (context) => {
    const actor = context.get("actor");
    const core = gate.seen(actor, "core");
    return respond<"rate-limit/get">(context, {
      resources: { core, search: core, graphql: gate.seen(actor, "graphql") },
      rate: core,
    } satisfies Schema<"rate-limit-overview">);
  });

  return rest;
}
