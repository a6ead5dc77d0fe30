/** Classifies what went wrong between the planner and its model. */
import { AnthropicError, APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { Message } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Cause } from "../core/cause.ts";
import type { Failure, FailureClass } from "../core/failure.ts";
import { isSpendLimit } from "./provider.ts";

const MAX_WORDS = 500;

export function failure(kind: FailureClass, cause: Cause): Failure {
  return { class: kind, cause, details: [] };
}

/** Classifies an error. null: the model did not cause it, and the caller must rethrow it. */
export function planningTroubleOf(error: unknown): Failure | null {
  if (!(error instanceof AnthropicError)) return null;
  const text = (error instanceof APIError ? (error.apiMessage ?? error.message) : error.message).slice(0, MAX_WORDS);
  // An error event within a stream has no status, and a stream that breaks off or holds no JSON is not an APIError.
  if (error instanceof APIConnectionError || !(error instanceof APIError) || error.status === undefined) {
    return failure("provider-down", { kind: "model-unreachable", text });
  }
  const status: number = error.status;
  if (status === 402 || isSpendLimit(error.errorCode)) {
    return failure("budget-exhausted", { kind: "model-account-empty", text });
  }
  if (status >= 500 || status === 408 || status === 409 || status === 429) {
    return failure("provider-down", { kind: "model-unavailable", status, text });
  }
  if (status === 401 || status === 403) {
    return failure("policy-blocked", { kind: "model-key-refused", status, text });
  }
  return failure("policy-blocked", { kind: "model-request-refused", status, text });
}

/** Why a message is not an answer; null: it is one. */
export function stopTrouble({ stop_reason: reason, stop_details: details, usage }: Message): Failure | null {
  switch (reason) {
    case "end_turn":
    case "stop_sequence":
      return null;
    case "refusal":
      return failure("agent-failed", { kind: "model-declined", text: details?.explanation ?? null });
    case "max_tokens":
      return failure("agent-failed", { kind: "plan-cut-off", tokens: usage.output_tokens });
    case "model_context_window_exceeded":
      return failure("agent-failed", { kind: "context-outgrown" });
    default:
      return failure("agent-failed", { kind: "model-stopped", reason });
  }
}
