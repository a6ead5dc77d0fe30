/** When a story has come to rest: nothing goes on any more, inside or outside. */

import type { FeatureState } from "../../src/core/feature/state.ts";
import { entryOf } from "../../src/core/feature/task.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import type { Hub } from "./github/hub.ts";
import type { Mirror } from "./process/mirror.ts";
import { LABEL } from "./process/replica.ts";

export interface Scene {
  hub: Hub;
  mirror: Mirror;
  /** In the order of the story; null: not opened yet. */
  issues: readonly (number | null)[];
  /** In the same order; null: it has not begun. */
  features: readonly (FeatureState | null)[];
}

/** Jobs or checks have run since. */
export function isBusyOutside(hub: Hub, since: number): boolean {
  for (const run of hub.runs.values()) if (run.status !== "completed") return true;
  for (const check of hub.checks) {
    if (check.conclusion === null || (check.completedAt ?? 0) > since) return true;
  }
  return false;
}

/** Every feature has ended or waits for a person, and only timers are left. */
export function isAtRest(scene: Scene): boolean {
  const begun = scene.features.every((state, index) => {
    return state === null ? !isAskedFor(scene, index) : activityOf(state) !== "going";
  });
  const stopping = [...scene.hub.runs.values()].some((run) => run.cancelling && run.status !== "completed");
  return begun && !stopping && open(scene.mirror).length === 0;
}

/** Whether the feature's issue bears the label now, or will. */
function isAskedFor({ hub, issues }: Scene, index: number): boolean {
  const number = issues[index];
  if (number === null || number === undefined) return true;
  const issue = hub.issue(number);
  return issue.state === "open" && issue.labels.has(LABEL);
}

/** What keeps a story from its rest, for whoever reads the verdict. */
export function whatGoesOn({ features, mirror }: Scene): string {
  const going = features.filter((state) => state !== null && activityOf(state) === "going");
  return [...going.map(describe), ...open(mirror).map((one) => `${one.aggregate} ${one.key} is open`)].join("; ");
}

function open(mirror: Mirror) {
  return [...mirror.effects.values()].filter((one) => one.effect.type !== "timer.set");
}

function describe(state: FeatureState | null): string {
  if (state === null) return "a feature never began";
  const tasks = state.tasks.map((task) => {
    const entry = entryOf(task);
    return `${task.plan.id} ${task.stage}${entry === null ? "" : ` (${entry.standing?.kind ?? "joined"})`}`;
  });
  return `${state.key} is ${state.stage}: ${tasks.join(", ")}`;
}
