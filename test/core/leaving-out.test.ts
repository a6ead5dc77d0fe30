/** Ends of tasks without a merge of their own: left out by a person, done otherwise, or nothing to do. */
import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import { standingOf } from "../../src/core/feature/standing.ts";
import { laneKey } from "../../src/core/keys.ts";
import { freely, World as NewWorld, repo, sha, type World } from "./world.ts";

function started(tasks: Record<string, string[]>): World {
  const world = new NewWorld();
  world.start(tasks);
  return world;
}

const skip = (world: World, task: string) => world.commands({ verb: "skip", task });
const done = (world: World, task: string) => world.commands({ verb: "done", task });
const notices = (world: World) => world.effects.flatMap((one) => (one.type === "notice.post" ? [one.notice] : []));
const closed = (effect: Effect) => effect.type === "pull.close";

function ends(world: World, id: string): void {
  world.dispatches(id);
  world.ends(id, {});
}

function parked(world: World, id: string): void {
  for (let attempt = 1; attempt <= 2; attempt++) {
    world.dispatches(id);
    world.ends(id, { outcome: "failed", summary: "I give up" });
  }
}

describe("a command on a pull whose webhook was lost", () => {
  it("is found by the sweep, once, and answered on that pull", () => {
    const world = started({ a: [], b: ["a"] });
    const pull = world.agentSucceeds("a");
    const sweeps = () => {
      world.timer("sweep");
      const { round, pulls } = world.take("issue.observe");
      const createdAt = "1970-01-01T00:16:40Z";
      const said = {
        comment: 7,
        by: "ada",
        createdAt,
        at: 1_000_000,
        command: { verb: "skip" as const, task: "a" },
        pull,
      };
      const seen = { open: true, labelled: true, title: "A feature", body: "Do it", commands: [said] };
      const heardUntil = pulls?.at ?? 0;
      world.feature({ type: "issue.observed", round, heardUntil, observation: seen });
      return pulls;
    };
    expect(sweeps()).toMatchObject({ numbers: [pull], since: 1_000_000 - 300_000 });
    world.take("permission.observe");
    world.feature({ type: "permission.observed", comment: 7, by: "ada", permission: "write" });
    expect(world.task("a")).toMatchObject({ stage: "done", without: { why: "skipped" } });
    expect(world.take("notice.post")).toMatchObject({ issue: pull, notice: { about: "task-left-out" } });
    const before = world.at;
    expect(sweeps()).toBeUndefined();
    expect(world.state.heardUntil).toBe(before);
    expect(world.ignored.at(-1)).toBe("command.given: duplicate");
  });
});

