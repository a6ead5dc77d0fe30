/** The timers of a lane, as values. Effects and events carry their names. */
import type { Effect } from "../effect.ts";

/** `rest` is due when something may be tried again; `refresh` and `sweep` when GitHub is asked again without a hint. */
export type LaneTimer = { kind: "sweep" } | { kind: "refresh" | "rest"; pull: number };

export function setTimer(timer: LaneTimer, dueAt: number): Effect {
  return { type: "timer.set", timer: nameOf(timer), dueAt };
}

export function cancelTimer(timer: LaneTimer): Effect {
  return { type: "timer.cancel", timer: nameOf(timer) };
}

function nameOf(timer: LaneTimer): string {
  return timer.kind === "sweep" ? timer.kind : `${timer.kind}:${timer.pull}`;
}

/** Returns null for a name that this version does not use. A timer of an older version may still come due. */
export function parseTimer(name: string): LaneTimer | null {
  const [kind, number] = name.split(":");
  const pull = Number(number);
  if (kind === "sweep") return { kind };
  return (kind === "refresh" || kind === "rest") && Number.isInteger(pull) ? { kind, pull } : null;
}
