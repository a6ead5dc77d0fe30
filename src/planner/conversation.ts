/**
 * Asks a model for a plan, and once more where the plan has problems. Two answers of bounded length under one clock bound
 * the cost and time of planning.
 */
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { MessageParam } from "@anthropic-ai/sdk/resources/messages/messages";
import { z } from "zod";
import { addUsage, type Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import type { PlanProblem } from "../core/plan/problem.ts";
import { judgePlan, PlannedTask, PlanSchema } from "../core/plan.ts";
import { visibleCharacters } from "../messages/agent/untrusted.ts";
import { type Asked, askModel, textOf } from "./ask.ts";
import { PLANNER_PROMPT, repairPrompt } from "./prompt.ts";
import { failure } from "./trouble.ts";

/** Thinking counts too; fifty well described tasks take about half of it. */
const MAX_TOKENS = 32_000;

/** Leaves out how tasks land and what a failure does to the others. People decide that. */
const SCHEMA = zodOutputFormat(
  z.object({
    // Empty where it asks questions.
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

export interface Conversation extends Asked {
  /** For both answers. */
  clock: AbortSignal;
}

export type Planned =
  | { plan: unknown; usage: Usage }
  | { questions: string[]; usage: Usage }
  | { failure: Failure; usage: Usage };

export async function converse(conversation: Conversation, prompt: string): Promise<Planned> {
  const question: MessageParam = { role: "user", content: prompt };
  const first = await ask(conversation, [question]);
  if ("failure" in first) return first;
  const draft = read(first.text);
  if (draft.questions !== null) return { questions: draft.questions, usage: first.usage };
  if (draft.problems?.length === 0) return { plan: draft.candidate, usage: first.usage };

  const correction: MessageParam[] = [
    { role: "assistant", content: first.text },
    { role: "user", content: repairPrompt(draft.problems) },
  ];
  const second = await ask(conversation, [question, ...correction]);
  const usage = addUsage(first.usage, second.usage);
  if ("failure" in second) return { failure: second.failure, usage };
  const repaired = read(second.text);
  if (repaired.questions !== null) return { questions: repaired.questions, usage };
  // A plan that still has problems goes to the core all the same, which lists them for people.
  const last = [repaired, draft].find(({ candidate }) => candidate !== undefined);
  if (last !== undefined) return { plan: last.candidate, usage };
  return {
    failure: failure("agent-failed", { kind: "answer-not-a-plan" }),
    usage,
  };
}

interface Reading {
  candidate: unknown;
  /** null: the text is not JSON, and there is no candidate. */
  problems: PlanProblem[] | null;
  questions: string[] | null;
}

function read(text: string): Reading {
  let candidate: unknown;
  try {
    candidate = JSON.parse(text);
  } catch {
    return { candidate: undefined, problems: null, questions: null };
  }
  const asked = Questions.safeParse(candidate);
  if (asked.success) return { candidate, problems: [], questions: asked.data.questions };
  const verdict = judgePlan(candidate);
  return { candidate, problems: verdict.ok ? [] : verdict.problems, questions: null };
}

async function ask(conversation: Conversation, messages: MessageParam[]) {
  const answer = await askModel(
    conversation,
    {
      max_tokens: MAX_TOKENS,
      system: [{ type: "text", text: PLANNER_PROMPT, cache_control: { type: "ephemeral" } }],
      messages,
      // Only the schema: given zodOutputFormat's whole object, the SDK parses the answer, and where that fails it throws
      // the message away with its usage.
      output_config: { format: { type: "json_schema", schema: SCHEMA } },
    },
    conversation.clock,
  );
  if ("failure" in answer) return answer;
  const { usage } = answer;
  const text = textOf(answer.message);
  if (text.trim() === "") return { failure: failure("agent-failed", { kind: "no-answer" }), usage };
  return { text, usage };
}
