import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { codeTab } from "../../src/cli/run/code-tab.ts";
import { createPrinter } from "../../src/cli/run/printer.ts";
import { report } from "../../src/cli/run/report.ts";
import { addUsage, NO_USAGE } from "../../src/core/attempt.ts";
import type { FeatureState } from "../../src/core/feature/state.ts";
import { modelWaitText } from "../../src/messages/terminal/model-wait.ts";
import { World } from "../core/world.ts";

it("the Code tab opens on the branch on which tasks land together, and on the base once the feature is over", () => {
  const shown: string[] = [];
  const sandbox = { showBranch: async (_: unknown, branch: string) => void shown.push(branch) };
  const show = codeTab({ sandbox, repository: {}, base: "main" } as never);
  const land = { branch: "headgate/1/land", sha: "a", asked: 0, observed: 0 };
  const states = [
    { stage: "executing", land: null },
    { stage: "executing", land },
    { stage: "executing", land },
    { stage: "completed", land },
  ];
  for (const state of states) show(state as FeatureState);
  expect(shown).toEqual(["headgate/1/land", "main"]);
});

it.each([
  ["an engine whose price is unknown", { inputTokens: 10, outputTokens: 5, usd: 0 }, null],
  ["a priced engine", { inputTokens: 10, outputTokens: 5, usd: 0.5 }, 0.5],
  [
    "attempts of which one had a price and one had none",
    addUsage({ ...NO_USAGE, outputTokens: 5, usd: 0.5 }, { ...NO_USAGE, outputTokens: 7 }),
    null,
  ],
  [
    "the third of three attempts, when the first had a price and the second had none",
    [{ usd: 0.5 }, { usd: 0 }, { usd: 0.5 }]
      .map((part) => ({ ...NO_USAGE, outputTokens: 5, ...part }))
      .reduce(addUsage, NO_USAGE),
    null,
  ],
  ["an engine that used nothing", { inputTokens: 0, outputTokens: 0, usd: 0 }, 0],
])("the report gives no price for %s that nobody reported", (_, usage, usd) => {
  const world = new World();
  world.start({ a: [] });
  const state = structuredClone(world.state);
  const whole = { cacheReadTokens: 0, cacheWriteTokens: 0, ...usage };
  for (const task of state.tasks) task.usage = whole;
  state.planner.usage = whole;
  const document = report(state, {
    ...{ baseSha: "a", result: null, interrupted: false, engine: "command", now: 0 },
    ...{ model: { kind: "none", name: null }, apiCalls: { reads: 0, writes: 0 } },
  });
  expect([document.planner.usage?.usd, document.tasks[0]?.usage?.usd]).toEqual([usd, usd]);
});

it("a wait for an overloaded model is printed at once, in a line of its own", () => {
  const output = new PassThrough();
  createPrinter(output as unknown as NodeJS.WriteStream).note(modelWaitText({ status: 529, ms: 8_000 }));
  expect(stripVTControlCharacters(String(output.read()))).toBe("… The model is overloaded, trying again in 8 s\n");
});
