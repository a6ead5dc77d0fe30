/** Classifies failures of the model API: the service's, or the task's. */
import { AnthropicError, APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { EngineReport } from "./engine.ts";

export type Trouble = Pick<EngineReport, "outcome" | "summary">;

/** HTTP statuses that say nothing about the request: key, account limits, timeouts and the service's state. */
const NOT_THE_TASKS_FAULT = new Set([401, 402, 403, 408, 429]);

export function attemptTroubleOf(error: unknown): Trouble {
  if (error instanceof APIConnectionError) return { outcome: "provider-down", summary: `provider: ${error.message}` };
  if (error instanceof APIError) {
    // An error event within a stream has no status: the service broke off.
    const down = error.status === undefined || error.status >= 500 || NOT_THE_TASKS_FAULT.has(error.status);
    return { outcome: down ? "provider-down" : "failed", summary: `provider: ${error.message}` };
  }
  if (error instanceof AnthropicError) return { outcome: "provider-down", summary: `provider: ${error.message}` };
  return { outcome: "failed", summary: `the agent broke down: ${String(error)}` };
}
