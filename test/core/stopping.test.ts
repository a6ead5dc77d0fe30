/** Holds, labels and observations under way: the last word of a person counts, in any order of events. */
import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { FEATURE, sha, World } from "./world.ts";

/** Held since the label was removed; the label is back, and its observation is under way. */
function labelledAgain(): World {
  const world = new World();
  world.start({ a: [], b: ["a"] });
  world.pullIs(world.agentSucceeds("a"), { mergeable: null });
  world.feature({ type: "feature.unlabelled", by: "ada" });
  world.label();
  return world;
}

const unlabel = (world: World) => world.feature({ type: "feature.unlabelled", by: "bob" });

describe("an observation that is under way when a person stops the feature", () => {
  it.each<[string, (world: World) => void, object]>([
    ["takes the label off again", unlabel, { cause: "label" }],
    ["asks to hold", (world) => world.commands("hold", "bob"), { by: "bob", cause: "command" }],
  ])("lifts nothing when a person %s", (_, stops, hold) => {
    const world = labelledAgain();
    stops(world);
    world.allow();
    expect(world.state.hold).toMatchObject(hold);
    expect(world.laneState.entries).toMatchObject([{ held: true }]);
  });

  it.each<[string, (world: World) => void]>([
    ["the label is put back", (world) => world.label()],
    ["a sweep finds the label", (world) => swept(world, true)],
  ])("is followed by one that lifts the hold when %s", (_, goesOn) => {
    const world = labelledAgain();
    unlabel(world);
    world.allow();
    goesOn(world);
    world.allow();
    expect(world.state.hold).toBeNull();
    expect(world.laneState.entries).toMatchObject([{ held: false }]);
  });

  it("changes nothing about a feature that was cancelled meanwhile", () => {
    const world = labelledAgain();
    world.commands("cancel");
    world.allow();
    expect(world.ignored.at(-1)).toBe("feature.observed: not-accepted-here");
    expect(world.state).toMatchObject({ stage: "cancelled", hold: null });
  });

  it("does not lift the halt of a lane in which the feature takes back what landed", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [], c: [] }, {}, { onFailure: "rollback" });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first);
    world.pullIs(second);
    unlabel(world);
    world.label();
    world.merges(first, { landedTree: sha("something else") });
    world.commands("cancel");
    world.take("revert.write");
    world.feature({ type: "revert.written", task: "undo-1", head: sha("undo-1") });
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "undo-1", pull: 40 });
    world.allow();
    expect(world.laneState.halted).not.toBeNull();
  });

  it("still says what the base branch says", () => {
    const world = labelledAgain();
    unlabel(world);
    world.allow({ policy: { ...defaultPolicy, checksMinutes: 7 } });
    expect(world.state.policy?.checksMinutes).toBe(7);
  });

  it("does not move a feature under way to another branch or an older tip: the feature observes again", () => {
    const world = labelledAgain();
    world.allow({ base: { branch: "trunk", sha: sha("long ago") } });
    expect(world.state.base).toMatchObject({ branch: "main", sha: sha("base") });
    expect(world.take("branch.observe")).toMatchObject({ branch: "main", seq: world.state.base?.asked });
    expect(world.state.base?.observed).toBeLessThan(world.state.base?.asked ?? 0);
  });

  it("does not make a sweep's older view of the label lift the hold", () => {
    const world = new World();
    world.start({ a: [] });
    world.timer("sweep");
    unlabel(world);
    seen(world, true);
    expect(world.has("feature.observe")).toBe(false);
    swept(world, true);
    expect(world.has("feature.observe")).toBe(true);
  });
});

/** Answers the observation of the issue that the last sweep asked for. */
function seen(world: World, labelled: boolean): void {
  const { round } = world.take("issue.observe");
  const { title, body } = world.state.issue;
  world.feature({ type: "issue.observed", round, observation: { open: true, labelled, title, body, commands: [] } });
}

function swept(world: World, labelled: boolean): void {
  world.timer("sweep");
  seen(world, labelled);
}

const plans = (world: World) => world.effects.filter((effect) => effect.type === "plan.make").length;

