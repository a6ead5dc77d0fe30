/**
 * Shrinks a scenario that breaks an invariant: removes faults and tasks and simplifies the world while the same
 * invariant still breaks.
 */
import type { FeatureSpec, Scenario, TaskSpec } from "../scenario/scenario.ts";

const MAX_PLAYS = 600;

export async function shrink(
  scenario: Scenario,
  stillBreaks: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let best = scenario;
  let plays = 0;

  async function better(candidate: Scenario): Promise<boolean> {
    if (plays >= MAX_PLAYS) return false;
    plays += 1;
    if (!(await stillBreaks(candidate))) return false;
    best = candidate;
    return true;
  }

  await fewerFaults();
  for (let again = true; again; ) {
    again = false;
    for (const candidate of plainer(best)) {
      if (await better(candidate)) {
        again = true;
        break;
      }
    }
  }
  await fewerFaults();
  return best;

  /** Applies delta debugging: removes ever smaller parts of the faults. */
  async function fewerFaults(): Promise<void> {
    for (let size = Math.ceil(best.faults.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < best.faults.length; ) {
        const faults = best.faults.toSpliced(at, size);
        if (!(await better({ ...best, faults }))) at += size;
      }
    }
  }
}

function* plainer(scenario: Scenario): Generator<Scenario> {
  const { features, world } = scenario;
  if (features.length > 1) yield { ...scenario, features: features.slice(0, 1) };
  for (const [index, feature] of features.entries()) {
    const replaced = (other: FeatureSpec): Scenario => ({ ...scenario, features: features.with(index, other) });
    for (const task of feature.tasks) {
      if (feature.tasks.length > 1) yield replaced({ ...feature, tasks: without(feature.tasks, task) });
    }
    for (const [at, task] of feature.tasks.entries()) {
      const plain = { ...task, broken: 0, hot: null, clash: null, guarded: null, role: "build" as const };
      const changes: TaskSpec[] = [
        { ...plain, dependsOn: task.dependsOn },
        { ...task, dependsOn: [] },
      ];
      for (const change of changes) {
        if (JSON.stringify(change) === JSON.stringify(task)) continue;
        yield replaced({ ...feature, tasks: feature.tasks.with(at, change) });
      }
    }
    if (feature.land !== "each" || feature.onFailure !== "keep") {
      yield replaced({ ...feature, land: "each", onFailure: "keep" });
    }
  }
  const plain = {
    ...world,
    checks: ["test"],
    replicas: 1,
    webhooks: "all",
    budgetUsd: null,
    method: "squash",
    mode: "auto",
  } as const;
  for (const key of ["checks", "replicas", "webhooks", "budgetUsd", "method", "mode"] as const) {
    if (JSON.stringify(world[key]) === JSON.stringify(plain[key])) continue;
    yield { ...scenario, world: { ...world, [key]: plain[key], checks: key === "checks" ? ["test"] : world.checks } };
  }
}

/** Removes a task. Its dependents then depend on its dependencies. */
function without(tasks: readonly TaskSpec[], gone: TaskSpec): TaskSpec[] {
  return tasks
    .filter((task) => task !== gone)
    .map((task) =>
      task.dependsOn.includes(gone.id)
        ? { ...task, dependsOn: [...new Set([...task.dependsOn.filter((id) => id !== gone.id), ...gone.dependsOn])] }
        : task,
    );
}
