/** Asks a model for one streamed answer, and counts its cost even where the answer fails. */
import type Anthropic from "@anthropic-ai/sdk";
import type { Message, MessageStreamParams } from "@anthropic-ai/sdk/resources/messages/messages";
import { type Price, usageOf } from "../config/prices.ts";
import { NO_USAGE, type Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import { failure, planningTroubleOf, stopTrouble } from "./trouble.ts";

/** The model that is asked. */
export interface Asked {
  client: Anthropic;
  model: string;
  price: Price;
}

export type Answer = { message: Message; usage: Usage } | { failure: Failure; usage: Usage };

/** Throws what is not the model's doing. A model with tools may end in using them. */
export async function askModel(
  { client, model, price }: Asked,
  request: Omit<MessageStreamParams, "model">,
  clock: AbortSignal,
): Promise<Answer> {
  const thinking = thinks(model) ? { thinking: { type: "adaptive" as const } } : {};
  const stream = client.messages.stream({ model, ...request, ...thinking }, { signal: clock });
  // Counts as the stream comes: one that breaks off has reported the cost of the question, and not yet of its answer.
  let usage = NO_USAGE;
  stream.on("streamEvent", (_, message) => {
    usage = usageOf(message.usage, price);
  });
  try {
    const message = await stream.finalMessage();
    const usesTools = message.stop_reason === "tool_use" && request.tools !== undefined;
    const trouble = usesTools ? null : stopTrouble(message);
    return trouble === null ? { message, usage } : { failure: trouble, usage };
  } catch (error) {
    const trouble = clock.aborted ? failure("attempt-timed-out", { kind: "model-too-slow" }) : planningTroubleOf(error);
    if (trouble === null) throw error;
    return { failure: trouble, usage };
  }
}

export function textOf(message: Message): string {
  return message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

/**
 * Thinking is off on most models unless asked for. Haiku 4.5 is the last that answers the adaptive kind with a 400:
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
function thinks(model: string): boolean {
  return !model.startsWith("claude-haiku-4-5");
}