describe("a task that a person leaves out", () => {
  it.each<[string, (world: World) => void]>([
    ["ready", () => {}],
    ["working", (world) => world.dispatches("a")],
    ["parked", (world) => parked(world, "a")],
    ["promoting", (world) => ends(world, "a")],
    ["in-lane", (world) => world.agentSucceeds("a")],
  ])("ends while it is %s, and what depends on it starts", (_, before) => {
    const world = started({ a: [], b: ["a"] });
    before(world);
    skip(world, "a");
    expect(world.task("a")).toMatchObject({ stage: "done", landing: null, without: { why: "skipped", by: "ada" } });
    expect(world.stages().b).toBe("dispatching");
    expect(notices(world)).toMatchObject([{ about: "task-left-out", task: "a", dependents: ["b"] }]);
  });

  it("cancels its attempt, and its late outcome changes nothing", () => {
    const world = started({ a: [], b: [] });
    world.dispatches("a");
    skip(world, "a");
    expect(world.take("attempt.cancel")).toMatchObject({ task: "a" });
    world.ends("a", {});
    expect(world.stages().a).toBe("done");
  });

  it.each<[string, (world: World) => void, Partial<Effect>]>([
    [
      "branch that moves at that moment is deleted",
      (world) => {
        const { attempt, commit } = world.take("change.promote");
        skip(world, "a");
        world.feature({ type: "change.promoted", task: "a", attempt, head: commit });
      },
      { type: "branch.delete", branch: "headgate/1/a" },
    ],
    [
      "pull that opens at that moment is closed",
      (world) => {
        const { attempt, commit } = world.take("change.promote");
        world.feature({ type: "change.promoted", task: "a", attempt, head: commit });
        skip(world, "a");
        world.feature({ type: "pull.opened", task: "a", pull: 10 });
      },
      { type: "pull.close", pull: 10 },
    ],
  ])("leaves nothing behind: a %s", (_, happens, effect) => {
    const world = started({ a: [], b: [] });
    world.dispatches("a");
    world.ends("a", {});
    world.writes("a");
    happens(world);
    expect(world.effects).toContainEqual(expect.objectContaining(effect));
  });

  it("takes its pull out of the lane and closes it", () => {
    const world = started({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    skip(world, "a");
    expect(world.has("pull.close", closed)).toBe(true);
    expect(world.state.awaiting).toEqual(["a"]);
    world.pullIs(pull, { state: "closed" });
    expect(world.laneState.entries).toEqual([]);
    expect(world.task("a").pull).toBe(pull);
    expect(world.state.awaiting).toEqual([]);
  });

  it("counts as merged when a person merged it a moment before, which no webhook had reported yet", () => {
    const world = started({ a: [], b: [] });
    const pull = world.agentSucceeds("a");
    skip(world, "a");
    world.pullIs(pull, { state: "merged", mergeSha: sha("landed"), mergedAt: world.at });
    world.merges(pull);
    expect(standingOf(world.state, world.task("a"))).toEqual({ kind: "merged" });
    expect(world.state.awaiting).toEqual([]);
  });

  it("counts as merged when its lane merges it at that moment, and the feature waits for that word", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    skip(world, "a");
    expect(world.state).toMatchObject({ stage: "executing", awaiting: ["a"] });
    world.merges(pull);
    expect(world.task("a")).toMatchObject({ stage: "done", landing: { order: 1 } });
    expect(standingOf(world.state, world.task("a"))).toEqual({ kind: "merged" });
    expect(world.state).toMatchObject({ stage: "completed", awaiting: [] });
  });

  it("waits for the word of the lane that it is in, where the plan lands together", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    const branch = "headgate/1/land";
    world.take("branch.create");
    world.feature({ type: "branch.created", branch, sha: sha("base") });
    world.laneName = laneKey(repo, branch);
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    skip(world, "a");
    expect(world.state.awaiting).toEqual(["a"]);
    world.merges(pull);
    expect(world.task("a")).toMatchObject({ landing: { order: 1 } });
  });

  it("is reverted with the others when it merged at that moment and the feature rolls back", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { onFailure: "rollback" });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull);
    skip(world, "a");
    world.agentSucceeds("b");
    world.commands("cancel");
    expect(world.state.stage).toBe("rolling-back");
    world.merges(pull);
    expect(world.state.tasks.map((task) => task.plan.id)).toContain("undo-1");
    expect(world.task("undo-1").undoes).toMatchObject({ task: "a" });
  });

  it("stands for what it waited for: its dependents wait for that", () => {
    const world = started({ a: [], b: ["a"], c: ["b"] });
    skip(world, "b");
    expect(world.stages()).toEqual({ a: "dispatching", b: "done", c: "blocked" });
    expect(standingOf(world.state, world.task("c"))).toEqual({ kind: "blocked", open: ["a"], parked: [] });
    world.lands("a");
    expect(world.stages().c).toBe("dispatching");
  });

  it("is not among what an agent reads as done already", () => {
    const world = started({ a: [], b: ["a"] });
    skip(world, "a");
    expect(world.take("attempt.dispatch", (effect) => effect.task === "b").brief.dependencies).toEqual([]);
  });

  it("stops no merges any more where the policy holds while a task is parked", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { onFailure: "hold" });
    parked(world, "a");
    expect(world.state.mergingStopped).toBe(true);
    skip(world, "a");
    expect(world.state.mergingStopped).toBe(false);
  });

  it("ends the feature when nothing else is left", () => {
    const world = started({ a: [], b: [] });
    world.lands("a");
    skip(world, "b");
    expect(world.state.stage).toBe("completed");
    expect(world.has("issue.close")).toBe(true);
  });

  it.each<[string, (world: World) => void, object]>([
    [
      "has ended",
      (world) => void [world.lands("a"), skip(world, "a")],
      { kind: "task-ended", task: "a", stage: "done" },
    ],
    ["nobody knows", (world) => skip(world, "x"), { kind: "no-such-task", named: "x" }],
  ])("is refused with a reason when it %s", (_, happens, refusal) => {
    const world = started({ a: [], b: [] });
    happens(world);
    expect(notices(world)).toMatchObject([{ about: "refused-command", refusal }]);
  });

  it("is refused for the task that brings the others to the base", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    skip(world, "land");
    expect(notices(world)).toMatchObject([{ refusal: { kind: "brings-everything" } }]);
  });

  it("is refused before the plan is carried out", () => {
    const world = new NewWorld();
    world.label();
    world.allow({ policy: { ...freely, approve: { when: "always", usd: 0 } } });
    world.plan({ a: [], b: [] });
    skip(world, "a");
    expect(notices(world)).toMatchObject([{ refusal: { kind: "not-begun", task: "a" } }]);
  });
});

