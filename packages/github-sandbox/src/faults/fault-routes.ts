/**
 * Routes `GET` and `PUT /_sandbox/faults`, which read and set the faults. GitHub has no such path. They need the admin
 * token and serve only this machine.
 */

import { timingSafeEqual } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { z } from "zod";
import { ApiError } from "../access/errors.ts";
import { bodyOf } from "../rest/body.ts";
import { type HttpContext, newRest, type Rest } from "../rest/kit.ts";
import { faultLevels } from "./draw.ts";
import type { FaultSettings, Faults } from "./faults.ts";

const wanted = z.object({ faults: z.enum(faultLevels), seed: z.number().int().min(0).optional() });

export function faultRoutes(faults: Faults, token: string): Rest {
  const rest = newRest();

  rest.use(async (http, next) => {
    if (!isLocal(getConnInfo(http).remote.address)) throw new ApiError(403, "Only for this machine.");
    if (!bears(http, token)) throw new ApiError(401, "Send the sandbox's admin token as a bearer token.");
    await next();
  });

  rest.get("/faults", (http) => http.json(shown(faults.settings)));

  rest.put("/faults", async (http) => {
    const { faults: level, seed } = await bodyOf(http, wanted);
    faults.set({ level, seed: seed ?? faults.settings.seed });
    return http.json(shown(faults.settings));
  });

  rest.onError((error, http) => {
    if (error instanceof ApiError) return http.json({ message: error.message }, error.status);
    throw error;
  });

  return rest;
}

function shown({ level, seed }: FaultSettings) {
  return { faults: level, seed };
}

function isLocal(address: string | undefined): boolean {
  return address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);
}

function bears(http: HttpContext, token: string): boolean {
  const given = Buffer.from(http.req.header("authorization") ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
