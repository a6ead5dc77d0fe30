/** Translates an event to the other core's names. */
import { oldEvent } from "./names.ts";
import type { OtherCore } from "./other-core.ts";
import type { Fields } from "./step-form.ts";

/** Translates an event. `nameOf` returns the other core's name of a timer or key. */
export function translated(
  dialect: OtherCore["dialect"],
  event: Fields,
  nameOf: (kind: "timer" | "key", ours: string) => string,
): Fields {
  const theirs = dialect === "old" ? oldEvent(event) : event;
  if (theirs.type === "timer.due") return { ...theirs, timer: nameOf("timer", String(theirs.timer)) };
  if (theirs.type === "effect.failed") return { ...theirs, key: nameOf("key", String(theirs.key)) };
  return theirs;
}
