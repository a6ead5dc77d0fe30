/**
 * Defines a script: plain JSON that reads as a scenario. It lists the agent's turns for each task and kind of attempt.
 */
import { z } from "zod";

/**
 * A tool's input. A list of strings becomes one text with these lines, since JSON has no readable multi-line strings.
 */
const ToolInput = z
  .record(z.string(), z.unknown())
  .transform((input) => Object.fromEntries(Object.entries(input).map(([name, value]) => [name, joinLines(value)])));

/** A failure in place of the answer. */
const Trouble = z.discriminatedUnion("kind", [
  /** Answers the first `times` requests of this turn with an error status. The next one gets the answer. */
  z.object({
    kind: z.literal("error"),
    status: z.number().int().min(400).max(599),
    times: z.number().int().positive().default(1),
    retryAfterMs: z.number().int().nonnegative().optional(),
  }),
  /** Ends the answer with this stop reason, as if the model had stopped there. */
  z.object({ kind: z.literal("stop"), reason: z.enum(["refusal", "max_tokens", "model_context_window_exceeded"]) }),
  /** Breaks the answer off in the middle and closes the connection. */
  z.object({ kind: z.literal("broken") }),
]);
export type Trouble = z.infer<typeof Trouble>;

/** One turn of the model: its text and the tools it uses. A turn without tools ends the conversation. */
const Step = z.object({
  /** Milliseconds before the answer starts; overrides the script's. */
  thinkMs: z.number().nonnegative().optional(),
  say: z.string().optional(),
  use: z.array(z.object({ tool: z.string().min(1), input: ToolInput })).default([]),
  trouble: Trouble.optional(),
});
export type Step = z.infer<typeof Step>;

/** Turns by kind of attempt. The last turn of a list normally uses no tools. */
const Task = z.record(z.string(), z.array(Step).min(1));

/** The planner's answers: one JSON object that is repeated, or turns of which the last is repeated. */
const Planner = z
  .union([z.array(Step).min(1), z.record(z.string(), z.unknown())])
  .transform((planner): Step[] => (Array.isArray(planner) ? planner : [{ say: JSON.stringify(planner), use: [] }]));

export const Script = z.object({
  /** Milliseconds before each answer. */
  thinkMs: z.number().nonnegative().default(20),
  planner: Planner.optional(),
  tasks: z.record(z.string(), Task).default({}),
});
export type Script = z.infer<typeof Script>;
/** A script as people write it: defaults and lists of lines are not resolved yet. */
export type ScriptInput = z.input<typeof Script>;

function joinLines(value: unknown): unknown {
  const isLines = Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === "string");
  return isLines ? value.join("\n") : value;
}
