/** Finds the turn of the script that a request asks for. */
import { z } from "zod";
import type { Script, Step } from "./script.ts";

const Block = z.looseObject({ type: z.string(), text: z.string().optional() });
const Content = z.union([z.string(), z.array(Block)]);

/** The fields of a Messages request that this package reads. Other fields pass unchecked. */
export const MessagesRequest = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.number().int().nonnegative().optional(),
  stream: z.boolean().optional(),
  system: Content.optional(),
  tools: z.array(z.looseObject({})).optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content })).min(1, "messages: at least one is required"),
  cache_control: z.unknown().optional(),
  output_config: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;

export interface Turn {
  /** The turn's name: `planner 1`, `parser build 1 turn 3`. */
  name: string;
  step: Step;
}
export type FoundTurn = { ok: true; turn: Turn } | { ok: false; message: string };

/**
 * Finds the turn. A request for structured output is the planner's: agents never send one, and an issue's text cannot
 * fake it. An agent's first message holds `Task: <id>` and `Attempt: <kind> <number>` on lines of their own.
 */
export function findTurn(script: Script, request: MessagesRequest): FoundTurn {
  const answered = request.messages.filter(({ role }) => role === "assistant").length;
  if (request.output_config?.format?.type === "json_schema") return plannerTurn(script, answered);

  const prompt = textOf(request.messages[0]?.content ?? "");
  const task = /^Task: (\S+)$/m.exec(prompt)?.[1];
  const attempt = /^Attempt: (\S+) (\d+)$/m.exec(prompt);
  if (task === undefined || attempt === null) {
    return { ok: false, message: "the first message has no lines 'Task: <id>' and 'Attempt: <kind> <number>'" };
  }
  const steps = script.tasks[task]?.[attempt[1]!];
  if (steps === undefined) return { ok: false, message: `the script has no '${attempt[1]}' of a task '${task}'` };
  const step = steps[answered];
  const name = `${task} ${attempt[1]} ${attempt[2]} turn ${answered + 1}`;
  if (step === undefined) return { ok: false, message: `the script ends before ${name}` };
  return { ok: true, turn: { name, step } };
}

function plannerTurn(script: Script, answered: number): FoundTurn {
  if (script.planner === undefined) return { ok: false, message: "the script has no planner" };
  const step = script.planner[Math.min(answered, script.planner.length - 1)]!;
  return { ok: true, turn: { name: `planner ${answered + 1}`, step } };
}

function textOf(content: z.infer<typeof Content>): string {
  if (typeof content === "string") return content;
  return content.map(({ text }) => text ?? "").join("\n");
}
