/**
 * One question, and where the plan does not hold, one chance to put it right. Two answers of bounded length, one clock
 * over both: so planning is bounded in cost and time.
 */
import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { MessageParam, Usage as Tokens } from "@anthropic-ai/sdk/resources/messages/messages";
import { z } from "zod";
import { type Price, usdOf } from "../config/prices.ts";
import { addUsage, NO_USAGE, type Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import { visibleCharacters } from "../core/judge/untrusted.ts";
import { judgePlan, PlannedTask, PlanSchema } from "../core/plan.ts";
import { repairPrompt, SYSTEM_PROMPT } from "./prompt.ts";
import { failure, stopTrouble, troubleOf } from "./trouble.ts";

/** Thinking counts too; fifty well described tasks take about half of it. */
const MAX_TOKENS = 32_000;

/** How tasks land, and what a failure does to the others, is for people to say: that is not asked for. */
const SCHEMA = zodOutputFormat(
  z.object({
    // None, where it asks.
    tasks: z.array(PlannedTask),
    why: PlanSchema.shape.why,
    questions: z.array(z.string()),
  }),
).schema;

/** An answer that asks instead of planning. */
const Questions = z.object({
  tasks: z.array(z.unknown()).max(0).default([]),
  questions: z
    .array(z.string())
    .transform((asked) => asked.map((one) => visibleCharacters(one).replace(/\s+/g, " ").trim().slice(0, 1_000)))
    .transform((asked) => asked.filter((one) => one !== "").slice(0, 10))
    .refine((asked) => asked.length > 0),
});

export interface Conversation {
  client: Anthropic;
  model: string;
  price: Price;
  limitMs: number;
}

export type Planned =
  | { plan: unknown; usage: Usage }
  | { questions: string[]; usage: Usage }
  | { failure: Failure; usage: Usage };

export async function askForPlan(conversation: Conversation, prompt: string): Promise<Planned> {
  const clock = AbortSignal.timeout(conversation.limitMs);
  const question: MessageParam = { role: "user", content: prompt };
  const first = await ask(conversation, [question], clock);
  if ("failure" in first) return first;
  const draft = read(first.text);
  if (draft.questions !== null) return { questions: draft.questions, usage: first.usage };
  if (draft.errors.length === 0) return { plan: draft.candidate, usage: first.usage };

  const correction: MessageParam[] = [
    { role: "assistant", content: first.text },
    { role: "user", content: repairPrompt(draft.errors) },
  ];
  const second = await ask(conversation, [question, ...correction], clock);
  const usage = addUsage(first.usage, second.usage);
  if ("failure" in second) return { failure: second.failure, usage };
  const mended = read(second.text);
  if (mended.questions !== null) return { questions: mended.questions, usage };
  // What still does not hold goes to the core all the same: it lists the errors for people.
  const last = [mended, draft].find(({ candidate }) => candidate !== undefined);
  if (last !== undefined) return { plan: last.candidate, usage };
  return {
    failure: failure("agent-failed", "the model's answer was not a plan in JSON, and asking again did not help"),
    usage,
  };
}

/** `candidate` undefined: the text is no JSON. */
function read(text: string): { candidate: unknown; errors: string[]; questions: string[] | null } {
  let candidate: unknown;
  try {
    candidate = JSON.parse(text);
  } catch {
    return { candidate: undefined, errors: ["the answer is not JSON, or has other text around it"], questions: null };
  }
  const asked = Questions.safeParse(candidate);
  if (asked.success) return { candidate, errors: [], questions: asked.data.questions };
  const verdict = judgePlan(candidate);
  return { candidate, errors: verdict.ok ? [] : verdict.errors, questions: null };
}

type Reply = { text: string; usage: Usage } | { failure: Failure; usage: Usage };

async function ask(conversation: Conversation, messages: MessageParam[], clock: AbortSignal): Promise<Reply> {
  const { client, model, price, limitMs } = conversation;
  const stream = client.messages.stream(
    {
      model,
      max_tokens: MAX_TOKENS,
      system: [{ type: "text", text: SYSTEM_PROMPT, cache_control: { type: "ephemeral" } }],
      messages,
      ...(thinks(model) && { thinking: { type: "adaptive" } }),
      // The schema alone: given zodOutputFormat's whole object the SDK parses, and where that fails it throws the
      // message away, and with it what it cost.
      output_config: { format: { type: "json_schema", schema: SCHEMA } },
    },
    { signal: clock },
  );
  // Counted as it comes: a stream that breaks off has told what the question cost, and not yet what its answer did.
  let usage = NO_USAGE;
  stream.on("streamEvent", (_, message) => {
    usage = usageOf(message.usage, price);
  });
  try {
    const message = await stream.finalMessage();
    const trouble = stopTrouble(message);
    if (trouble !== null) return { failure: trouble, usage };
    const text = message.content.map((block) => (block.type === "text" ? block.text : "")).join("");
    if (text.trim() === "") return { failure: failure("agent-failed", "the model ended without an answer"), usage };
    return { text, usage };
  } catch (error) {
    const trouble = clock.aborted
      ? failure("attempt-timed-out", `the model made no plan within ${Math.round(limitMs / 1_000)} seconds`)
      : troubleOf(error);
    if (trouble === null) throw error;
    return { failure: trouble, usage };
  }
}

/**
 * Thinking is off on most models unless asked for. Haiku 4.5 is the last that answers the adaptive kind with a 400:
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
function thinks(model: string): boolean {
  return !model.startsWith("claude-haiku-4-5");
}

function usageOf(given: Tokens, price: Price): Usage {
  const tokens = {
    inputTokens: given.input_tokens,
    outputTokens: given.output_tokens,
    cacheReadTokens: given.cache_read_input_tokens ?? 0,
    cacheWriteTokens: given.cache_creation_input_tokens ?? 0,
  };
  return { ...tokens, usd: usdOf(tokens, price) };
}
