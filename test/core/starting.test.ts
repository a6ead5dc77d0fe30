import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { standingOf, type TaskStanding } from "../../src/core/feature/standing.ts";
import { delayOf, entryOf } from "../../src/core/feature/task.ts";
import type { PlannedTask } from "../../src/core/plan.ts";
import { defaultPolicy, type Policy } from "../../src/core/policy.ts";
import { activityOf } from "../../src/core/rules/activity.ts";
import { change, freely, green, red, running, World } from "./world.ts";

type Planned = Partial<PlannedTask> & { id: string };

const price = { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 };

function begun(policy: Partial<Policy>, tasks: Planned[]): World {
  const world = new World();
  world.label();
  const models = Object.values(defaultPolicy.models);
  world.allow({
    policy: { ...freely, ...policy },
    prices: Object.fromEntries(models.map((one) => [one, price])),
  });
  const { version } = world.take("plan.make");
  const plan = { tasks: tasks.map((task) => ({ title: task.id, ...task })) };
  world.feature({ type: "plan.made", source: "model", version, plan, model: null, usage: null });
  return world;
}

function dispatched(world: World): string[] {
  return world.effects.flatMap((effect) => (effect.type === "attempt.dispatch" ? [effect.task] : []));
}

function why(world: World, id: string): TaskStanding {
  return standingOf(world.state, world.task(id));
}

describe("what starts first", () => {
  it("is learned from what tasks of its size took, agents and checks together", () => {
    const after = ["short", "middle"];
    const world = begun({ maxParallel: 1 }, [
      { id: "short", size: "S" },
      { id: "middle", size: "M" },
      { id: "next-middle", size: "M", dependsOn: after },
      { id: "next-short", size: "S", dependsOn: after },
    ]);
    for (const [id, minutes] of [
      ["middle", 1],
      ["short", 200],
    ] as const) {
      const pull = world.agentSucceeds(id);
      world.pullIs(pull, { checks: [{ ...green, startedAt: 0, completedAt: minutes * 60_000 }] });
      world.merges(pull);
    }
    expect(dispatched(world)).toEqual(["next-short"]);
  });
});

describe("slots that agents and checks share", () => {
  const abcd = ["a", "b", "c", "d"].map((id) => ({ id }));
  const actions = { slots: 3, ciJobs: 2 };

  it("are as many as GitHub Actions has jobs", () => {
    const world = begun({ actions }, abcd);
    expect(dispatched(world)).toEqual(["a", "b", "c"]);
    expect(why(world, "d")).toEqual({ kind: "no-job-free", checking: 0 });
  });

  it("are taken by the checks of a pull from its promotion until they have ended", () => {
    const world = begun({ actions, maxParallel: 2 }, abcd);
    expect(why(world, "c")).toEqual({ kind: "agents-busy", agents: 2 });
    world.dispatches("a");
    world.ends("a", {});
    expect(world.stages()).toMatchObject({ a: "promoting", b: "dispatching", c: "ready" });
    expect(why(world, "c")).toEqual({ kind: "no-job-free", checking: 1 });
    world.promotes("a");
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "a", pull: 10 });
    world.pullIs(10, { draft: true, checks: [running] });
    expect(world.task("a")).toMatchObject({ entry: { standing: { kind: "draft" }, checking: true } });
    expect(world.stages()).toMatchObject({ a: "in-lane", c: "ready" });
    // The lane says the same of it, and yet its jobs are free now.
    world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
    world.pullIs(10, { draft: true, checks: [green] });
    expect(world.task("a")).toMatchObject({ entry: { standing: { kind: "draft" }, checking: false } });
    expect(world.stages()).toMatchObject({ a: "in-lane", c: "dispatching", d: "ready" });
  });

  it("are not taken by checks that are over", () => {
    const world = begun({ actions, merge: { method: "squash", mode: "ready" } }, abcd);
    const pull = world.agentSucceeds("a");
    expect(world.stages()).toMatchObject({ a: "in-lane", d: "ready" });
    world.pullIs(pull);
    expect(entryOf(world.task("a"))?.checking).toBe(false);
    expect(world.stages()).toMatchObject({ a: "in-lane", d: "dispatching" });
  });

  it("leave one attempt at a time where the checks of one pull take more than there are", () => {
    const world = begun({ actions: { slots: 1, ciJobs: 9 } }, abcd);
    for (const id of ["a", "b", "c", "d"]) {
      expect(dispatched(world)).toEqual([id]);
      const pull = world.agentSucceeds(id);
      expect(dispatched(world)).toEqual([]);
      world.pullIs(pull);
      world.merges(pull);
    }
    expect(world.state.stage).toBe("completed");
  });
});

