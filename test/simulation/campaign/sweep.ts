/**
 * Crashes a scenario at every possible place: before each effect, after it but before its record, and after its record.
 * Also tries every pair of crashes.
 */
import type { Verdict } from "../invariants/court.ts";
import { play } from "../run.ts";
import type { Fault, Scenario } from "../scenario/scenario.ts";
import { spread } from "./threads.ts";
import type { Work } from "./worker.ts";

const PLACES = ["crash-before", "crash-in", "crash-after"] as const;
const PIECE = 25;

export interface Swept {
  scenario: string;
  /** Number of effects of the scenario without a crash. */
  effects: number;
  plays: number;
  broken: { scenario: Scenario; verdict: Verdict }[];
}

type Crash = Extract<Fault, { on: "effect" }>;

/** Returns a crash for every place of that many effects. */
export function crashesOf(effects: number): Crash[] {
  return Array.from({ length: effects }, (_, index) => index + 1).flatMap((nth) =>
    PLACES.map((fault): Crash => ({ on: "effect", effect: "*", nth, fault })),
  );
}

export async function sweepOnce(scenario: Scenario, threads: number): Promise<Swept> {
  return sweep(scenario, threads, (crashes) => crashes.map((crash) => [crash]));
}

export async function sweepPairs(scenario: Scenario, threads: number): Promise<Swept> {
  return sweep(scenario, threads, function* pairs(crashes) {
    for (const first of crashes) {
      for (const second of crashes) if (second.nth > first.nth) yield [first, second];
    }
  });
}

async function sweep(
  scenario: Scenario,
  threads: number,
  choose: (crashes: Crash[]) => Iterable<Crash[]>,
): Promise<Swept> {
  const calm = await play(scenario);
  if (calm.verdict !== null) throw new Error(`${scenario.seed} breaks without a crash: ${calm.verdict.promise}`);
  const crashes = crashesOf(calm.effects.length);
  const swept: Swept = { scenario: scenario.seed, effects: calm.effects.length, plays: 0, broken: [] };
  const expected = `${calm.ends.join(",")} ${calm.tally.counts.get("merged by us") ?? 0}`;
  await spread(pieces(scenario, choose(crashes)), threads, (done) => {
    swept.plays += done.played;
    swept.broken.push(...done.broken);
    const other = done.outcomes.find((outcome) => outcome !== expected);
    if (other !== undefined && done.broken.length === 0) {
      const verdict = { promise: "a crash changes nothing in the end", text: `${other} instead of ${expected}` };
      swept.broken.push({ scenario, verdict });
    }
    return false;
  });
  return swept;
}

function* pieces(scenario: Scenario, chosen: Iterable<Crash[]>): Generator<Work> {
  let scenarios: Scenario[] = [];
  for (const crashes of chosen) {
    scenarios.push({ ...scenario, faults: [...scenario.faults, ...crashes] });
    if (scenarios.length < PIECE) continue;
    yield { scenarios };
    scenarios = [];
  }
  if (scenarios.length > 0) yield { scenarios };
}
