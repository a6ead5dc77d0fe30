/**
 * Turning the weather from outside: `GET` and `PUT /_sandbox/weather`. No address of GitHub's begins like this. Only for
 * this machine, and only for whoever started the sandbox.
 */
import { timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { z } from "zod";
import { bodyOf } from "../rest/body.ts";
import { ApiError, newRest, type Rest, type RestContext } from "../rest/kit.ts";
import { kinds } from "./forecast.ts";
import type { Outlook, Weather } from "./weather.ts";

const wanted = z.object({ weather: z.enum(kinds), seed: z.number().int().min(0).optional() });

export function adminRoutes(weather: Weather, token: string): Rest {
  const rest = newRest();

  rest.use(async (context, next) => {
    if (!isLocal(getConnInfo(context).remote.address)) throw new ApiError(403, "Only for this machine.");
    if (!bears(context, token)) throw new ApiError(401, "Send the sandbox's admin token as a bearer token.");
    await next();
  });

  rest.get("/weather", (context) => context.json(told(weather.outlook)));

  rest.put("/weather", async (context) => {
    const { weather: kind, seed } = await bodyOf(context, wanted);
    weather.turn({ kind, seed: seed ?? weather.outlook.seed });
    return context.json(told(weather.outlook));
  });

  rest.onError((error, context) => {
    if (error instanceof ApiError) return context.json({ message: error.message }, error.status);
    throw error;
  });

  return rest;
}

function told({ kind, seed }: Outlook) {
  return { weather: kind, seed };
}

function isLocal(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}

function bears(context: RestContext, token: string): boolean {
  const given = Buffer.from(context.req.header("authorization") ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
