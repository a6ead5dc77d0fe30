import { describe, expect, it } from "vitest";
import { summaryOf } from "../../../src/core/rules/summary.ts";
import { World } from "../world.ts";

const usage = { inputTokens: 10, outputTokens: 20, cacheReadTokens: 30, cacheWriteTokens: 40, usd: 1.5 };
const nothing = { usd: 0, tokens: 0, minutes: 0, attempts: 0 };

/** One task landed, one failed and was cancelled with the feature. */
function halfDone(): World {
  const world = new World();
  world.start({ api: [], ui: [] });
  world.dispatches("api");
  world.ends("api", { usage });
  world.dispatches("ui");
  world.ends("ui", { outcome: "failed", usage: { ...usage, usd: 0.25 } });
  world.commands("cancel");
  return world;
}

describe("the summary of a feature", () => {
  it("holds the end, the estimate, what was used and the class of what failed", () => {
    const { feature } = summaryOf(halfDone().state);
    expect(feature).toEqual({
      of: "feature",
      stage: "cancelled",
      startedAt: 1_000_000,
      endedAt: 1_000_000,
      tasks: 2,
      landed: 0,
      estimate: { usd: null, actionsMinutes: expect.closeTo(2 * 1.3 * 19), minutes: expect.any(Number) },
      actual: { usd: 1.75, tokens: 200, minutes: 2, attempts: 3 },
      class: "agent-failed",
    });
  });

  it.each([
    ["landed or not, each task has what it used", "api", 1.5, 1, null],
    ["a task that failed has the class of its last failure", "ui", 0.25, 2, "agent-failed"],
  ])("%s", (_, id, usd, attempts, failed) => {
    const { tasks } = summaryOf(halfDone().state);
    expect(tasks.find((task) => task.id === id)).toEqual({
      of: "task",
      id,
      stage: "cancelled",
      size: "M",
      role: "build",
      landedAt: null,
      estimate: { usd: null, actionsMinutes: expect.closeTo(1.3 * 19), agentMinutes: 14 },
      actual: { usd, tokens: 100, minutes: 1, attempts, gateMs: 0 },
      class: failed,
    });
  });

  it("has no estimate and no task where nothing was planned", () => {
    const world = new World();
    world.label();
    const { feature, tasks } = summaryOf(world.state);
    expect([feature.estimate, feature.actual, feature.class, tasks]).toEqual([null, nothing, null, []]);
  });

  it("says when a task landed, which makes its failures before that irrelevant", () => {
    const { state } = halfDone();
    const [, ui] = state.tasks;
    const landing = { order: 1, base: null, mergeSha: "", mergedAt: 5, head: "", testedTree: "", landedTree: "" };
    Object.assign(ui!, { landing: { ...landing, judgedBy: [] } });
    const { feature, tasks } = summaryOf(state);
    expect([feature.landed, feature.class]).toEqual([1, null]);
    expect(tasks.map((task) => [task.landedAt, task.class])).toEqual([
      [null, null],
      [5, null],
    ]);
  });
});
