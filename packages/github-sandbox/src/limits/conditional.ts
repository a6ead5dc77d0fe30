/**
 * Answers conditional requests: ETag, Last-Modified and 304.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 * GitHub's tags depend on the answer, the token and Accept. An installation's next token therefore gets a 200 first
 * (https://github.com/bored-engineer/github-conditional-http-transport).
 */
import { createHash } from "node:crypto";
import type { HttpContext } from "../rest/kit.ts";

/** Paths whose answers GitHub dates: one repository, issue, comment or person. */
const dated = /\/(repos\/[^/]+\/[^/]+(\/issues\/(comments\/)?\d+)?|users?(\/[^/]+)?)$/;

/** Tags the answer, or replaces it with a 304. */
export async function answerConditionally(http: HttpContext): Promise<void> {
  const { method, path } = http.req;
  if ((method !== "GET" && method !== "HEAD") || http.res.status !== 200) return;
  if (!(http.res.headers.get("content-type") ?? "").startsWith("application/")) return;
  const body = await http.res.clone().arrayBuffer();
  const tag = tagOf(http, Buffer.from(body));
  const changed = dated.test(path) ? changedAt(Buffer.from(body).toString("utf8")) : null;
  http.header("ETag", tag);
  http.header(
    "Cache-Control",
    `${http.get("actor").kind === "anonymous" ? "public" : "private"}, max-age=60, s-maxage=60`,
  );
  http.header("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP");
  if (changed !== null) http.header("Last-Modified", changed.toUTCString());
  if (!isKnown(http, tag, changed)) return;
  const headers = new Headers(http.res.headers);
  for (const name of ["content-type", "content-length"]) headers.delete(name);
  // Hono keeps the headers of a replaced answer unless it is removed first.
  http.res = undefined;
  http.res = new Response(null, { status: 304, headers });
}

function tagOf(http: HttpContext, body: Buffer): string {
  const hash = createHash("sha256");
  for (const name of ["accept", "authorization"]) hash.update(`${http.req.header(name) ?? ""}\n`);
  return `W/"${hash.update(body).digest("hex")}"`;
}

/** Returns the answer's own `updated_at`. */
function changedAt(body: string): Date | null {
  const { updated_at: at } = JSON.parse(body) as { updated_at?: unknown };
  const date = new Date(typeof at === "string" ? at : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Compares tags weakly. A tag overrides a date: RFC 9110, 13.1. */
function isKnown(http: HttpContext, tag: string, changed: Date | null): boolean {
  const tags = http.req.header("if-none-match");
  const bare = (text: string) => text.trim().replace(/^W\//, "");
  if (tags !== undefined) return tags.split(",").some((each) => each.trim() === "*" || bare(each) === bare(tag));
  const since = Date.parse(http.req.header("if-modified-since") ?? "");
  return changed !== null && changed.getTime() <= since;
}
