/** What weather does to a REST or GraphQL request. */
import type { HttpBindings } from "@hono/node-server";
import { tooMuch } from "../limits/secondary.ts";
import { ApiError, type RestContext } from "../rest/kit.ts";
import type { Weather } from "./weather.ts";

/** Does the work, or what the weather makes of it. */
export async function throughWeather(weather: Weather, context: RestContext, work: () => Promise<void>): Promise<void> {
  const fate = weather.request(context.req.method, context.req.path);
  switch (fate.kind) {
    case "fair":
      return work();
    case "slow":
      await weather.pause(fate.ms);
      return work();
    case "bad-gateway":
      if (fate.effect) await work();
      context.res = undefined;
      throw new ApiError(502, "Server Error");
    case "timeout":
      if (fate.effect) await work();
      await weather.pause(fate.ms);
      return breakOff(context);
    case "secondary-limit":
      context.header("Retry-After", String(fate.retryAfter));
      throw tooMuch();
  }
}

function breakOff(context: RestContext): void {
  (context.env as HttpBindings).outgoing.destroy();
  context.res = undefined;
  // Tells the server that there is nothing left to send.
  context.res = new Response(null, { headers: { "x-hono-already-sent": "true" } });
}
