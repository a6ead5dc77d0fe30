/** Authenticates an App by the JWT that it signed with its private key, with GitHub's checks. */

import { createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { App } from "../store/entities.ts";
import type { Clock, Store } from "../store/store.ts";
import { ApiError } from "./errors.ts";

const header = z.object({ alg: z.string() });
const claims = z.object({ iss: z.union([z.string(), z.number()]).optional(), iat: z.unknown(), exp: z.unknown() });

/** GitHub accepts a JWT for ten minutes. One minute more tolerates clocks that differ. */
const maxLifeSeconds = 10 * 60 + 60;

function unauthorized(message: string): ApiError {
  return new ApiError(401, message);
}

function decode<Type>(part: string | undefined, schema: z.ZodType<Type>): Type {
  try {
    return schema.parse(JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8")));
  } catch {
    throw unauthorized("A JSON web token could not be decoded");
  }
}

export function looksLikeJwt(token: string): boolean {
  return /^ey[\w-]*\.[\w-]+\.[\w-]*$/.test(token);
}

/**
 * Returns the App whose key signed the JWT.
 * @throws ApiError 401 with GitHub's message. Octokit's auth-app parses it to correct its clock.
 */
export function appFromJwt(context: { store: Store; clock: Clock }, token: string): App {
  const [head, body, signature] = token.split(".");
  const { alg } = decode(head, header);
  const { iss, iat, exp } = decode(body, claims);
  const issuer = String(iss ?? "");
  const app = context.store.table("apps").find((each) => String(each.id) === issuer || each.clientId === issuer);
  if (app === undefined) throw new ApiError(404, "Integration not found");
  if (alg !== "RS256" || !signedBy(app, `${head}.${body}`, signature ?? "")) {
    throw unauthorized("A JSON web token could not be decoded");
  }
  const now = context.clock.now().getTime() / 1000;
  if (typeof iat !== "number" || iat > now + 60) {
    throw unauthorized(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== "number" || exp <= now) {
    throw unauthorized(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + maxLifeSeconds) throw unauthorized("'Expiration time' claim ('exp') is too far in the future");
  return app;
}

function signedBy(app: App, text: string, signature: string): boolean {
  if (app.publicKey === "") return false;
  return verify("RSA-SHA256", Buffer.from(text), createPublicKey(app.publicKey), Buffer.from(signature, "base64url"));
}
