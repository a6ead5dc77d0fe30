/** States that the real core came to, and what a terminal would have shown on the way. */
import { decide } from "../../src/core/decide.ts";
import { FeatureEvent } from "../../src/core/event.ts";
import { enterFeatureStage, FeatureState } from "../../src/core/feature/state.ts";
import type { Task } from "../../src/core/feature/task.ts";
import { progressLine } from "../../src/messages/terminal/progress.ts";
import { FEATURE, red, World } from "../core/world.ts";

/** A diamond under way: one merged, one parked after red checks, one in its second try, the last one waiting for both. */
export function diamond(): World {
  const world = new World();
  world.start({ types: [], quote: ["types"], parser: ["types"], cli: ["quote", "parser"] });
  world.lands("types");
  world.at += 4_000;
  const quote = world.agentSucceeds("quote");
  world.pullIs(quote, { checks: [red] });
  checksAreRead(world, "csv.test.ts:31 expected 2 fields\nat somewhere");
  world.dispatches("quote");
  world.at += 6_000;
  world.dispatches("parser");
  world.ends("parser", { outcome: "failed", summary: "I could not find the | file" }, []);
  return world;
}

function checksAreRead(world: World, text: string): void {
  const { pull, head } = world.take("failure.read");
  world.lane({ type: "failure.read", pull, head, details: [{ of: { kind: "check" as const, name: "unit" }, text }] });
}

export function completed(): World {
  const world = new World();
  world.start({ types: [], cli: ["types"] });
  world.lands("types");
  world.lands("cli");
  return world;
}

/** The feature's state with the named task changed. */
export function withTask(state: FeatureState, id: string, change: (task: Task) => void): FeatureState {
  const copy = structuredClone(state);
  const task = copy.tasks.find((one) => one.plan.id === id);
  if (task === undefined) throw new Error(`no task ${id}`);
  change(task);
  return copy;
}

/** The feature as it would be at another stage. */
export function atStage(
  state: FeatureState,
  stage: "proposed" | "executing" | "completed",
  more: Partial<Pick<FeatureState, "edited" | "parked">> = {},
): FeatureState {
  const copy = structuredClone({ ...state, ...more });
  const { policy, base, plan } = copy;
  if (policy === null || base === null || plan === null) throw new Error("it has no plan");
  const planned = { policy, base, plan };
  enterFeatureStage(copy, stage === "completed" ? { stage, ...planned, endedAt: 0 } : { stage, ...planned });
  return copy;
}

export function terminal(world: World): string[] {
  let stored: { state: unknown; schema: number } | null = null;
  let before: FeatureState | null = null;
  const lines: string[] = [];
  for (const entry of world.log.filter((one) => one.aggregate === FEATURE)) {
    const decision = decide(FEATURE, stored, entry);
    stored = { state: decision.state, schema: decision.schema };
    const state = FeatureState.parse(decision.state);
    const event = FeatureEvent.parse(entry.event);
    lines.push(...progressLine({ at: entry.at, startedAt: state.startedAt, event, state, before }));
    before = state;
  }
  return lines;
}
