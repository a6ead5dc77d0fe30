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

  it("A lane runs checks once more that failed for the machine, and then pays no agent for them", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    const red = (id: number) => ({ ...green, id, conclusion: "failure" as const });
    const reads = () => {
      world.take("failure.read");
      const text = "npm ENOTFOUND: network request failed";
      const details = [{ of: { kind: "check" as const, name: "unit" }, text }];
      world.lane({ type: "failure.read", pull, head: sha("a-1"), details, environment: "network" });
    };
    world.pullIs(pull, { checks: [red(1)] });
    reads();
    world.take("checks.rerun");
    world.lane({ type: "checks.rerun", pull, head: sha("a-1") });
    world.pullIs(pull, { checks: [red(2)] });
    reads();
    expect(world.task("a")).toMatchObject({
      stage: "waiting",
      failure: { class: "environment-failed", cause: { kind: "environment", fault: "network" } },
      machine: { failures: 0 },
    });
    world.timer("wait:a");
    expect(world.task("a").stage).toBe("in-lane");
  });

  it("A lane never merges on a job that did not run, and a person must act", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [{ ...green, conclusion: "neutral" }] });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.task("a")).toMatchObject({
      stage: "parked",
      failure: { class: "environment-failed", cause: { fault: "not-run-here", text: "unit" } },
    });
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
