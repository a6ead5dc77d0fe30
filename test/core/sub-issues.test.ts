/** Tasks that are sub-issues: what people do to those, and what becomes of them. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import type { Permission } from "../../src/core/github.ts";
import type { Policy } from "../../src/core/policy.ts";
import { freely, World as NewWorld, sha, type World } from "./world.ts";

const ISSUES: Record<string, number> = { a: 31, b: 32, c: 33 };

/** Labelled, with a plan of sub-issues. */
function written(tasks: Record<string, string[]>, policy: Policy = freely, policies: object = {}): World {
  const world = new NewWorld();
  world.label();
  world.allow({ policy });
  const { version } = world.take("plan.make");
  const plan = { ...policies, tasks: Object.entries(tasks).map(([id, dependsOn]) => ({ id, title: id, dependsOn })) };
  const subIssues = Object.keys(tasks).map((task) => ({ task, issue: ISSUES[task] ?? 0 }));
  world.feature({ type: "plan.made", source: "sub-issues", version, plan, subIssues, model: null, usage: null });
  return world;
}

function hints(world: World, issue: number): void {
  world.feature({ type: "hinted", topic: { kind: "sub-issue", issue } });
}

function closedBy(world: World, by: string, permission: Permission): void {
  const { issue, round } = world.take("sub-issue.observe");
  world.feature({ type: "sub-issue.observed", issue, round, open: false, by, permission });
}

function closes(world: World, task: string, by = "ada", permission: Permission = "write"): void {
  hints(world, ISSUES[task] ?? 0);
  closedBy(world, by, permission);
}

function sweeps(world: World, closed: number[]): void {
  world.timer("sweep");
  const { round, subIssues } = world.take("issue.observe");
  expect(subIssues).toBe(true);
  const seen = { open: true, labelled: true, title: "A feature", body: "Do it", commands: [] };
  world.feature({ type: "issue.observed", round, observation: { ...seen, closedSubIssues: closed } });
}

const notices = (world: World) => world.effects.flatMap((one) => (one.type === "notice.post" ? [one.notice] : []));
const closings = (world: World) =>
  world.effects.flatMap((one) => (one.type === "sub-issue.close" ? [{ issue: one.issue, reason: one.reason }] : []));

