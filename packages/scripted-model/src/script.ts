/**
 * What a scripted model answers. A script is plain JSON, so that a demonstration or a test can be read as a scenario: for
 * each task and kind of attempt, the turns of the agent one after another.
 */
import { z } from "zod";

/** In a tool's input, a list of strings stands for the lines of a text: JSON has no readable multi-line strings. */
const ToolInput = z
  .record(z.string(), z.unknown())
  .transform((input) => Object.fromEntries(Object.entries(input).map(([name, value]) => [name, joinLines(value)])));

/** Something goes wrong instead of the answer. */
const Trouble = z.discriminatedUnion("kind", [
  /** An error status for the first `times` requests of this turn; the next one gets the answer. */
  z.object({
    kind: z.literal("error"),
    status: z.number().int().min(400).max(599),
    times: z.number().int().positive().default(1),
    retryAfterMs: z.number().int().nonnegative().optional(),
  }),
  /** The answer ends with this stop reason, as if the model had stopped there. */
  z.object({ kind: z.literal("stop"), reason: z.enum(["refusal", "max_tokens", "model_context_window_exceeded"]) }),
  /** The answer breaks off in the middle and the connection closes. */
  z.object({ kind: z.literal("broken") }),
]);
export type Trouble = z.infer<typeof Trouble>;

/** One turn of the model: what it says, and the tools it uses. A turn without tools ends the conversation. */
const Step = z.object({
  /** Milliseconds before the answer starts; else the script's. */
  thinkMs: z.number().nonnegative().optional(),
  say: z.string().optional(),
  use: z.array(z.object({ tool: z.string().min(1), input: ToolInput })).default([]),
  trouble: Trouble.optional(),
});
export type Step = z.infer<typeof Step>;

/** Kinds of attempt to turns. The last turn of a list normally has no tools. */
const Task = z.record(z.string(), z.array(Step).min(1));

/** The planner's answers: one JSON object that is given each time, or turns, of which the last is repeated. */
const Planner = z
  .union([z.array(Step).min(1), z.record(z.string(), z.unknown())])
  .transform((planner): Step[] => (Array.isArray(planner) ? planner : [{ say: JSON.stringify(planner), use: [] }]));

export const Script = z.object({
  /** Milliseconds that the model thinks before each answer. */
  thinkMs: z.number().nonnegative().default(20),
  planner: Planner.optional(),
  tasks: z.record(z.string(), Task).default({}),
});
export type Script = z.infer<typeof Script>;
/** A script as people write it, before defaults and line lists are resolved. */
export type ScriptInput = z.input<typeof Script>;

function joinLines(value: unknown): unknown {
  const isLines = Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === "string");
  return isLines ? value.join("\n") : value;
}
