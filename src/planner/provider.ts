/** The SDK's client as the planner needs it: settings from the caller alone, and patience where patience helps. */
import Anthropic, { type Middleware } from "@anthropic-ai/sdk";
import { z } from "zod";
import { announcedWaits, type ModelWait } from "../config/model-waits.ts";

export interface ModelSettings {
  apiKey: string;
  /** Null or none: Anthropic's own. */
  baseUrl?: string | null;
  /** Tries of a request beside the first, for overload, rate limits and broken connections. */
  maxRetries?: number;
  /** Called before each wait for another try. */
  onWait?: (wait: ModelWait) => void;
}

/** Without an answer's first byte for so long, the connection counts as broken. */
const RESPONSE_TIMEOUT_MS = 2 * 60_000;
const RETRIES = 4;
const LONGEST_WAIT_MS = 2 * 60_000;

/** These come as 429 like a rate limit, but waiting does not help: a person must raise the limit. */
const SPEND_LIMITS = new Set(["contract_spend_limit_reached", "enforced_spend_limit_reached"]);

const ErrorBody = z.object({ error: z.object({ details: z.object({ error_code: z.string() }) }) });

export function createClient(settings: ModelSettings): Anthropic {
  return new Anthropic({
    apiKey: settings.apiKey,
    // Null keeps the SDK from looking for a URL in the environment.
    baseURL: settings.baseUrl ?? null,
    maxRetries: settings.maxRetries ?? RETRIES,
    timeout: RESPONSE_TIMEOUT_MS,
    logLevel: "off",
    middleware: [announcedWaits(settings.maxRetries ?? RETRIES, settings.onWait ?? (() => {})), onlyWorthwhileRetries],
  });
}

export function isSpendLimit(errorCode: string | null): boolean {
  return errorCode !== null && SPEND_LIMITS.has(errorCode);
}

/** The SDK retries every 429 and waits as long as it is asked to, unless the answer says `x-should-retry: false`. */
const onlyWorthwhileRetries: Middleware = async (request, next, context) => {
  const response = await next(request);
  if (response.ok) return response;
  const body = ErrorBody.safeParse(await context.parse(response));
  const spent = body.success && isSpendLimit(body.data.error.details.error_code);
  if (!spent && Number(response.headers.get("retry-after") ?? 0) * 1_000 <= LONGEST_WAIT_MS) return response;
  const headers = new Headers(response.headers);
  headers.set("x-should-retry", "false");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};
