/** What went wrong between the planner and its model, by class, and in words for the people who must act. */
import { AnthropicError, APIConnectionError, APIError } from "@anthropic-ai/sdk";
import type { Message } from "@anthropic-ai/sdk/resources/messages/messages";
import type { Failure, FailureClass } from "../core/failure.ts";
import { isSpendLimit } from "./provider.ts";

const MAX_WORDS = 500;

export function failure(kind: FailureClass, cause: string): Failure {
  return { class: kind, cause, details: [] };
}

/** Null: not the model's doing; whoever caught it must throw it on. */
export function troubleOf(error: unknown): Failure | null {
  if (!(error instanceof AnthropicError)) return null;
  const words = (error instanceof APIError ? (error.apiMessage ?? error.message) : error.message).slice(0, MAX_WORDS);
  // An error event within a stream has no status, and a stream that breaks off or holds no JSON is not an APIError.
  if (error instanceof APIConnectionError || !(error instanceof APIError) || error.status === undefined) {
    return failure("provider-down", `the connection to the model failed: ${words}`);
  }
  const status: number = error.status;
  if (status === 402 || isSpendLimit(error.errorCode)) {
    return failure("budget-exhausted", `the model's provider reports that the account's money is used up: ${words}`);
  }
  if (status >= 500 || status === 408 || status === 409 || status === 429) {
    return failure("provider-down", `the model's provider does not answer for now (HTTP ${status}): ${words}`);
  }
  if (status === 401 || status === 403) {
    return failure("policy-blocked", `the model's provider refuses the API key (HTTP ${status}): ${words}`);
  }
  return failure("policy-blocked", `the model's provider refuses the request (HTTP ${status}): ${words}`);
}

/** Why a message is not an answer; null: it is one. */
export function stopTrouble({ stop_reason: reason, stop_details: details, usage }: Message): Failure | null {
  switch (reason) {
    case "end_turn":
    case "stop_sequence":
      return null;
    case "refusal":
      return failure("agent-failed", `the model refused to plan this: ${details?.explanation ?? "it gave no reason"}`);
    case "max_tokens":
      return failure("agent-failed", `the plan was cut off after ${usage.output_tokens} tokens`);
    case "model_context_window_exceeded":
      return failure("agent-failed", "the issue and the repository's view outgrew the model's context window");
    default:
      return failure("agent-failed", `the model stopped without a plan (${reason ?? "no reason given"})`);
  }
}
