/** What faults does to a REST or GraphQL request. */
import type { HttpBindings } from "@hono/node-server";
import { tooMuch } from "../limits/secondary.ts";
import type { RestContext } from "../rest/kit.ts";
import type { Faults } from "./faults.ts";

/** Does the work, or what the faults makes of it. */
export async function withFaults(faults: Faults, context: RestContext, work: () => Promise<void>): Promise<void> {
  const fault = faults.request(context.req.method, context.req.path);
  switch (fault.kind) {
    case "none":
      return work();
    case "slow":
      await faults.pause(fault.ms);
      return work();
    case "bad-gateway":
      if (fault.effect) await work();
      return answer(context, Response.json({ message: "Server Error" }, { status: 502 }));
    case "timeout":
      if (fault.effect) await work();
      await faults.pause(fault.ms);
      return breakOff(context);
    case "secondary-limit":
      context.header("Retry-After", String(fault.retryAfter));
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
