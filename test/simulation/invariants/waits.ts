/**
 * Checks that every wait has an end: a timer, an effect in progress, or an event on its way. Runs when nothing is left
 * to decide.
 */

import { isFreshTarget, landsTogether, targetOf } from "../../../src/core/feature/landing/targets.ts";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { isOver, isPlannedAnew } from "../../../src/core/feature/state.ts";
import { isLane, laneKey } from "../../../src/core/keys.ts";
import { type Entry, isAway, isWithdrawn, type LaneState } from "../../../src/core/lane/state.ts";
import type { Store } from "../../../src/loop/store-port.ts";
import type { Mirror } from "../process/mirror.ts";
import type { Court } from "./court.ts";

interface WaitOptions {
  court: Court;
  mirror: Mirror;
  store: Store;
}

const PROMISE = "every wait has a timer";

/** Each aggregate's state and open effects. */
export type Waiting = Pick<Mirror, "has" | "hasAny"> & { states: ReadonlyMap<string, unknown> };

export async function judgeWaits({ court, mirror, store }: WaitOptions): Promise<void> {
  if ((await store.waiting(1)).length > 0) return;
  const missing = endlessWait(mirror);
  if (missing !== null) court.accuse(PROMISE, missing);
}

/** Returns a wait that nothing ends, or null. */
export function endlessWait(waiting: Waiting): string | null {
  for (const [aggregate, state] of waiting.states) {
    if (state === null) continue;
    const missing = isLane(aggregate)
      ? laneWaits(aggregate, state as LaneState, waiting)
      : featureWaits(aggregate, state as FeatureState, waiting);
    if (missing !== null) return `${aggregate}: ${missing}`;
  }
  return null;
}

function featureWaits(key: string, state: FeatureState, mirror: Waiting): string | null {
  if (isOver(state)) return null;
  const open = (effect: string) => mirror.has(key, effect);
  if (!open("timer:sweep")) return "no sweep is set";
  if (state.stage === "planning" && state.parked === null && state.hold === null) {
    const awaited = mirror.hasAny(key, "feature.observe:") || mirror.hasAny(key, "plan.make:");
    if (!awaited) return "it is planning and nothing is asked for";
  }
  if (state.stage === "proposed" && state.parked === null) {
    if (isPlannedAnew(state)) {
      if (!mirror.hasAny(key, "plan.make:")) return "another plan is wanted and nobody makes it";
    } else if (state.plan?.shownAt === null && !mirror.hasAny(key, "plan.publish")) {
      return "its plan waits for approval and nobody shows it";
    }
  }
  const carriesOut = state.stage !== "proposed" && landsTogether(state);
  if (carriesOut && state.land === null && state.parked === null && !mirror.hasAny(key, "branch.create:")) {
    return "nobody makes its integration branch";
  }
  for (const target of [state.base, state.land]) {
    const looked = target === null || isFreshTarget(target) || mirror.has(key, `branch.observe:${target.branch}`);
    if (!looked && state.parked === null) return `nobody looks at ${target.branch}`;
  }
  for (const task of state.awaiting) {
    const lanes = [state.base, state.land].map((target) =>
      mirror.states.get(laneKey(state.repo, target?.branch ?? "")),
    );
    const entries = lanes.flatMap((lane) => (lane as LaneState | undefined)?.entries ?? []);
    const leaves = entries.some((entry) => entry.feature === key && entry.task === task && isWithdrawn(entry));
    if (!leaves) return `no lane speaks of ${task}`;
  }
  for (const pending of state.pendingCommands) {
    const sender = state.senders.find(({ login }) => login === pending.by);
    if (sender === undefined || !open(`permission.observe:${sender.comment}`))
      return `nobody asks who gave command ${pending.comment}`;
  }
  for (const task of state.tasks) {
    const id = `${state.issue.number}/${task.plan.id}/${task.machine.attempt}`;
    const waits = taskWait(key, state, task, id, mirror);
    if (!waits) return `${task.plan.id} is ${task.stage} and nothing ends that`;
  }
  return null;
}

function taskWait(
  key: string,
  state: FeatureState,
  task: FeatureState["tasks"][number],
  id: string,
  mirror: Waiting,
): boolean {
  switch (task.stage) {
    case "ready":
      return task.delay?.cause !== "cache" || mirror.has(key, "timer:launch");
    case "dispatching":
      return mirror.has(key, `attempt.dispatch:${id}`);
    case "working":
      return mirror.has(key, `timer:attempt:${id}`);
    case "promoting":
      return [`change.write:${id}`, `change.promote:${id}`, "pull.open:", "revert.write:"].some((one) =>
        mirror.hasAny(key, one),
      );
    case "waiting":
      return mirror.has(key, `timer:wait:${task.plan.id}`);
    case "in-lane": {
      const target = targetOf(state, task);
      if (target === null) return false;
      const lane = mirror.states.get(laneKey(state.repo, target.branch)) as LaneState | undefined;
      return lane?.entries.some((entry) => entry.pull === task.pull && !isAway(entry)) ?? false;
    }
    default:
      return true;
  }
}

function laneWaits(key: string, state: LaneState, mirror: Waiting): string | null {
  if (state.entries.length === 0) return null;
  if (!mirror.has(key, "timer:sweep")) return "no sweep is set";
  for (const entry of state.entries) {
    const what = `pull ${entry.pull}`;
    if (isAsked(entry) && !mirror.has(key, `pull.observe:${entry.pull}`)) {
      return `${what} is to be looked at and nobody looks`;
    }
    if (entry.stage.kind === "merging" && !mirror.hasAny(key, `pull.merge:${entry.pull}:`))
      return `${what} is not merging`;
    if (entry.stage.kind === "reading-failure" && !mirror.hasAny(key, `failure.read:${entry.pull}:`)) {
      return `${what}: nobody reads why its checks failed`;
    }
    const unasked = entry.comparisons.find(
      ({ open, head, ahead }) => open && !mirror.hasAny(key, `heads.compare:${entry.pull}:${head}:${ahead}:`),
    );
    if (unasked !== undefined) return `${what} is to be compared with ${unasked.ahead} and nobody does`;
    if (entry.restsUntil !== null && !mirror.has(key, `timer:rest:${entry.pull}`)) return `${what} rests for ever`;
  }
  return null;
}

function isAsked({ observation }: Entry): boolean {
  return observation.sent > (observation.latest?.seq ?? 0);
}
