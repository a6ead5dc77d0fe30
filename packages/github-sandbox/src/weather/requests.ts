/** What weather does to a REST or GraphQL request. */
import type { HttpBindings } from "@hono/node-server";
import { tooMuch } from "../limits/secondary.ts";
import type { RestContext } from "../rest/kit.ts";
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
      return answer(context, Response.json({ message: "Server Error" }, { status: 502 }));
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
  // Tells the server that there is nothing left to send.
  answer(context, new Response(null, { headers: { "x-hono-already-sent": "true" } }));
}

/** In place of what the work answered, with nothing left of that. */
function answer(context: RestContext, response: Response): void {
  context.res = undefined;
  context.res = response;
}
