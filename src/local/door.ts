/** Answers `headgate explain` for those who hold the token. Others learn nothing, not even how much of a token is right. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { SubjectExplanation } from "../messages/explain.ts";
import { type Query, readQuery } from "./query.ts";

export const EXPLAIN_PATH = "/api/local/explain";

/** A question reads at most some thousand rows. More of them at once would slow down what the store is for. */
const MAX_AT_ONCE = 2;
const RETRY_AFTER_SECONDS = 1;

export interface LocalDoorOptions {
  token: string;
  explain(query: Query): Promise<SubjectExplanation>;
  log: { warn(fields: Record<string, unknown>, message: string): void };
}

/** Returns what answers a request to `EXPLAIN_PATH`. Never rejects. */
export function localDoor({ token, explain, log }: LocalDoorOptions): (request: Request) => Promise<Response> {
  const expected = digest(`Bearer ${token}`);
  let running = 0;
  return async (request) => {
    // Digests have one length, so that comparing them takes the same time for every token.
    const isKnown = timingSafeEqual(digest(request.headers.get("authorization") ?? ""), expected);
    if (!isKnown) return answer(401, { problem: "the token is missing or wrong" });
    const query = readQuery(new URL(request.url).searchParams.get("of") ?? "");
    if (query === null) return answer(400, { problem: "give ?of=owner/repo%23number" });
    if (running >= MAX_AT_ONCE) {
      return answer(429, { problem: "other questions are being answered: ask again" }, RETRY_AFTER_SECONDS);
    }
    running += 1;
    try {
      return answer(200, await explain(query));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      log.warn({ error: problem }, "a question of headgate explain could not be answered");
      return answer(503, { problem });
    } finally {
      running -= 1;
    }
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function answer(status: number, body: object, retryAfter?: number): Response {
  const headers = { "cache-control": "no-store", ...(retryAfter !== undefined && { "retry-after": `${retryAfter}` }) };
  return Response.json(body, { status, headers });
}
