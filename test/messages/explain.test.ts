import { describe, expect, it } from "vitest";
import type { Parked } from "../../src/core/feature/parked.ts";
import { tasksForPerson } from "../../src/core/feature/standing.ts";
import type { FeatureState } from "../../src/core/feature/state.ts";
import { findTask } from "../../src/core/feature/state.ts";
import { type Delay, enterStage } from "../../src/core/feature/task.ts";
import { explainFeature, explainTask } from "../../src/messages/explain.ts";
import { red, running, sha, World } from "../core/world.ts";
import { atStage } from "./features.ts";

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
      next: "it continues by itself",
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

  it("names people without write access who asked for changes, and goes on without them", () => {
    const world = started({ a: [] });
    world.pullIs(world.agentSucceeds("a"), { changesWishedBy: ["sam"], checks: [running] });
    expect(explained(world, "a")).toEqual({
      reason: "#10: unit is running; @sam asked for changes without write access, which does not hold the merge",
      next: "it continues by itself",
      actor: "github",
    });
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
      reason: "It waits for b; a needs attention",
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

describe("what a task waits for before it starts", () => {
  const waits = (delay: Delay | null, change: (state: FeatureState) => void = () => {}) => {
    const world = started({ a: [], b: [] });
    const state = structuredClone(world.state);
    const task = findTask(state, "b");
    if (task === undefined) throw new Error("no task b");
    enterStage(task, { stage: "ready", delay, failure: null });
    change(state);
    const { reason, next, actor } = explainTask(state, task);
    return `${actor}: ${reason}; ${next}`;
  };

  it.each<[string, Delay | null, string]>([
    ["nothing", null, "headgate: It is about to start; an agent works on it"],
    [
      "a slot",
      { cause: "slots", slots: 4, checking: 2 },
      "headgate: All 4 agents are busy; it starts when one is free",
    ],
    [
      "a job of GitHub Actions",
      { cause: "slots", slots: 1, checking: 1 },
      "github: GitHub Actions has no job left: 1 pull request is being checked; it starts when one is free",
    ],
    [
      "the budget",
      { cause: "budget" },
      "headgate: Running attempts may use up the budget; it starts if enough is left",
    ],
    [
      "another task's files",
      { cause: "files", task: "a" },
      "headgate: It waits for a, which changes the same files; it starts when a has merged",
    ],
    [
      "another task's cache",
      { cause: "cache", task: "a" },
      "headgate: It waits for a to fill the prompt cache; it starts within seconds",
    ],
  ])("can be %s", (_, delay, said) => {
    expect(waits(delay)).toBe(said);
  });

  it("can be an open circuit breaker, and says what tripped it", () => {
    const said = waits(null, (state) => {
      state.breaker = { ...state.breaker, state: "open", cause: { kind: "lost-in-a-row", attempts: 6 } };
    });
    expect(said).toMatch(/^headgate: The circuit breaker is open: the last 6 attempts were lost .*`\/headgate resume`/);
  });

  it("can be that its branch is being read", () => {
    const said = waits(null, (state) => {
      if (state.base !== null) state.base.asked += 1;
    });
    expect(said).toBe("headgate: Checking what has been merged; it starts then");
  });
});

describe("a feature that needs a person", () => {
  it.each<[Parked, string, string]>([
    [
      { kind: "label-unauthorised", by: "mallory" },
      "@mallory has no write access to this repository",
      "ask someone with write access to remove the label and add it again",
    ],
    [
      { kind: "plan-failed", cause: { kind: "outside", text: "line 3: no title\nmore" } },
      "Headgate could not make a plan: line 3: no title",
      "fix this, then `/headgate resume`",
    ],
    [
      { kind: "plan-invalid", problems: [{ kind: "no-tasks" }, { kind: "duplicate-id", id: "a" }] },
      "The plan has errors: a plan has at least one task; task 'a' is listed more than once",
      "fix this, then `/headgate resume`",
    ],
    [
      { kind: "questions-open" },
      "The planner needs an answer before it can plan",
      "answer in a comment; `/headgate plan` plans without an answer",
    ],
    [
      { kind: "budget-short", of: ["usd", "minutes"] },
      "The budget does not allow another attempt: it is short of dollars and Actions minutes. Open pull requests still merge",
      "`/headgate budget +5` adds five dollars",
    ],
    [
      { kind: "tasks-failing", failed: 3, total: 5 },
      "The circuit breaker stopped the feature: 3 of 5 tasks failed for good",
      "look at the failed tasks, then `/headgate resume`",
    ],
    [
      { kind: "branch-gone", branch: "main", sha: sha("base") },
      "The branch main is gone",
      "restore it at 626173650000; where it was renamed, `/headgate cancel`, take the label off and put it on again",
    ],
    [
      { kind: "branch-rewritten", branch: "main", lost: sha("base") },
      "The branch main was force-pushed, and 626173650000, which was merged for this feature, is not in it any more",
      "restore it, or look at what is missing; then `/headgate resume`",
    ],
    [
      { kind: "effect-failed", effect: "plan.publish", cause: { kind: "outside", text: "The issue is locked." } },
      "The issue is locked",
      "fix this, then `/headgate resume`",
    ],
    [{ kind: "unknown", text: "It stopped." }, "It stopped", "fix this, then `/headgate resume`"],
  ])("says why and what to do: %j", (parked, reason, next) => {
    const world = new World();
    world.label();
    expect(explainFeature({ ...world.state, parked })).toEqual({ reason, next, actor: "person" });
  });

  it("with a plan that is proposed already is asked to have another made", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [] });
    const state = atStage(world.state, "proposed", { parked: { kind: "plan-invalid", problems: [] } });
    expect(explainFeature(state).next).toBe("fix this, then `/headgate plan`");
  });
});

