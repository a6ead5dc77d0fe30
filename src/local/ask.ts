/** Asks the running server. */
import { z } from "zod";
import { Actor } from "../core/lane/standing.ts";
import type { SubjectExplanation } from "../messages/explain.ts";
import type { Address } from "./address.ts";
import { EXPLAIN_PATH } from "./door.ts";
import { type Query, queryText } from "./query.ts";

const Answer = z.object({ subject: z.string(), reason: z.string(), next: z.string(), actor: Actor });
const Problem = z.object({ problem: z.string().max(2_000) });

const MAX_BYTES = 100_000;
const TIMEOUT_MS = 30_000;

export type ServerAnswer =
  | { kind: "answer"; answer: SubjectExplanation }
  /** The server is there and cannot answer. */
  | { kind: "problem"; text: string }
  /** The server that wrote the address is gone: no server listens there, or another one does. */
  | { kind: "gone" };

export async function askServer({ url, token }: Address, query: Query): Promise<ServerAnswer> {
  const address = new URL(EXPLAIN_PATH, url);
  address.searchParams.set("of", queryText(query));
  try {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = JSON.parse(await textOf(response));
    if (response.status === 200) return { kind: "answer", answer: Answer.parse(body) };
    if (response.status === 401) return { kind: "gone" };
    return { kind: "problem", text: Problem.parse(body).problem };
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    return isLate
      ? { kind: "problem", text: `the server did not answer within ${TIMEOUT_MS / 1_000} seconds` }
      : { kind: "gone" };
  }
}

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_BYTES) throw new Error("the answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
