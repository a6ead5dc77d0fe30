import { describe, expect, it } from "vitest";
import { findTask } from "../../src/core/feature/state.ts";
import { explainFeature, explainTask, tasksForPerson } from "../../src/messages/explain.ts";
import { red, running, World } from "../core/world.ts";

function explained(world: World, id: string) {
  const task = findTask(world.state, id);
  if (task === undefined) throw new Error(`no task ${id}`);
  return explainTask(world.state, task);
}

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.start(tasks);
  return world;
}

/** A whose agent fails until the task parks. */
function parked(tasks: Record<string, string[]>): World {
  const world = started(tasks);
  while (world.task("a").stage !== "parked") {
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: "I give up\nfor good" }, []);
  }
  return world;
}

describe("why a task is not merged", () => {
  it("is a running attempt", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    expect(explained(world, "a")).toMatchObject({ reason: "Attempt 1 (build) is running", actor: "github" });
  });

  it("is the lane's word, about the pull", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [running] });
    expect(explained(world, "a")).toEqual({
      reason: "#10: unit is running",
      next: "it goes on by itself",
      actor: "github",
    });
  });

  it.each([
    ["a draft", { draft: true }, "#10 is a draft", "mark it as ready for review"],
    [
      "a review",
      { changesRequestedBy: ["bob"] },
      "#10: @bob requested changes",
      "make the changes on its branch, or dismiss the review",
    ],
  ])("is %s, and a person must act", (_, snapshot, reason, next) => {
    const world = started({ a: [] });
    world.pullIs(world.agentSucceeds("a"), snapshot);
    expect(explained(world, "a")).toEqual({ reason, next, actor: "person" });
  });

  it("is a lane that halted", () => {
    const world = started({ a: [], b: [] });
    world.pullIs(world.agentSucceeds("a"));
    world.agentSucceeds("b");
    world.merges(10, { landedTree: "f".repeat(40) });
    expect(explained(world, "b")).toMatchObject({
      next: "look at what was merged, then `/headgate resume`",
      actor: "person",
    });
  });

  it("is its own failure, in one line, with what to type", () => {
    expect(explained(parked({ a: [] }), "a")).toEqual({
      reason: "I give up",
      next: "look at its last attempt, then `/headgate retry a`",
      actor: "person",
    });
  });

  it("is what it waits for; a person's turn only if something behind it is parked", () => {
    const tasks = { a: [], b: ["a"], c: ["b"] };
    expect(explained(started(tasks), "c")).toEqual({
      reason: "It waits for b",
      next: "it starts when they are done",
      actor: "headgate",
    });
    expect(explained(parked(tasks), "c")).toEqual({
      reason: "It waits for b; a is parked",
      next: "`/headgate retry a`",
      actor: "person",
    });
  });

  it("is that all agents are busy", () => {
    const world = started({ a: [], b: [], c: [], d: [], e: [] });
    expect(explained(world, "e")).toMatchObject({ reason: "All 4 agents are busy", actor: "headgate" });
  });

  it("is a hold, for what has not started", () => {
    const world = started({ a: [], b: ["a"] });
    const pull = world.agentSucceeds("a");
    world.feature({ type: "feature.unlabelled", by: "ada" });
    expect(explained(world, "a")).toEqual({
      reason: `#${pull} is on hold`,
      next: "`/headgate resume` lets it merge",
      actor: "person",
    });
  });
});

describe("what a feature is doing", () => {
  it("counts what goes on", () => {
    const world = started({ a: [], b: [], c: [], d: ["a"] });
    world.lands("a");
    world.pullIs(world.agentSucceeds("b"), { checks: [running] });
    expect(explainFeature(world.state)).toMatchObject({
      reason: "2 tasks are being worked on, 1 is in the lane, 1 of 4 is done",
      actor: "headgate",
    });
  });

  it("names who needs a person while others go on", () => {
    const world = parked({ a: [], b: [] });
    expect(explainFeature(world.state).reason).toBe("1 task is being worked on, 0 of 2 are done. a needs a person");
    expect(tasksForPerson(world.state).map((task) => task.plan.id)).toEqual(["a"]);
  });

  it("waits for a person once nothing else can go on, and says for what", () => {
    expect(explainFeature(parked({ a: [], b: ["a"] }).state)).toEqual({
      reason: "a needs a person. I give up",
      next: "look at its last attempt, then `/headgate retry a`",
      actor: "person",
    });
  });

  it("is stopped by a problem with its repository", () => {
    const world = new World();
    world.label();
    world.allow({ problems: ["`main` requires no checks."] });
    expect(explainFeature(world.state)).toEqual({
      reason: "`main` requires no checks",
      next: "put that right, then `/headgate resume`",
      actor: "person",
    });
  });

  it("is over once cancelled", () => {
    const world = started({ a: [] });
    world.pullIs(world.agentSucceeds("a"), { checks: [red] });
    world.feature({ type: "issue.closed", by: "ada" });
    expect(explainFeature(world.state).reason).toBe("It was cancelled by @ada; of its tasks 0 of 1 are merged");
  });
});
