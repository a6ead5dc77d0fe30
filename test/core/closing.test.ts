/** A repository that is renamed, or that the App may not work in for a while. */
import { describe, expect, it } from "vitest";
import type { Closure } from "../../src/core/github.ts";
import { repo, World } from "./world.ts";

const DAY = 24 * 3_600_000;

/** One task is in the lane, one waits for it. */
function underWay(): World {
  const world = new World();
  world.start({ a: [], b: ["a"], c: [] });
  world.pullIs(world.agentSucceeds("a"), { mergeable: null });
  return world;
}

function hinted(world: World, deleted = false): void {
  world.feature({ type: "hinted", topic: { kind: "repository", deleted } });
}

function observed(world: World, closed: Closure | null, now = repo): void {
  world.take("repository.observe");
  world.feature({ type: "repository.observed", repo: now, closed });
}

const closures: Closure[] = [
  { kind: "archived" },
  { kind: "suspended" },
  { kind: "removed" },
  { kind: "permissions-missing", missing: [{ permission: "contents", level: "write" }] },
];

describe("a feature whose repository", () => {
  it("is renamed keeps its place, and names the repository as it is called now", () => {
    const world = underWay();
    hinted(world);
    observed(world, null, { ...repo, owner: "guild", name: "later" });

    expect(world.state).toMatchObject({ key: "1#1", repo: { id: 1, owner: "guild", name: "later" }, closed: null });
    world.agentSucceeds("c");
    expect(world.laneState.entries).toMatchObject([{ feature: "1#1" }, { feature: "1#1" }]);
    expect(world.take("pull.observe").repo).toMatchObject({ id: 1 });
  });

  it.each(closures)("is closed to the App holds, starts and merges nothing, and goes on by itself: $kind", (why) => {
    const world = underWay();
    hinted(world);
    observed(world, why);
    expect(world.state).toMatchObject({ closed: { why, since: world.at }, hold: null });
    expect(world.laneState.entries).toMatchObject([{ held: true }]);
    world.dispatches("c");
    world.ends("c", null);
    expect(world.has("attempt.dispatch")).toBe(false);

    world.timer("sweep");
    expect(world.has("issue.observe")).toBe(false);
    observed(world, null);
    expect(world.state.closed).toBeNull();
    expect(world.laneState.entries).toMatchObject([{ held: false }]);
    expect(world.has("timer.set", (effect) => "dueAt" in effect && effect.dueAt === world.at)).toBe(true);
    world.timer("sweep");
    expect(world.has("issue.observe")).toBe(true);
    world.timer("wait:c");
    expect(world.has("attempt.dispatch")).toBe(true);
  });

  it("opens again stays on hold where a person held it", () => {
    const world = underWay();
    world.commands("hold");
    hinted(world);
    observed(world, { kind: "archived" });
    hinted(world);
    observed(world, null);
    expect(world.state.hold).not.toBeNull();
    expect(world.laneState.entries).toMatchObject([{ held: true }]);
  });

  it("is closed does not count the time against an attempt that cannot be read", () => {
    const world = underWay();
    world.dispatches("c");
    hinted(world);
    observed(world, { kind: "suspended" });
    world.timer("attempt:1/c/1");
    expect(world.stages()).toMatchObject({ c: "working" });
    expect(world.has("attempt.cancel")).toBe(false);
    hinted(world);
    observed(world, null);
    world.timer("attempt:1/c/1");
    expect(world.has("attempt.cancel")).toBe(true);
  });

  it("is deleted ends", () => {
    const world = underWay();
    hinted(world, true);
    expect(world.state).toMatchObject({ stage: "cancelled" });
    expect(world.laneState.entries).toEqual([]);
  });

  it("was taken from the App a month ago ends", () => {
    const world = underWay();
    for (const days of [0, 29, 30]) {
      world.at = 1_000_000 + days * DAY;
      expect(world.state.stage).toBe("executing");
      hinted(world);
      observed(world, { kind: "removed" });
    }
    expect(world.state.stage).toBe("cancelled");
  });

  it("is another one than the one observed is left alone", () => {
    const world = underWay();
    hinted(world);
    observed(world, { kind: "archived" }, { ...repo, id: 2 });
    expect(world.state).toMatchObject({ closed: null, repo });
  });
});
