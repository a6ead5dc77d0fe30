/** The base is force-pushed, deleted or renamed, or the issue leaves the repository, while a feature is under way. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import { World as NewWorld, sha, type World } from "./world.ts";

/** `a` has landed as `merge-10`, `b` works, `c` waits for both. */
function underWay(): World {
  const world = new NewWorld();
  world.start({ a: [], b: [], c: ["a", "b"] });
  world.lands("a");
  world.dispatches("b");
  return world;
}

const landed = sha("merge-10");

function rewritten(world: World, branch = "main") {
  world.feature({ type: "hinted", topic: { kind: "branch", branch } });
  return world.take("branch.observe");
}

const notices = (world: World) => world.effects.flatMap((one) => (one.type === "notice.post" ? [one] : []));

describe("a base that is force-pushed", () => {
  it("stops the feature with a sentence where it lost a merge, and nothing is done twice once a person resumes", () => {
    const world = underWay();
    const { seq, holds } = rewritten(world);
    expect(holds).toBe(landed);
    world.feature({ type: "branch.observed", branch: "main", seq, sha: sha("rewritten"), lost: landed });
    expect(world.state.parked).toEqual({ kind: "branch-rewritten", branch: "main", lost: landed });
    world.ends("b", {});
    world.promotes("b");
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "b", pull: 11 });
    world.pullIs(11);
    world.merges(11);
    expect(world.has("attempt.dispatch")).toBe(false);

    world.commands("resume");
    expect(world.stages()).toEqual({ a: "done", b: "done", c: "dispatching" });
    expect(world.effects.filter((one) => one.type === "attempt.dispatch")).toMatchObject([{ task: "c" }]);
  });

  it("changes nothing where it still holds what was merged", () => {
    const world = underWay();
    const { seq } = rewritten(world);
    world.feature({ type: "branch.observed", branch: "main", seq, sha: sha("pushed") });
    expect(world.state).toMatchObject({ parked: null, base: { sha: sha("pushed") } });
  });

  it("is compared with nothing before the first merge", () => {
    const world = new NewWorld();
    world.start({ a: [] });
    expect(rewritten(world).holds).toBeUndefined();
  });

  it("is announced only to features under way, for the branches that they land on", () => {
    const world = underWay();
    const routes = () => {
      const event = { type: "hinted", topic: { kind: "pull", pull: 99 } };
      return decide("1#1", { state: world.state, schema: 9 }, { id: "e", at: 0, event }).routes;
    };
    expect(routes()).toContain("rewritten 1:main");
    world.feature({ type: "hinted", topic: { kind: "branch", branch: "other" } });
    expect(world.ignored.at(-1)).toBe("hinted: not-accepted-here");
    world.commands("cancel");
    expect(routes()).toEqual([]);
  });
});

describe("a base that is deleted or renamed", () => {
  it("stops the feature, which goes on by itself once the branch is back", () => {
    const world = underWay();
    const { seq } = rewritten(world);
    world.feature({ type: "branch.observed", branch: "main", seq, sha: null });
    expect(world.state.parked).toEqual({ kind: "branch-gone", branch: "main", sha: landed });
    world.timer("sweep");
    world.tipIs(null);
    expect(world.state.parked).toMatchObject({ kind: "branch-gone" });
    world.timer("sweep");
    world.tipIs(landed);
    expect(world.state).toMatchObject({ parked: null, base: { sha: landed } });
  });
});

describe("an issue that leaves its repository", () => {
  it.each(["transferred", "deleted"] as const)("ends the feature, which says so also on its pulls: %s", (why) => {
    const world = underWay();
    world.ends("b", {});
    world.promotes("b");
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "b", pull: 11 });
    world.feature({ type: "issue.gone", why, by: "ada" });
    expect(world.state).toMatchObject({ stage: "cancelled", endedBy: "ada" });
    expect(world.stages()).toEqual({ a: "done", b: "cancelled", c: "cancelled" });
    expect(notices(world)).toMatchObject([
      { issue: 1, notice: { about: "issue-gone", why, issue: 1, pull: null } },
      { issue: 11, notice: { about: "issue-gone", why, issue: 1, pull: 11 } },
    ]);
    const closed = (effect: Effect) => effect.type === "pull.close" && effect.pull === 11;
    expect(world.has("pull.close", closed)).toBe(true);
    world.feature({ type: "issue.gone", why, by: null });
    expect(world.ignored.at(-1)).toBe("issue.gone: not-accepted-here");
  });
});
