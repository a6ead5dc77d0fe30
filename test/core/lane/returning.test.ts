import { describe, expect, it } from "vitest";
import type { PullSnapshot } from "../../../src/core/github.ts";
import { freely, green, LANE, red, running, sha, World } from "../world.ts";

/** A task whose pull the lane sent back, and that is parked. */
function parked(seen: Partial<PullSnapshot>): { world: World; pull: number } {
  const world = new World();
  world.start({ a: [] });
  const pull = world.agentSucceeds("a");
  world.pullIs(pull, seen);
  if (world.has("failure.read")) failsToRead(world, pull);
  for (let attempt = 0; attempt < 5 && world.task("a").stage !== "parked"; attempt += 1) {
    world.dispatches("a");
    world.ends("a", { outcome: "failed", summary: `no ${attempt}` });
  }
  expect(world.task("a").stage).toBe("parked");
  return { world, pull };
}

function failsToRead(world: World, pull: number): void {
  const { head } = world.take("failure.read");
  world.lane({ type: "failure.read", pull, head, details: [] });
}

const look = (world: World, pull: number, seen: Partial<PullSnapshot> = {}) => {
  world.lane({ type: "hinted", topic: { kind: "pull", pull } });
  world.pullIs(pull, seen);
};

const asked = { changesRequestedBy: ["bob"], changeRequests: [{ by: "bob", head: sha("a-1"), text: "No." }] };
const againGreen = { ...green, id: 99 };

describe("an entry that its feature has parked", () => {
  it.each<[string, Partial<PullSnapshot>, Partial<PullSnapshot>]>([
    ["a person reopens its closed pull", { state: "closed" }, {}],
    ["a person runs its failed check again and it passes", { checks: [red] }, { checks: [againGreen] }],
    ["its review is withdrawn", asked, {}],
    ["its conflict is gone", { mergeable: false }, {}],
  ])("An entry merges by itself when %s", (_, before, after) => {
    const { world, pull } = parked(before);
    look(world, pull, before);
    expect(world.task("a").stage).toBe("parked");
    look(world, pull, after);
    expect(world.task("a").stage).toBe("in-lane");
    world.pullIs(pull, after);
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });

  it("A check that no agent is asked to repair costs no attempt, and its entry merges once it passes", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, noRepair: ["unit"] } });
    world.plan({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [red] });
    failsToRead(world, pull);
    expect(world.task("a")).toMatchObject({
      stage: "parked",
      failure: { class: "policy-blocked", cause: { kind: "checks-for-people", names: ["unit"] } },
      machine: { failures: 0 },
    });
    look(world, pull, { checks: [red] });
    expect(world.task("a").stage).toBe("parked");
    look(world, pull, { checks: [againGreen] });
    world.pullIs(pull, { checks: [againGreen] });
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });

  it("An agent reads only the checks that it may repair", () => {
    const world = new World();
    world.label();
    const checks = ["unit", "DCO"].map((name) => ({ name, appId: null }));
    world.allow({ checks, policy: { ...freely, noRepair: ["DCO"] } });
    world.plan({ a: [] });
    world.pullIs(world.agentSucceeds("a"), { checks: [red, { ...red, name: "DCO", id: 2 }] });
    expect(world.take("failure.read").checks).toEqual([red]);
  });

  it("A pull that is opened again merges by itself once GitHub has computed it, without another hint", () => {
    const { world, pull } = parked({ state: "closed" });
    look(world, pull, { mergeable: null });
    expect(world.task("a").stage).toBe("parked");
    world.timer(`refresh:${pull}`, LANE);
    world.pullIs(pull);
    expect(world.task("a").stage).toBe("in-lane");
  });

  it("A late report of a missing check revives its entry, and a red one goes to an agent", () => {
    for (const [late, stage] of [
      [green, "in-lane"],
      [red, "dispatching"],
    ] as const) {
      const world = new World();
      world.start({ a: [] });
      const pull = world.agentSucceeds("a");
      world.pullIs(pull, { checks: [] });
      world.timer(`refresh:${pull}`, LANE);
      world.pullIs(pull, { checks: [] });
      expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-missing" } });
      look(world, pull, { checks: [] });
      expect(world.task("a").stage).toBe("parked");
      look(world, pull, { checks: [late] });
      world.pullIs(pull, { checks: [late] });
      if (late === red) failsToRead(world, pull);
      expect(world.task("a").stage).toBe(stage);
    }
  });

  it("A check that is red again parks the entry again and pays no agent", () => {
    const { world, pull } = parked({ checks: [red] });
    look(world, pull, { checks: [running] });
    expect(world.task("a").stage).toBe("in-lane");
    world.pullIs(pull, { checks: [running] });
    look(world, pull, { checks: [red] });
    failsToRead(world, pull);
    expect(world.task("a").stage).toBe("parked");
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("An entry that became green during a failing repair merges once its task is parked", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [red] });
    failsToRead(world, pull);
    world.dispatches("a");
    look(world, pull, { checks: [againGreen] });
    expect(world.task("a").stage).toBe("working");
    world.ends("a", { outcome: "failed", summary: "no" });
    for (let attempt = 0; attempt < 5 && world.task("a").stage !== "parked"; attempt += 1) {
      world.dispatches("a");
      world.ends("a", { outcome: "failed", summary: `no ${attempt}` });
    }
    world.pullIs(pull, { checks: [againGreen] });
    expect(world.task("a").stage).toBe("in-lane");
  });

  it("An entry is offered once, and not while GitHub computes whether it can be merged", () => {
    const { world, pull } = parked({ mergeable: false });
    look(world, pull, { mergeable: null });
    expect(world.task("a").stage).toBe("parked");
    const offers: string[] = [];
    world.onSend = ({ event }) => offers.push(event.type);
    look(world, pull);
    expect(offers.filter((type) => type === "entry.healed")).toHaveLength(1);
  });

  it("A person's fix on the branch is judged like any head", () => {
    const { world, pull } = parked({ checks: [red] });
    look(world, pull, { headSha: sha("by-hand"), checks: [] });
    expect(world.task("a")).toMatchObject({ stage: "in-lane", head: sha("by-hand") });
    world.pullIs(pull, { headSha: sha("by-hand") });
    expect(world.take("pull.merge")).toMatchObject({ head: sha("by-hand") });
  });
});