describe("a retry and a skip of one task", () => {
  it.each([
    ["the skip arrives first", ["skip", "retry"]],
    ["the retry arrives first", ["retry", "skip"]],
  ] as const)("leave it out when %s", (_, verbs) => {
    const world = started({ a: [], b: ["a"] });
    parked(world, "a");
    for (const verb of verbs) world.commands({ verb, task: "a" });
    expect(world.task("a")).toMatchObject({ stage: "done", without: { why: "skipped" } });
    expect(world.stages().b).toBe("dispatching");
  });
});

describe("a revert that a person made by hand", () => {
  it("ends the rollback when no other is left", () => {
    const world = new NewWorld();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { onFailure: "rollback" });
    world.lands("a");
    world.commands("cancel");
    done(world, "undo-1");
    expect(world.state).toMatchObject({ stage: "failed", leftBy: null });
  });
});

describe("an agent that finds nothing to do", () => {
  const nothing = { summary: "The parser reads tabs already." };

  it("has a person asked, who ends the task by one comment; what depends on it starts", () => {
    const world = started({ a: [], b: ["a"] });
    world.dispatches("a");
    world.ends("a", nothing, []);
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "nothing-to-do" } });
    expect(notices(world)).toEqual([{ about: "nothing-to-do", task: "a", attempt: 1, said: nothing.summary }]);
    done(world, "a");
    expect(world.task("a")).toMatchObject({
      stage: "done",
      without: { why: "done-otherwise", by: "ada", said: nothing.summary },
    });
    // The person's own work may have reached the base a moment ago.
    expect(world.has("attempt.dispatch")).toBe(false);
    world.tipIs(sha("by hand"));
    const brief = world.take("attempt.dispatch").brief;
    expect(brief.checkout).toBe(sha("by hand"));
    expect(brief.dependencies).toMatchObject([{ id: "a", summary: nothing.summary }]);
  });

  it("works again when a person retries", () => {
    const world = started({ a: [] });
    world.dispatches("a");
    world.ends("a", nothing, []);
    world.commands({ verb: "retry", task: "a" });
    expect(world.dispatches("a")).toBe(2);
  });

  it("ends the task by itself where the policy accepts that", () => {
    const world = new NewWorld();
    world.label();
    world.allow({ policy: { ...freely, nothingToDo: "accept" } });
    world.plan({ a: [], b: ["a"] });
    world.dispatches("a");
    world.ends("a", nothing, []);
    expect(world.task("a")).toMatchObject({ stage: "done", without: { why: "nothing-to-do", said: nothing.summary } });
    expect(world.stages().b).toBe("dispatching");
  });

  it("has failed when its attempt was to repair red checks", () => {
    const world = started({ a: [] });
    world.pullIs(world.agentSucceeds("a"), {
      checks: [
        {
          name: "unit",
          producer: { kind: "job", workflow: ".github/workflows/ci.yml", event: "push", run: 1, needs: [] },
          conclusion: "failure",
          url: null,
          id: 1,
          startedAt: 0,
          completedAt: 1,
        },
      ],
    });
    const { pull, head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull, head, details: [] });
    world.dispatches("a");
    world.ends("a", nothing, []);
    expect(world.state.endings.at(-1)).toBe("agent-empty");
  });
});
