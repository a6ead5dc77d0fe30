import type { Actor } from "../../core/lane/standing.ts";

/** Why something is not done yet, what comes next, and who must act. `next` is Markdown; `reason` is plain text and may quote logs. */
export interface Explanation {
  reason: string;
  next: string;
  actor: Actor;
}

export const GOES_ON = "it continues by itself";

/** The next step where there is none. */
export const NOTHING_TO_DO = "nothing";

/** Characters of a cause that a sentence may carry; the whole of it is in the history. */
const CAUSE_CHARACTERS = 300;

/** The first line, without a full stop at its end: more follows. */
export function firstLine(text: string): string {
  const line = (text.trim().split("\n", 1)[0] ?? "").replace(/\.$/, "");
  return line.length > CAUSE_CHARACTERS ? `${line.slice(0, CAUSE_CHARACTERS)}…` : line;
}

/** `2 tasks are waiting`; null: none. */
export function counted(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
}
