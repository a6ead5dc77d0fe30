/** Injects faults into REST and GraphQL requests. */
import type { HttpBindings } from "@hono/node-server";
import { tooMuch } from "../limits/secondary.ts";
import type { HttpContext } from "../rest/kit.ts";
import type { Faults } from "./faults.ts";

/** Runs the request, or answers with the fault that was drawn for it. */
export async function withFaults(faults: Faults, http: HttpContext, work: () => Promise<void>): Promise<void> {
  const fault = faults.request(http.req.method, http.req.path);
  switch (fault.kind) {
    case "none":
      return work();
    case "slow":
      await faults.pause(fault.ms);
      return work();
    case "bad-gateway":
      if (fault.effect) await work();
      return answer(http, Response.json({ message: "Server Error" }, { status: 502 }));
    case "timeout":
      if (fault.effect) await work();
      await faults.pause(fault.ms);
      return breakOff(http);
    case "secondary-limit":
      http.header("Retry-After", String(fault.retryAfter));
      throw tooMuch();
  }
}

function breakOff(http: HttpContext): void {
  (http.env as HttpBindings).outgoing.destroy();
  // Hono's mark for a response that is already sent.
  answer(http, new Response(null, { headers: { "x-hono-already-sent": "true" } }));
}

/** Replaces the answer and all of its headers. */
function answer(http: HttpContext, response: Response): void {
  http.res = undefined;
  http.res = response;
}
