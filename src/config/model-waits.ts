/** Tells of each wait for a model that does not answer for now, so that nobody takes it for a program that hangs. */
import type { Middleware } from "@anthropic-ai/sdk";
import { z } from "zod";

/** A wait of so many milliseconds before the same question, after an answer with this HTTP status. */
export interface ModelWait {
  status: number;
  ms: number;
}

/** As a job tells it to the machine that runs the job. */
const ToldModelWait = z.object({
  headgate: z.literal("model-wait"),
  status: z.number().int().min(100).max(599),
  ms: z
    .number()
    .min(0)
    .max(24 * 3_600_000),
});
export type ToldModelWait = z.infer<typeof ToldModelWait>;

/** Reads what a job told; null: it is something else. */
export function readToldModelWait(text: string): ModelWait | null {
  try {
    const { status, ms } = ToldModelWait.parse(JSON.parse(text));
    return { status, ms };
  } catch {
    return null;
  }
}

/** The SDK retries these statuses, and waits as long as `retry-after-ms` says. */
const RETRIED = (status: number) => status === 408 || status === 409 || status === 429 || status >= 500;
const FIRST_WAIT_MS = 500;
const LONGEST_OWN_WAIT_MS = 8_000;

/** Sets the wait before the next try where the answer names none, so that it can be said. `most` is the client's `maxRetries`. */
export function announcedWaits(most: number, announce: (wait: ModelWait) => void): Middleware {
  return async (request, next) => {
    const response = await next(request);
    const tries = Number(request.headers.get("x-stainless-retry-count") ?? 0);
    const final = response.ok || !RETRIED(response.status) || tries >= most;
    if (final || response.headers.get("x-should-retry") === "false") return response;
    const inMs = Number(response.headers.get("retry-after-ms") ?? 0);
    const asked = inMs > 0 ? inMs : Number(response.headers.get("retry-after") ?? 0) * 1_000;
    const ms = asked > 0 ? asked : Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_OWN_WAIT_MS);
    announce({ status: response.status, ms });
    const headers = new Headers(response.headers);
    if (!headers.has("retry-after-ms")) headers.set("retry-after-ms", String(ms));
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}