describe("a plan", () => {
  it.each<[string, (world: World) => void]>([
    [
      "the label came back twice during an observation",
      (world) => {
        unlabel(world);
        world.label();
        unlabel(world);
        world.label();
        for (let look = 1; look <= 3; look += 1) world.allow();
      },
    ],
    [
      "a person with write access labelled after one without",
      (world) => {
        world.allow({ permission: "read" });
        world.label("bob");
        world.allow();
        expect(world.has("feature.observe")).toBe(false);
      },
    ],
    [
      "it was held and resumed while it was made",
      (world) => {
        world.allow();
        world.commands("hold");
        world.commands("resume");
        expect(world.has("feature.observe")).toBe(false);
      },
    ],
    [
      "the label came back while it was made",
      (world) => {
        world.allow();
        unlabel(world);
        world.label();
        world.allow();
      },
    ],
    [
      "it was held and resumed before anything was seen",
      (world) => {
        world.commands("hold");
        world.allow();
        expect(plans(world)).toBe(0);
        world.commands("resume");
        world.allow();
      },
    ],
    [
      "a person without write access labelled again while it was made",
      (world) => {
        world.allow();
        unlabel(world);
        world.label("mallory");
        world.allow({ permission: "read" });
        expect(world.state.parked).toBeNull();
        world.commands("resume");
      },
    ],
  ])("is paid for once, and its tasks start, although %s", (_, happens) => {
    const world = new World();
    world.label();
    happens(world);
    expect(plans(world)).toBe(1);
    world.plan({ a: [] });
    expect(world.state).toMatchObject({ stage: "executing", hold: null, parked: null });
    expect(world.stages().a).toBe("dispatching");
  });

  it.each<[string, (world: World, version: number) => void]>([
    ["has errors", (world, version) => made(world, version, { tasks: [] })],
    [
      "could not be made",
      (world, version) => {
        const failure = {
          class: "agent-failed" as const,
          cause: { kind: "outside" as const, text: "no idea" },
          details: [],
        };
        world.feature({ type: "plan.failed", version, failure, model: null, usage: null });
      },
    ],
    [
      "was given up",
      (world, version) => {
        const failure = {
          class: "platform-unknown" as const,
          cause: { kind: "outside" as const, text: "529" },
          details: [],
        };
        const of = { effect: "plan.make", key: `plan.make:${version}`, task: null, pull: null, head: null };
        world.feature({ type: "effect.failed", ...of, failure });
      },
    ],
  ])("that %s is asked for again when a person resumes, once", (_, fails) => {
    const world = new World();
    world.label();
    world.allow();
    fails(world, world.take("plan.make").version);
    expect(world.state.parked).not.toBeNull();
    world.commands("resume");
    world.allow();
    expect(plans(world)).toBe(1);
    expect(world.take("plan.make").version).toBe(2);
  });
});

function made(world: World, version: number, plan: unknown): void {
  world.feature({ type: "plan.made", version, plan, source: "file", model: null, usage: null });
}

describe("holding and resuming", () => {
  it("by command is not undone by a label that was off and is back", () => {
    const world = new World();
    world.start({ a: [] });
    world.commands("hold");
    unlabel(world);
    swept(world, true);
    expect(world.state.hold).toMatchObject({ by: "ada", cause: "command" });
    expect(world.has("feature.observe")).toBe(false);
  });

  it("repeatedly within one step reaches the lane each time: no two sends have one key", () => {
    const world = new World();
    const keys: string[] = [];
    world.start({ a: [], b: [] });
    world.agentSucceeds("a");
    world.onSend = (effect: Extract<Effect, { type: "send" }>) => keys.push(`${effect.to} ${effect.key}`);
    const comments = [1, 2, 3, 4];
    // Commands wait for the first one's permission, and then are all carried out at one event.
    for (const comment of comments) {
      const verb = comment % 2 === 1 ? ("hold" as const) : ("resume" as const);
      world.feature({ type: "command.given", comment, by: "ada", writtenAt: 1_000_000, command: { verb } });
    }
    for (const comment of comments.reverse()) {
      world.feature({ type: "permission.observed", comment, by: "ada", permission: "write" });
    }
    expect(keys.filter((key) => /hold:|resume:/.test(key))).toHaveLength(4);
    expect(new Set(keys).size).toBe(keys.length);
    expect(world.laneState.entries).toMatchObject([{ feature: FEATURE, held: false }]);
  });
});
