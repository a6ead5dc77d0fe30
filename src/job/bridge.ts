/** Gives the agent its two tools that reach beyond the checkout. Stores the agent's text and never executes it. */
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { z } from "zod";
import type { Brief } from "../core/attempt.ts";

const MAX_NOTES = 20;

const Action = z.object({
  action: z.enum(["note", "ask", "give_up"]),
  text: z.string().trim().min(1).max(4_000).describe("The note, the question, or the reason"),
});

export type Bridge = ReturnType<typeof bridge>;

/**
 * Returns the tools and their record. `notes` go to dependent tasks, with questions marked as such. `gaveUp` is the
 * agent's reason once it gives up. Calls `onGiveUp` in the middle of the agent's turn.
 */
export function bridge(brief: Brief, onGiveUp: () => void) {
  const notes: string[] = [];
  let reason: string | null = null;

  const getCurrentState = betaZodTool({
    name: "get_current_state",
    description: "Your task, the tasks it depends on with the notes they left, and the other tasks, as of your start.",
    inputSchema: z.object({}),
    run: () => JSON.stringify(stateOf(brief), null, 2),
  });

  const takeAction = betaZodTool({
    name: "take_action",
    description:
      "note: leave a note for the tasks that depend on yours. ask: put a question to the maintainers. " +
      "give_up: end your work because the task cannot be done.",
    inputSchema: Action,
    run: (input) => {
      const { action, text } = Action.parse(input);
      if (action === "give_up") {
        reason = text;
        onGiveUp();
        return "given up";
      }
      if (notes.length >= MAX_NOTES) return `not kept: there are ${MAX_NOTES} notes already`;
      notes.push(action === "ask" ? `Question: ${text}` : text);
      return "kept";
    },
  });

  return { tools: [getCurrentState, takeAction] as const, notes, gaveUp: () => reason };
}

function stateOf(brief: Brief): unknown {
  const { feature, task, kind, attempt, title, description, files, dependencies, siblings, limits } = brief;
  return {
    feature,
    task: { id: task, title, description, files },
    attempt: { kind, attempt },
    limits,
    dependencies,
    siblings,
  };
}
