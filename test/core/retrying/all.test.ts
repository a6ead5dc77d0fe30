import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/core/failure.ts";
import type { BroughtBack } from "../../../src/core/feature/commands/brought-back.ts";
import { freely, green, red, sha, World } from "../world.ts";

const disabled: Failure = {
  class: "policy-blocked",
  cause: { kind: "outside", text: "dispatch: Workflow is disabled (HTTP 422)." },
  details: [],
};

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.label();
  world.allow({ policy: { ...freely, maxParallel: 40, actions: { slots: 100, ciJobs: 1 } } });
  world.plan(tasks);
  return world;
}

function dispatchFails(world: World, task: string): void {
  world.take("attempt.dispatch", (effect) => effect.task === task);
  const of = { effect: "attempt.dispatch", key: "k", task, pull: null, head: null };
  world.feature({ type: "effect.failed", ...of, failure: disabled });
}

function agentFails(world: World, task: string): void {
  while (world.task(task).stage !== "parked") {
    world.dispatches(task);
    world.ends(task, { outcome: "failed", summary: "no" });
  }
}

function repairFails(world: World, task: string): number {
  const pull = world.agentSucceeds(task);
  turnsRed(world, pull);
  agentFails(world, task);
  return pull;
}

function turnsRed(world: World, pull: number): void {
  world.pullIs(pull, { checks: [red] });
  const { head } = world.take("failure.read");
  world.lane({ type: "failure.read", pull, head, details: [] });
}

function findsNothing(world: World, task: string): void {
  world.dispatches(task);
  world.ends(task, { summary: "It is there already." }, []);
  world.take("notice.post");
}

function answer(world: World): BroughtBack {
  const { notice } = world.take("notice.post");
  if (notice.about !== "tasks-brought-back") throw new Error(`answered ${notice.about}`);
  return notice;
}

describe("/headgate retry all", () => {
  it("brings back thirty tasks with one comment and one answer", () => {
    const ids = Array.from({ length: 30 }, (_, index) => `t${index}`);
    const world = started(Object.fromEntries(ids.map((id) => [id, []])));
    for (const id of ids) dispatchFails(world, id);
    expect(new Set(Object.values(world.stages()))).toEqual(new Set(["parked"]));
    world.commands({ verb: "retry-all" });
    expect(answer(world)).toMatchObject({ back: ids, looking: [], staying: [], stopped: null });
    // The budget lets some of them wait for others.
    expect(new Set(Object.values(world.stages()))).toEqual(new Set(["dispatching", "ready"]));
    expect(world.has("notice.post")).toBe(false);
  });

  it("retries each as its own retry would, leaves what a person has to decide, and says why", () => {
    const world = started({ blocked: [], broken: [], red: [], idle: [], fine: [] });
    dispatchFails(world, "blocked");
    agentFails(world, "broken");
    const pull = repairFails(world, "red");
    findsNothing(world, "idle");
    world.commands({ verb: "retry-all" });
    expect(answer(world)).toMatchObject({
      back: ["blocked", "broken", "red"],
      staying: [{ task: "idle", why: "decide" }],
      stopped: null,
    });
    expect(world.stages()).toEqual({
      blocked: "dispatching",
      broken: "dispatching",
      red: "in-lane",
      idle: "parked",
      fine: "dispatching",
    });
    world.pullIs(pull, { checks: [{ ...green, id: 99 }] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("goes on although so many failing tasks had stopped the feature", () => {
    const world = started({ a: [], b: [], c: [] });
    for (const id of ["a", "b", "c"]) agentFails(world, id);
    expect(world.state.parked).toMatchObject({ kind: "tasks-failing" });
    world.commands({ verb: "retry-all" });
    expect(answer(world).stopped).toBeNull();
    expect(world.stages()).toEqual({ a: "dispatching", b: "dispatching", c: "dispatching" });
  });

  it("says that nothing starts before the hold is lifted", () => {
    const world = started({ a: [] });
    agentFails(world, "a");
    world.commands("hold");
    world.commands({ verb: "retry-all" });
    expect(answer(world)).toMatchObject({ back: ["a"], stopped: "held" });
    expect(world.stages()).toEqual({ a: "ready" });
  });

  it("is refused where no task waits or is parked", () => {
    const world = started({ a: [] });
    world.commands({ verb: "retry-all" });
    expect(world.take("notice.post").notice).toMatchObject({ refusal: { kind: "nothing-to-retry" } });
  });

  it("retries the task of that name in a plan that has one", () => {
    const world = started({ all: [], other: [] });
    agentFails(world, "all");
    dispatchFails(world, "other");
    world.commands({ verb: "retry-all" });
    expect(world.stages()).toEqual({ all: "dispatching", other: "parked" });
  });
});

describe("/headgate resume", () => {
  it("brings back what stopped for a reason outside of the tasks, and pays no agent for the others", () => {
    const world = started({ blocked: [], broken: [], idle: [] });
    dispatchFails(world, "blocked");
    agentFails(world, "broken");
    findsNothing(world, "idle");
    world.commands("resume");
    expect(answer(world)).toMatchObject({
      back: ["blocked"],
      staying: [
        { task: "broken", why: "own-work" },
        { task: "idle", why: "decide" },
      ],
    });
    expect(world.stages()).toEqual({ blocked: "dispatching", broken: "parked", idle: "parked" });
  });

  it("reads the pull of a task that failed through its own work, which goes on if it passes by now", () => {
    for (const [checks, stage] of [
      [[{ ...green, id: 99 }], "in-lane"],
      [[red], "parked"],
    ] as const) {
      const world = started({ a: [] });
      const pull = repairFails(world, "a");
      world.pullIs(pull, { checks: [red] });
      world.commands("resume");
      expect(answer(world)).toMatchObject({ back: [], looking: ["a"], staying: [] });
      world.pullIs(pull, { checks: [...checks] });
      expect(world.task("a").stage).toBe(stage);
      expect(world.has("attempt.dispatch")).toBe(false);
    }
  });

  it("brings back a pull that GitHub refused to update, and merges it", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { behindBy: 1 });
    const { key, head } = { key: "k", head: sha("a-1") };
    world.take("pull.update");
    const failure = { ...disabled, cause: { kind: "outside" as const, text: "Grant the App pull_requests: write" } };
    world.lane({ type: "effect.failed", effect: "pull.update", key, task: null, pull, head, failure });
    expect(world.task("a").stage).toBe("parked");
    world.pullIs(pull);
    world.commands("resume");
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(true);
  });

  it("starts them at once where the feature was on hold as well", () => {
    const world = started({ a: [] });
    dispatchFails(world, "a");
    world.commands("hold");
    world.commands("resume", "ada", 1_001_000);
    expect(answer(world)).toMatchObject({ back: ["a"], stopped: null });
    expect(world.stages()).toEqual({ a: "dispatching" });
  });

  it("is still refused where nothing is stopped", () => {
    const world = started({ a: [] });
    world.commands("resume");
    expect(world.take("notice.post").notice).toMatchObject({ refusal: { kind: "nothing-stopped" } });
  });
});
