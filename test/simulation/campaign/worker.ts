/** Runs scenarios on a thread of its own. Receives one piece of work after another and answers each with its result. */
import { parentPort } from "node:worker_threads";
import type { Verdict } from "../invariants/court.ts";
import { play } from "../run.ts";
import { generate } from "../scenario/generate.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Tally } from "../tally.ts";

/** Scenarios by seed, or the scenarios themselves. */
export type Work = { seeds: number[] } | { scenarios: Scenario[] };

export interface Done {
  played: number;
  simulatedMs: number;
  counts: [string, number][];
  broken: { scenario: Scenario; verdict: Verdict }[];
  /** For each scenario, how its features ended and how many pull requests the App merged. */
  outcomes: string[];
}

export async function work(given: Work): Promise<Done> {
  const scenarios = "seeds" in given ? given.seeds.map((seed) => generate(String(seed))) : given.scenarios;
  const tally = new Tally();
  const done: Done = {
    played: scenarios.length,
    simulatedMs: 0,
    counts: [],
    broken: [],
    outcomes: [],
  };
  for (const scenario of scenarios) {
    const played = await play(scenario);
    tally.include(played.tally.counts);
    for (const end of played.ends) tally.add(`end ${end}`);
    done.simulatedMs += played.lasted;
    done.outcomes.push(`${played.ends.join(",")} ${played.tally.counts.get("merged by us") ?? 0}`);
    if (played.verdict !== null) done.broken.push({ scenario, verdict: played.verdict });
  }
  done.counts = [...tally.counts];
  return done;
}

parentPort?.on("message", (given: Work) => {
  void work(given).then((done) => parentPort?.postMessage(done));
});