describe("a sub-issue that a person with write access closes", () => {
  it("leaves its task out, and says what becomes of those that depend on it", () => {
    const world = written({ a: [], b: ["a"] });
    world.dispatches("a");
    closes(world, "a");
    const without = { why: "sub-issue-closed", by: "ada", issue: 31 };
    expect(world.task("a")).toMatchObject({ stage: "done", landing: null, without });
    expect(world.stages().b).toBe("dispatching");
    expect(notices(world)).toMatchObject([{ about: "task-left-out", task: "a", without, dependents: ["b"] }]);
    expect(world.has("attempt.cancel")).toBe(true);
    expect(closings(world)).toEqual([]);
  });

  it("is found by the next sweep where the webhook was lost, and is asked about once", () => {
    const world = written({ a: [], b: [] });
    sweeps(world, [31]);
    closedBy(world, "ada", "admin");
    expect(world.stages()).toMatchObject({ a: "done", b: "dispatching" });
    sweeps(world, [31]);
    expect(world.has("sub-issue.observe")).toBe(false);
  });

  it("leaves its task out of a proposed plan", () => {
    const world = written({ a: [], b: ["a"] }, { ...freely, approve: { when: "always", usd: 0 } });
    closes(world, "a");
    expect(world.state).toMatchObject({ stage: "proposed", plan: { version: 2 }, tasks: [{ plan: { id: "b" } }] });
    closes(world, "b");
    world.take("plan.publish");
    world.feature({ type: "plan.shown", version: 2 });
    world.commands({ verb: "approve", version: 2 });
    expect(world.state).toMatchObject({ stage: "completed", tasks: [{ without: { why: "sub-issue-closed" } }] });
  });

  it("counts as landed where its pull merges at that moment", () => {
    const world = written({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    closes(world, "a");
    world.merges(pull);
    expect(world.task("a").stage === "done" && world.task("a")).toMatchObject({ landing: { order: 1 } });
    expect(world.state.awaiting).toEqual([]);
  });

  it("changes nothing where it is open again by the time that it is read", () => {
    const world = written({ a: [] });
    hints(world, 31);
    const { round } = world.take("sub-issue.observe");
    world.feature({ type: "sub-issue.observed", issue: 31, round, open: true, by: "ghost", permission: "none" });
    expect(world.stages()).toEqual({ a: "dispatching" });
  });
});

describe("a sub-issue that anybody else closes", () => {
  it.each<[string, Permission]>([
    ["eve", "read"],
    ["stale[bot]", "none"],
  ])("lets its task go on, and says once how to leave it out: %s", (by, permission) => {
    const world = written({ a: [], b: [] });
    closes(world, "a", by, permission);
    sweeps(world, [31]);
    expect(world.has("sub-issue.observe")).toBe(false);
    expect(world.stages().a).toBe("dispatching");
    expect(notices(world)).toMatchObject([{ about: "sub-issue-closed-by-other", by, issue: 31, task: "a" }]);
  });

  it("leaves its task out once a person with write access opens and closes it again", () => {
    const world = written({ a: [], b: [] });
    closes(world, "a", "stale[bot]", "none");
    sweeps(world, []);
    sweeps(world, [31]);
    closedBy(world, "ada", "write");
    expect(world.task("a")).toMatchObject({ stage: "done", without: { why: "sub-issue-closed" } });
  });
});

describe("a task's sub-issue", () => {
  it("closes as completed when the task has landed, once, whoever wrote it", () => {
    const world = written({ a: [], b: ["a"] });
    world.lands("a");
    expect(closings(world)).toEqual([{ issue: 31, reason: "completed" }]);
    // Our own closing, of which a webhook and a sweep may tell.
    hints(world, 31);
    sweeps(world, [31]);
    expect(world.has("sub-issue.observe")).toBe(false);
    expect(world.task("a")).toMatchObject({ stage: "done", landing: { order: 1 } });
    world.lands("b");
    expect(world.state.stage).toBe("completed");
    expect(closings(world)).toEqual([
      { issue: 31, reason: "completed" },
      { issue: 32, reason: "completed" },
    ]);
    expect(world.take("issue.close").tasks).toEqual([]);
  });

  it("stays open after its task was left out, where people wrote it", () => {
    const world = written({ a: [], b: [] });
    world.commands({ verb: "skip", task: "a" });
    expect(closings(world)).toEqual([]);
  });

  it("closes only with the whole feature where tasks land together", () => {
    const world = written({ a: [], b: [] }, freely, { land: "together" });
    world.take("branch.create");
    world.feature({ type: "branch.created", branch: "headgate/1/land", sha: sha("base") });
    world.laneName = "1:headgate/1/land";
    world.lands("a");
    expect(world.task("a").stage).toBe("done");
    expect(closings(world)).toEqual([]);
    world.lands("b");
    world.tipIs(sha("merge-11"));
    world.laneName = "1:main";
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "land", pull: 12 });
    world.pullIs(12);
    world.merges(12);
    expect(closings(world).map(({ issue }) => issue)).toEqual([31, 32]);
  });

  it("is hinted at by its number, as long as its task can be left out", () => {
    const world = written({ a: [], b: [] });
    const routes = () => {
      const event = { type: "hinted", topic: { kind: "pull", pull: 99 } };
      const stored = { state: world.state, schema: 9 };
      return decide("1#1", stored, { id: "e", at: 0, event }).routes.filter((topic) => topic.startsWith("sub-issue"));
    };
    expect(routes()).toEqual(["sub-issue 1#31", "sub-issue 1#32"]);
    closes(world, "a");
    expect(routes()).toEqual(["sub-issue 1#32"]);
  });
});

describe("a plan of a model", () => {
  it("names no issue that would be closed", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    const { version } = world.take("plan.make");
    const plan = { tasks: [{ id: "a", title: "A" }] };
    const subIssues = [{ task: "a", issue: 1 }];
    world.feature({ type: "plan.made", source: "model", version, plan, subIssues, model: "m", usage: null });
    expect(world.task("a").subIssue).toBeUndefined();
  });

  it("knows the sub-issues that it was filed as, and closes those of skipped tasks as not planned", () => {
    const world = new NewWorld();
    world.label();
    world.allow({ policy: { ...freely, plan: { ...freely.plan, publish: "sub-issues" } } });
    world.plan({ a: [], b: [] });
    const { version } = world.take("plan.file");
    world.feature({
      type: "plan.filed",
      version,
      subIssues: [
        { task: "a", issue: 31 },
        { task: "b", issue: 32 },
      ],
    });
    world.commands({ verb: "skip", task: "a" });
    world.lands("b");
    expect(closings(world)).toEqual([
      { issue: 31, reason: "not_planned" },
      { issue: 32, reason: "completed" },
    ]);
    expect(world.take("issue.close").tasks).toEqual([]);
  });
});
