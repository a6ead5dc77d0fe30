import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { play } from "./run.ts";
import { generate } from "./scenario/generate.ts";
import { Scenario } from "./scenario/scenario.ts";

const folder = join(import.meta.dirname, "regressions");
/** Stories that once broke a promise, shrunk. */
const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];

describe("the real core and loop against a modelled GitHub", () => {
  it("keep every promise in thirty stories with faults", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { verdict } = await play(generate(String(seed)));
      expect(verdict, `npm run simulate -- --seed ${seed}`).toBeNull();
    }
  });

  it.each(kept)("keep them in a story that once broke one: %s", async (name) => {
    const { scenario } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    expect((await play(Scenario.parse(scenario))).verdict).toBeNull();
  });
});
