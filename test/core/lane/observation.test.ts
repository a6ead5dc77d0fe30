import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/core/effect.ts";
import { standingOf } from "../../../src/core/feature/standing.ts";
import { LANE, running, sha, World } from "../world.ts";

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.start(tasks);
  return world;
}

describe("observations", () => {
  it("A lane does not merge on an observation that was asked for before the last hint", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    const underWay = world.take("pull.observe");
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.lane({ type: "pull.observed", pull, seq: underWay.seq, snapshot: world.snapshot(pull) });
    expect(world.has("pull.merge")).toBe(false);
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(true);
  });

  it("A lane does not merge on the last snapshot when a newer observation failed", () => {
    const world = started({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first, { checks: [running] });
    world.pullIs(second);
    world.lane({ type: "hinted", topic: { kind: "pull", pull: second } });
    world.take("pull.observe", ({ pull }) => pull === second);
    const failure = {
      class: "platform-unknown" as const,
      cause: { kind: "outside" as const, text: "GitHub is down" },
      details: [],
    };
    const key = `pull.observe:${second}`;
    world.lane({ type: "effect.failed", effect: "pull.observe", key, task: null, pull: second, head: null, failure });
    // Its rest is over, and its turn comes before its timer.
    world.at += 60_000;
    world.lane({ type: "hinted", topic: { kind: "pull", pull: first } });
    world.pullIs(first, { state: "closed" });
    expect(world.task("a").stage).toBe("parked");
    expect(world.has("pull.merge")).toBe(false);
    world.timer(`rest:${second}`, LANE);
    world.pullIs(second);
    expect(world.has("pull.merge", (one) => one.type === "pull.merge" && one.pull === second)).toBe(true);
  });

  it("Events of other entries neither use up an entry's refreshes nor delay the next one", () => {
    const world = started({ a: [], b: [] });
    const [first, second] = [world.agentSucceeds("a"), world.agentSucceeds("b")];
    world.pullIs(first, { mergeable: null });
    const isTimer = (effect: Effect) => effect.type === "timer.set" && effect.timer === `refresh:${first}`;
    world.pullIs(second, { checks: [running] });
    for (let hint = 0; hint < 100; hint += 1) {
      world.lane({ type: "hinted", topic: { kind: "pull", pull: second } });
      world.pullIs(second, { checks: [running] });
    }
    expect(world.effects.filter(isTimer)).toMatchObject([{ dueAt: world.at + 250 }]);
    world.timer(`refresh:${first}`, LANE);
    world.pullIs(first, { mergeable: null });
    expect(world.task("a").stage).toBe("in-lane");
    expect(world.effects.filter(isTimer)).toMatchObject([{ dueAt: world.at + 500 }]);
  });

  it("Hints about an entry do not use up its refreshes", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    for (let hint = 0; hint < 100; hint += 1) {
      world.pullIs(pull, { mergeable: null });
      world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    }
    world.pullIs(pull, { mergeable: null });
    expect(world.task("a").stage).toBe("in-lane");
    expect(world.laneState.entries[0]?.refreshes).toBe(0);
  });

  it("A lane gives GitHub its whole time again when the base has moved", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    for (let merge = 0; merge < 20; merge += 1) {
      for (let look = 0; look < 10; look += 1) {
        world.pullIs(pull, { mergeable: null, baseSha: sha(`base-${merge}`) });
        world.timer(`refresh:${pull}`, LANE);
      }
    }
    world.pullIs(pull, { mergeable: null, baseSha: sha("base-20") });
    expect(world.task("a").stage).toBe("in-lane");
  });

  it("A lane judges a head that a person pushed like any other", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { headSha: sha("by-hand"), checks: [running] });
    world.lane({ type: "hinted", topic: { kind: "commit", sha: sha("by-hand") } });
    world.pullIs(pull, { headSha: sha("by-hand") });
    expect(world.take("pull.merge")).toMatchObject({ head: sha("by-hand") });
  });

  it("A lane ejects an entry whose pull a person closed, and the task parks", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { state: "closed" });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "policy-blocked" } });
  });
});

describe("a review that requests changes", () => {
  const asks = (head: string, text = "Not like this.\nUse the parser.") => ({
    changesRequestedBy: ["bob"],
    changeRequests: [{ by: "bob", head: sha(head), text }],
  });
  const hint = (world: World, pull: number) => world.lane({ type: "hinted", topic: { kind: "pull", pull } });

  it("A review that requests changes goes to a repair attempt on the reviewed head, with its text", () => {
    const world = new World();
    world.start({ a: [] });
    world.pullIs(world.agentSucceeds("a"), asks("a-1"));
    const { brief } = world.take("attempt.dispatch");
    expect(brief).toMatchObject({ kind: "repair", checkout: sha("a-1") });
    expect(brief.failure?.details.at(-1)).toEqual({
      of: { kind: "review", by: "bob" },
      text: "Not like this.\nUse the parser.",
    });
  });

  it("A reviewer is asked to review the repaired head, and may send that one back too", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, asks("a-1"));
    world.agentSucceeds("a");
    world.pullIs(pull, asks("a-1"));
    expect(world.task("a")).toMatchObject({
      stage: "in-lane",
      entry: { standing: { kind: "changes-requested" } },
      machine: { failures: 1 },
    });
    expect(standingOf(world.state, world.task("a"))).toMatchObject({
      standing: { kind: "changes-requested", ofEarlierHead: true },
    });
    expect(world.has("pull.merge")).toBe(false);
    hint(world, pull);
    world.pullIs(pull, asks("a-2", "Nor like that."));
    expect(world.task("a")).toMatchObject({ stage: "dispatching", machine: { kind: "repair", failures: 2 } });
  });

  it.each<[string, Parameters<World["pullIs"]>[1]]>([
    ["wrote nothing that an agent may read", { changesRequestedBy: ["bob"] }],
    ["reviewed a head that is gone", asks("of yesterday")],
  ])("A lane leaves an entry to people when a reviewer %s", (_, seen) => {
    const world = new World();
    world.start({ a: [] });
    world.pullIs(world.agentSucceeds("a"), seen);
    expect(world.task("a")).toMatchObject({
      stage: "in-lane",
      entry: { standing: { kind: "changes-requested" } },
      machine: { failures: 0 },
    });
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("A lane that is updating a branch does not give it to a repair attempt", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { behindBy: 1 });
    world.take("pull.update");
    hint(world, pull);
    world.pullIs(pull, { ...asks("a-1"), behindBy: 1 });
    expect(world.task("a").stage).toBe("in-lane");
  });
});
