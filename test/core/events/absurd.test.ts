/** Hostile or broken values in fields that take any text or number. */
import { describe, expect, it } from "vitest";
import { Effect } from "../../../src/core/effect.ts";
import { failureOf } from "../../../src/core/feature/task.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import { FEATURE, freely, LANE, sha, World } from "../world.ts";

const unlimited = { usd: null, tokens: null, minutes: null };

function runEnds(world: World, more: { conclusion?: string; startedAt?: number; endedAt?: number }): void {
  const { task, attempt, run } = world.take("attempt.observe");
  world.feature({
    type: "attempt.observed",
    task,
    attempt,
    run: {
      id: run,
      status: "completed",
      conclusion: "failure",
      path: ".github/workflows/headgate.yml",
      runAttempt: 1,
      url: "http://x",
      startedAt: 1,
      endedAt: 2,
      ...more,
    },
    outcome: null,
    problem: null,
  });
}

describe("words that every object knows", () => {
  it.each(["constructor", "toString", "__proto__"])("are a run's end like any other: %s", (conclusion) => {
    const world = new World();
    world.start({ a: [] });
    world.dispatches("a");
    runEnds(world, { conclusion });
    expect(failureOf(world.task("a"))?.class).toBe("attempt-lost");
  });

  it("are models without a price", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, models: { small: "constructor", middle: "toString", large: "__proto__" } } });
    world.plan({ a: [] });
    const dispatch = world.take("attempt.dispatch");
    expect(dispatch.brief.model).toMatchObject({ name: "toString", price: null });
    expect(Effect.parse(JSON.parse(JSON.stringify(dispatch)))).toEqual(dispatch);
  });
});

describe("a plan for more that is none", () => {
  it.each([[null], [7], [{ id: { toString: 1, valueOf: 1 } }]])("is refused with its errors: %j", (task) => {
    const world = new World();
    world.start({ a: [] });
    world.feature({
      type: "plan.made",
      version: world.state.planVersion,
      plan: { tasks: [task] },
      source: "sub-issues",
      model: null,
      usage: null,
    });
    expect(world.take("notice.post").notice.about).toBe("plan-errors");
    expect(Object.keys(world.stages())).toEqual(["a"]);
  });
});

describe("a policy with a glob that is longer than any path", () => {
  it("is refused where it comes in", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, protectedPaths: [`[${"a".repeat(70_000)}`] } });
    expect(world.ignored).toEqual(["feature.observed: unreadable"]);
  });
});

describe("an attempt that had to be cut off", () => {
  it("cost the minutes until then", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, budget: { ...unlimited, minutes: 60 } } });
    world.plan({ a: [] });
    world.dispatches("a");
    world.begins("a");
    world.timer("attempt:1/a/1");
    // Forty-five of the sixty: what is left is less than another may take.
    expect(world.has("attempt.dispatch")).toBe(false);
    expect(world.state.parked).toEqual({ kind: "budget-short", of: ["minutes"] });
  });
});

describe("absurd numbers", () => {
  it("of a gate's time leave a state that can be read again", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    for (let times = 0; times < 2; times += 1) {
      const failure = {
        class: "base-moved" as const,
        cause: { kind: "outside" as const, text: "It moved." },
        details: [],
      };
      world.feature({ type: "entry.ejected", task: "a", pull, head: sha("a-1"), failure, gateMs: 1.7e308 });
      world.timer("wait:a");
    }
    expect(JSON.parse(JSON.stringify(world.rawState(FEATURE)))).toEqual(world.state);
  });

  it("of a runner whose clock was set back give no minutes back to the budget", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, maxParallel: 1, budget: { ...unlimited, minutes: 100 } } });
    world.plan({ a: [], b: [], c: [], d: [] });
    world.dispatches("a");
    runEnds(world, { startedAt: 1_000_000_000, endedAt: 0 });
    world.dispatches("b");
    // Seventy of the hundred: what is left is less than an attempt may take.
    runEnds(world, { startedAt: 0, endedAt: 70 * 60_000 });
    expect(world.has("attempt.dispatch")).toBe(false);
    expect(world.state.parked).toEqual({ kind: "budget-short", of: ["minutes"] });
  });
});

describe("the largest plan that there may be", () => {
  it.each<[string, (task: number, file: number) => string]>([
    ["names", (task, file) => `src/packages/part/deep/er/${task}/${file}.ts`],
    ["stars", (task, file) => `${"**/a/".repeat(55)}${task}-${file}`],
  ])("is judged, whatever %s its files are", (_, glob) => {
    const world = new World();
    world.label();
    world.allow({ policy: defaultPolicy });
    const files = (task: number) => Array.from({ length: 100 }, (_, file) => glob(task, file));
    const tasks = Array.from({ length: 50 }, (_, task) => ({ id: `t${task}`, title: "T", files: files(task) }));
    const { version } = world.take("plan.make");
    world.feature({ type: "plan.made", version, plan: { tasks }, source: "file", model: null, usage: null });
    expect(world.state.stage).toBe("proposed");
  });
});

describe("what does not fit", () => {
  it.each(["checks-failed", "conflict-with-base"] as const)(
    "leads on all the same: a change that never had a head and was refused as %s is made anew",
    (failure) => {
      const world = new World();
      world.start({ a: [] });
      world.dispatches("a");
      world.ends("a", {});
      world.feature({
        type: "change.refused",
        task: "a",
        attempt: 1,
        failure: { class: failure, cause: { kind: "outside" as const, text: "no" }, details: [] },
      });
      expect(world.take("attempt.dispatch")).toMatchObject({ attempt: 2, brief: { kind: "build" } });
    },
  );

  it("does not make another run the attempt's", () => {
    const world = new World();
    world.start({ a: [] });
    world.dispatches("a");
    world.feature({ type: "attempt.dispatched", task: "a", attempt: 1, run: 999 });
    expect(world.ignored).toEqual(["attempt.dispatched: duplicate"]);
    expect(world.task("a").attempts[0]?.run).toBe(101);
  });
});

describe("an observation that fails while a merge is under way", () => {
  it("does not end the merge: the feature that gave the entry up receives its outcome", () => {
    const world = new World();
    world.start({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    world.lane({ type: "entry.withdrawn", feature: FEATURE, task: "a" });
    const failure = {
      class: "platform-unknown" as const,
      cause: { kind: "outside" as const, text: "GitHub answered 503" },
      details: [],
    };
    const failed = { type: "effect.failed" as const, key: `pull.observe:${pull}`, task: null, head: null, failure };
    world.lane({ ...failed, effect: "pull.observe", pull });
    world.at += 10 * 60_000;
    world.send(LANE, { type: "timer.due", timer: "sweep" });
    world.pullIs(pull);
    expect(world.laneState.entries.map((entry) => entry.stage.kind)).toEqual(["merging"]);
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });
});
