import type { Actor } from "../../core/lane/standing.ts";

/** Why something is not done yet, what comes next, and who must act. `next` is Markdown; `reason` is plain text and may quote logs. */
export interface Explanation {
  reason: string;
  next: string;
  actor: Actor;
}