describe("what a feature is doing", () => {
  it("counts the tasks that are under way", () => {
    const world = started({ a: [], b: [], c: [], d: ["a"] });
    world.lands("a");
    world.pullIs(world.agentSucceeds("b"), { checks: [running] });
    expect(explainFeature(world.state)).toMatchObject({
      reason: "2 tasks are being worked on, 1 is in Headgate's queue, 1 of 4 is done",
      actor: "headgate",
    });
  });

  it("names the task that needs a person while others continue", () => {
    const world = parked({ a: [], b: [] });
    expect(explainFeature(world.state).reason).toBe("1 task is being worked on, 0 of 2 are done. a needs attention");
    expect(tasksForPerson(world.state).map((task) => task.plan.id)).toEqual(["a"]);
  });

  it("waits for a person once no other task can continue, and says for what", () => {
    expect(explainFeature(parked({ a: [], b: ["a"] }).state)).toEqual({
      reason: "a needs attention. I give up",
      next: "look at its last attempt, then `/headgate retry a`",
      actor: "person",
    });
  });

  it("is stopped by a problem with its repository", () => {
    const world = new World();
    world.label();
    world.allow({ problems: [{ kind: "branch-in-the-way" }] });
    expect(explainFeature(world.state)).toEqual({
      reason:
        "A branch named headgate exists, and git cannot hold headgate/… branches beside it. Rename or delete that branch",
      next: "fix this, then `/headgate resume`",
      actor: "person",
    });
  });

  it("is over once cancelled", () => {
    const world = started({ a: [] });
    world.pullIs(world.agentSucceeds("a"), { checks: [red] });
    world.closes();
    expect(explainFeature(world.state).reason).toBe("@ada cancelled it; 0 of 1 merged");
  });

  it("names who stopped its reverts", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { onFailure: "rollback" });
    world.lands("a");
    world.commands("cancel");
    world.commands("cancel", "bo", world.at + 1_000);
    expect(explainFeature(world.state).reason).toBe(
      "@ada cancelled it; 0 of 1 merges were reverted; @bo stopped the reverts",
    );
  });
});