describe("research", () => {
  const files = ["src/**"];
  const tasks: Planned[] = [
    { id: "build", files },
    { id: "read", role: "research", files },
    { id: "look", role: "research", files },
  ];

  it("is kept apart from nothing, and keeps nothing waiting", () => {
    const world = begun({ overlap: "serialise-overlap" }, tasks);
    expect(dispatched(world).sort()).toEqual(["build", "look", "read"]);
    const later = begun({ overlap: "serialise-overlap", maxParallel: 1 }, [...tasks].reverse());
    later.dispatches("look");
    expect(why(later, "build")).toEqual({ kind: "agents-busy", agents: 1 });
  });

  it("takes jobs of GitHub Actions like any attempt", () => {
    expect(dispatched(begun({ actions: { slots: 2, ciJobs: 1 } }, tasks))).toHaveLength(2);
  });

  it("gets no branch and no pull, whatever it left behind", () => {
    const world = begun({}, [{ id: "read", role: "research" }]);
    world.dispatches("read");
    world.ends("read", { notes: ["found it"] }, [change("src/a.ts")]);
    const onBranches = ["change.write", "pull.open", "branch.delete"] as const;
    expect(onBranches.filter((type) => world.has(type))).toEqual([]);
    expect(world.task("read")).toMatchObject({ stage: "done", pull: null, head: null, notes: ["found it"] });
  });
});

