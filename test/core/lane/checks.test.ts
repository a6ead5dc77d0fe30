import { describe, expect, it } from "vitest";
import { green, LANE, sha, World } from "../world.ts";

function started(tasks: Record<string, string[]>): World {
  const world = new World();
  world.start(tasks);
  return world;
}

describe("required checks", () => {
  it("A lane runs interrupted checks again, at most three times", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    const interrupted = (id: number) => ({ ...green, id, conclusion: "cancelled" as const });
    for (let time = 1; time <= 3; time++) {
      world.pullIs(pull, { checks: [interrupted(time)] });
      world.take("checks.rerun");
      world.lane({ type: "checks.rerun", pull, head: sha("a-1") });
      // GitHub still shows the old one for a while.
      world.pullIs(pull, { checks: [interrupted(time)] });
      expect(world.has("checks.rerun")).toBe(false);
      world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    }
    world.pullIs(pull, { checks: [interrupted(4)] });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-interrupted" } });
  });

  it("A lane ejects an entry whose required check is not reported five minutes after its head appeared", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [] });
    world.timer(`refresh:${pull}`, LANE);
    world.pullIs(pull, { checks: [] });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-missing" } });
  });
});
