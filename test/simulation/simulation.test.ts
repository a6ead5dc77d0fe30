import { describe, expect, it } from "vitest";
import { kept } from "./campaign/regressions.ts";
import { shrink } from "./campaign/shrink.ts";
import { crashesOf } from "./campaign/sweep.ts";
import { occurrences } from "./mutants/apply.ts";
import { recorded } from "./mutants/catch.ts";
import { mutants } from "./mutants/patches.ts";
import { play } from "./run.ts";
import { canonical } from "./scenario/canonical.ts";
import { generate } from "./scenario/generate.ts";

describe("the whole loop against a modelled GitHub", () => {
  it("keeps every promise in twenty scenarios, whatever goes wrong", async () => {
    const broken = [];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { verdict } = await play(generate(String(seed)));
      if (verdict !== null) broken.push({ seed, ...verdict });
    }
    expect(broken).toEqual([]);
  });

  it.each(canonical.map((scenario) => [scenario.seed, scenario] as const))(
    "carries the scenario '%s' to its end when nothing goes wrong",
    async (_, scenario) => {
      const { verdict, ends } = await play(scenario);
      // A cancelled feature that lands together leaves the base alone. Otherwise its merges are reverted.
      const givenUp: Record<string, string> = { "together-with-rollback": "cancelled", "each-with-rollback": "failed" };
      expect({ verdict, ends }).toEqual({ verdict: null, ends: [givenUp[scenario.seed] ?? "completed"] });
    },
  );

  it.each(["crash-before", "crash-in", "crash-after"])("ends the same wherever it has one %s", async (place) => {
    const [scenario] = canonical.filter((one) => one.seed === "conflict-pair");
    if (scenario === undefined) expect.fail("the scenario is gone");
    const calm = await play(scenario);
    const crashes = crashesOf(calm.effects.length).filter(({ fault, nth }) => fault === place && nth % 2 === 0);
    for (const crash of crashes) {
      const { verdict, ends, tally } = await play({ ...scenario, faults: [crash] });
      expect({ crash, verdict, ends, merged: tally.counts.get("merged by us") }).toEqual({
        crash,
        verdict: null,
        ends: calm.ends,
        merged: calm.tally.counts.get("merged by us"),
      });
    }
  });

  it("plays the same scenario again from the same seed", async () => {
    const lines: string[][] = [[], []];
    for (const mine of lines) await play(generate("7"), { trace: (line) => mine.push(line) });
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]?.length).toBeGreaterThan(100);
  });

  it.each(kept().map(({ name, regression }) => [name, regression.scenario] as const))(
    "does not break again what broke in %s",
    async (_, scenario) => {
      expect((await play(scenario)).verdict).toBeNull();
    },
  );
});

describe("shrinking", () => {
  it("leaves what a scenario needs to break, and nothing else", async () => {
    const scenario = generate("12");
    const wanted = scenario.faults[3];
    const small = await shrink(scenario, async (candidate) => candidate.faults.includes(wanted!));
    expect(small.faults).toEqual([wanted]);
    expect(small.features.flatMap((feature) => feature.tasks)).toHaveLength(1);
  });
});

describe("the seeded bugs", () => {
  it("are all known to be caught (npm run simulate -- --mutants finds out)", () => {
    expect(Object.keys(recorded()).sort()).toEqual(mutants.map((mutant) => mutant.bug).sort());
  });

  it.each(mutants.flatMap((mutant) => mutant.edits.map((edit) => [mutant.bug, edit] as const)))(
    "still fit the code: %s",
    (_, edit) => {
      expect(occurrences(edit)).toBe(1);
    },
  );
});