describe("tasks that may change the same files", () => {
  const tasks: Planned[] = [
    { id: "small", size: "S", files: ["src/a.ts", "locales/en.json"] },
    { id: "large", size: "L", files: ["src/*.ts", "locales/en.json"] },
    { id: "other", size: "S", files: ["docs/**"] },
  ];
  const overlap = "serialise-overlap";

  it("run beside each other unless the policy asks for something else", () => {
    expect(dispatched(begun({}, tasks)).sort()).toEqual(["large", "other", "small"]);
  });

  it("start one after another, the longest path first, until the first has landed", () => {
    const world = begun({ overlap }, tasks);
    expect(dispatched(world)).toEqual(["large", "other"]);
    expect(why(world, "small")).toEqual({ kind: "shares-files", task: "large" });
    const pull = world.agentSucceeds("large");
    expect(world.stages()).toMatchObject({ large: "in-lane", small: "ready" });
    world.pullIs(pull);
    world.merges(pull);
    expect(world.stages()).toMatchObject({ large: "done", small: "dispatching" });
  });

  it("also when one of them tries again after a pause", () => {
    const world = begun({ overlap }, tasks);
    world.dispatches("large");
    world.ends("large", null);
    expect(world.stages()).toMatchObject({ large: "waiting", small: "ready" });
  });

  it("are freed by one that parks", () => {
    const world = begun({ overlap, attempts: { ...defaultPolicy.attempts, max: 1 } }, tasks);
    world.dispatches("large");
    world.ends("large", { outcome: "failed" }, []);
    expect(world.stages()).toMatchObject({ large: "parked", small: "dispatching" });
  });

  it("let one go first whose change exists already", () => {
    const world = begun({ overlap }, [
      { id: "first", size: "M", files: ["src/a.ts"] },
      { id: "read", role: "research" },
      { id: "last", size: "S", files: ["src/a.ts"], dependsOn: ["read"] },
      { id: "end", size: "L", files: ["docs/**"], dependsOn: ["last"] },
    ]);
    const pull = world.agentSucceeds("first");
    world.dispatches("read");
    world.ends("read", {});
    world.pullIs(pull, { checks: [red] });
    world.lane({ type: "failure.read", pull, head: world.laneState.entries[0]!.head, details: [] });
    expect(world.stages()).toMatchObject({ first: "dispatching", last: "ready" });
    expect(world.take("attempt.dispatch").brief.kind).toBe("repair");
  });

  it("wait only for hot files when the policy says so", () => {
    const hot = (hotFiles: string[]) => dispatched(begun({ overlap: "serialise-hot", hotFiles }, tasks)).sort();
    expect(hot(["locales/*.json"])).toEqual(["large", "other"]);
    expect(hot(["package.json", "docs/**"])).toEqual(["large", "other", "small"]);
  });

  it("include one that declares nothing: it may change anything", () => {
    expect(dispatched(begun({ overlap }, [{ id: "any" }, ...tasks]))).toEqual(["large", "other"]);
  });

  it("wait for a person together with the one they wait for", () => {
    const world = begun({ overlap, merge: { method: "squash", mode: "ready" } }, tasks.slice(0, 2));
    world.pullIs(world.agentSucceeds("large"));
    expect(world.stages()).toEqual({ large: "in-lane", small: "ready" });
    expect(activityOf(world.state)).toBe("waits-for-person");
  });

  it("all end, under any plan", () => {
    const drafts = fc.array(
      fc.record({
        size: fc.constantFrom("S" as const, "M" as const, "L" as const),
        role: fc.constantFrom("build" as const, "build" as const, "research" as const),
        files: fc.subarray(["src/a.ts", "src/b.ts", "src/*", "docs/**"]),
        before: fc.array(fc.nat(), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 7 },
    );
    const modes = fc.constantFrom("serialise-hot" as const, "serialise-overlap" as const);
    fc.assert(
      fc.property(
        drafts,
        modes,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        (plan, mode, slots, chance) => {
          const world = begun(
            { overlap: mode, hotFiles: ["src/*"], maxParallel: slots, actions: { slots, ciJobs: 3 } },
            plan.map(({ before, ...task }, index) => ({
              ...task,
              id: `t${index}`,
              dependsOn: index === 0 ? [] : [...new Set(before.map((one) => `t${one % index}`))],
            })),
          );
          for (let open = dispatched(world); open.length > 0; open = dispatched(world)) {
            const id = open[chance.next().value % open.length]!;
            if (world.task(id).plan.role === "build") world.lands(id);
            else {
              world.dispatches(id);
              world.ends(id, {});
            }
          }
          expect(world.state.stage).toBe("completed");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("attempts that share a prompt prefix", () => {
  const launch = { holdSeconds: 5, prefixTokens: 100_000, usdPerHour: 10 };
  const abc: Planned[] = ["a", "b", "c"].map((id) => ({ id }));

  it("let the first go, for the seconds that the policy allows", () => {
    const world = begun({ launch }, abc);
    expect(dispatched(world)).toEqual(["a"]);
    expect(why(world, "b")).toEqual({ kind: "warms-cache", task: "a" });
    expect(world.effects.find((one) => one.type === "timer.set" && one.timer === "launch")).toMatchObject({
      dueAt: world.at + 5_000,
    });
    world.timer("launch");
    expect(dispatched(world)).toEqual(["a", "b", "c"]);
  });

  it("follow as soon as its run is at work, not while that waits for a runner", () => {
    const world = begun({ launch }, abc);
    world.dispatches("a");
    world.at += 1_000;
    const look = world.take("attempt.observe");
    world.feature({
      type: "attempt.observed",
      task: "a",
      attempt: 1,
      run: {
        id: look.run,
        status: "queued",
        conclusion: null,
        path: ".github/workflows/headgate.yml",
        runAttempt: 1,
        url: "http://x",
        startedAt: world.at,
        endedAt: null,
      },
      outcome: null,
      problem: null,
    });
    expect(dispatched(world)).toEqual([]);
    world.feature({ type: "hinted", topic: { kind: "attempt", attempt: "1/a/1", begins: true } });
    world.begins("a");
    expect(dispatched(world)).toEqual(["b", "c"]);
    world.timer("launch");
    expect(world.ignored).toContain("timer.due: superseded");
    expect(dispatched(world)).toEqual(["b", "c"]);
  });

  it("are not observed when they begin while nothing waits for that", () => {
    const world = begun({}, abc);
    world.dispatches("a");
    world.take("attempt.observe");
    world.feature({ type: "hinted", topic: { kind: "attempt", attempt: "1/a/1", begins: true } });
    expect(world.has("attempt.observe")).toBe(false);
    world.feature({ type: "hinted", topic: { kind: "attempt", attempt: "1/a/1", begins: false } });
    expect(world.has("attempt.observe")).toBe(true);
  });

  it("are not lost when the timer comes early, twice or never", () => {
    const world = begun({ launch }, abc);
    world.feature({ type: "timer.due", timer: "launch" });
    expect(dispatched(world)).toEqual(["a"]);
    const timers = world.effects.filter((one) => one.type === "timer.set" && one.timer === "launch");
    expect(timers).toHaveLength(2);
    world.at += 5_000;
    world.feature({ type: "timer.due", timer: "sweep" });
    world.feature({ type: "timer.due", timer: "launch" });
    world.feature({ type: "timer.due", timer: "launch" });
    expect(dispatched(world)).toEqual(["a", "b", "c"]);
  });

  it("keep their slots while they are held", () => {
    const world = begun({ launch, maxParallel: 2 }, [...abc, { id: "read", role: "research", size: "S" }]);
    expect(dispatched(world)).toEqual(["a"]);
    expect(delayOf(world.task("read"))).toEqual({ cause: "slots", slots: 2, checking: 0 });
  });

  it("do not wait for another model", () => {
    const world = begun({ launch }, [{ id: "large", size: "L" }, { id: "middle" }]);
    expect(dispatched(world)).toEqual(["large", "middle"]);
  });

  it("do not wait again once one of them has been at work", () => {
    const world = begun({ launch, maxParallel: 2 }, abc);
    world.dispatches("a");
    world.begins("a");
    expect(dispatched(world)).toEqual(["b"]);
    world.feature({ type: "timer.due", timer: "sweep" });
    world.ends("a", {});
    expect(dispatched(world)).toEqual(["b", "c"]);
  });

  it("wait for nothing by default: what they share is too short to be cached", () => {
    expect(dispatched(begun({}, abc))).toEqual(["a", "b", "c"]);
  });

  it("wait for the budget, without a timer, when not even the first fits beside what runs", () => {
    const budget = { usd: 9, tokens: null, minutes: null };
    const world = begun({ launch, budget }, [{ id: "large", size: "L" }, ...abc]);
    expect(dispatched(world)).toEqual(["large"]);
    expect(world.has("timer.set", (one) => one.type === "timer.set" && one.timer === "launch")).toBe(false);
    for (const id of ["a", "b", "c"]) expect(why(world, id)).toEqual({ kind: "budget-reserved" });
  });
});
