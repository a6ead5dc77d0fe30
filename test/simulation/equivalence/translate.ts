/** Hands an event to the other core in its own names. */
import type { OtherCore } from "./other-core.ts";
import type { Fields } from "./step-form.ts";

/** `nameOf` knows the other core's timers and keys. */
export function translated(
  _dialect: OtherCore["dialect"],
  event: Fields,
  nameOf: (kind: "timer" | "key", ours: string) => string,
): Fields {
  if (event.type === "timer.due") return { ...event, timer: nameOf("timer", String(event.timer)) };
  if (event.type === "effect.failed") return { ...event, key: nameOf("key", String(event.key)) };
  return event;
}
