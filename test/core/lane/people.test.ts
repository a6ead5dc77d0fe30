import { describe, expect, it } from "vitest";
import { failureOf } from "../../../src/core/feature/task.ts";
import { LANE, sha, World } from "../world.ts";

function inLane(): { world: World; pull: number } {
  const world = new World();
  world.start({ a: [], b: ["a"] });
  return { world, pull: world.agentSucceeds("a") };
}

const cause = { kind: "pull-retargeted", branch: "main", base: "release" };

describe("a pull that a person has merge into another branch", () => {
  it("is stopped, and merges nowhere", () => {
    const { world, pull } = inLane();
    world.pullIs(pull, { base: "release" });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.task("a").stage).toBe("parked");
    expect(failureOf(world.task("a"))?.cause).toEqual({ ...cause, merged: false });
  });

  it("does not count as landed once it has merged there, and starts no dependent", () => {
    const { world, pull } = inLane();
    world.pullIs(pull, { base: "release", state: "merged", mergeSha: sha("elsewhere"), mergedAt: 1 });
    expect(world.has("pull.merge")).toBe(false);
    expect(failureOf(world.task("a"))?.cause).toEqual({ ...cause, merged: true });
    expect(world.stages()).toMatchObject({ a: "parked", b: "blocked" });
  });

  it("is observed again where a merge found out, and then stopped", () => {
    const { world, pull } = inLane();
    world.pullIs(pull);
    const { head, base } = world.take("pull.merge");
    expect(base).toBe("main");
    world.lane({ type: "pull.merged", pull, head, outcome: { outcome: "moved", message: "It merges into release" } });
    world.timer(`rest:${pull}`, LANE);
    world.pullIs(pull, { base: "release" });
    expect(world.task("a").stage).toBe("parked");
  });

  it("goes on by itself once its base is the lane's again", () => {
    const { world, pull } = inLane();
    world.pullIs(pull, { base: "release" });
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull, { base: "main" });
    expect(world.task("a").stage).toBe("in-lane");
  });
});

describe("a label that holds a pull back", () => {
  it("is shown, lets nothing merge, and lets it merge once it is gone", () => {
    const { world, pull } = inLane();
    world.pullIs(pull, { heldBy: "do-not-merge" });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.task("a")).toMatchObject({ entry: { standing: { kind: "label", label: "do-not-merge" } } });
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(true);
  });
});
