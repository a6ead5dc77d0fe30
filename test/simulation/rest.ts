/** Judges whether a scenario has come to rest: nothing happens any more, in Headgate or on GitHub. */
import type { FeatureState } from "../../src/core/feature/state.ts";
import { entryOf } from "../../src/core/feature/task.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import type { GitHubModel } from "./github/model.ts";
import type { Mirror } from "./process/mirror.ts";
import { LABEL } from "./process/replica.ts";

export interface Scene {
  github: GitHubModel;
  mirror: Mirror;
  /** In the order of the scenario; null: not opened yet. */
  issues: readonly (number | null)[];
  /** In the same order; null: the feature has not begun. */
  features: readonly (FeatureState | null)[];
}

/** Returns true where a job or a check runs, a check has ended since then, or GitHub computes whether a pull request can be merged. */
export function isBusyOutside(github: GitHubModel, since: number): boolean {
  for (const run of github.runs.values()) if (run.status !== "completed") return true;
  for (const pull of github.pulls.values()) if (pull.state === "open" && pull.computing !== null) return true;
  for (const check of github.checks) {
    if (check.conclusion === null || (check.completedAt ?? 0) > since) return true;
  }
  return false;
}

/** Returns true where every feature has ended or waits for a person, and only timers are left. */
export function isAtRest(scene: Scene): boolean {
  const begun = scene.features.every((state, index) => {
    return state === null ? !isAskedFor(scene, index) : activityOf(state) !== "going";
  });
  const stopping = [...scene.github.runs.values()].some((run) => run.cancelling && run.status !== "completed");
  return begun && !stopping && open(scene.mirror).length === 0;
}

/** Returns true where the feature's issue has the label, or is not opened yet. */
function isAskedFor({ github, issues }: Scene, index: number): boolean {
  const number = issues[index];
  if (number === null || number === undefined) return true;
  const issue = github.issue(number);
  return issue.state === "open" && issue.labels.has(LABEL);
}

/** Describes what keeps a scenario from its rest, for the verdict. */
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
