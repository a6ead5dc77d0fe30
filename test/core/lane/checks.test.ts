import { describe, expect, it } from "vitest";
import { freely, green, LANE, sha, World } from "../world.ts";

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

  it("A lane runs an interrupted check again once no other of its head runs: both may share a group that cancels", () => {
    const world = started({ a: [] });
    const pull = world.agentSucceeds("a");
    const [ofPull, ofPush] = [1, 2].map((id) => ({ ...green, id, producer: { ...green.producer, run: id } }));
    const cancelled = { ...green, ...ofPull, conclusion: "cancelled" as const };
    world.pullIs(pull, { checks: [cancelled, { ...green, ...ofPush, conclusion: null }] });
    expect(world.has("checks.rerun")).toBe(false);
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull, { checks: [cancelled, { ...green, ...ofPush }] });
    expect(world.take("checks.rerun").checks).toMatchObject([{ id: 1 }]);
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

  const red = { ...green, conclusion: "failure" as const };
  it.each([
    ["network", "passes", [green], "environment-failed"],
    ["disk", "passes", [green], "environment-failed"],
    ["version", "passes", [green], "checks-failed"],
    ["tool", "passes", [green], "checks-failed"],
    ["certificate", "passes", [green], "checks-failed"],
    ["version", "has not run", [], "environment-failed"],
    ["tool", "passes only under another name", [{ ...green, name: "lint" }], "environment-failed"],
    ["certificate", "shows nothing", null, "environment-failed"],
  ] as const)(
    "A lane pays an agent for a %s fault only if a change can cause it and the base passes the check: the base %s",
    (environment, _, base, expected) => {
      const world = started({ a: [] });
      const pull = world.agentSucceeds("a");
      const baseChecks = base === null ? null : [...base];
      const read = (id: number) => {
        world.pullIs(pull, { checks: [{ ...red, id }], baseChecks });
        world.take("failure.read");
        const details = [{ of: { kind: "check" as const, name: "unit" }, text: "what a tool printed" }];
        world.lane({ type: "failure.read", pull, head: sha("a-1"), details, environment });
      };
      read(1);
      // A machine's failure is seen twice before it counts; a repair starts at once.
      expect(world.has("checks.rerun")).toBe(expected === "environment-failed");
      if (expected === "environment-failed") {
        world.take("checks.rerun");
        world.lane({ type: "checks.rerun", pull, head: sha("a-1") });
        read(2);
      }
      expect(world.task("a")).toMatchObject({ failure: { class: expected } });
      if (expected === "checks-failed") expect(world.task("a")).toMatchObject({ attempts: [{}, { kind: "repair" }] });
    },
  );

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

  it.each([
    ["as long as the policy says", 1 * 60_000, 20 * 60_000],
    ["twice as long as it took on the base", 25 * 60_000, 50 * 60_000],
    ["no longer than its checks may take", 50 * 60_000, 60 * 60_000],
  ])("A lane waits for a check that nothing reports %s, and its late report revives the entry", (_, ms, waits) => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, missingMinutes: 20 }, appearances: [{ check: "unit", ms }] });
    world.plan({ a: [] });
    const pull = world.agentSucceeds("a");
    const { at } = world;
    world.pullIs(pull, { checks: [] });
    world.timer(`refresh:${pull}`, LANE);
    expect(world.at - at).toBe(waits + 1);
    world.pullIs(pull, { checks: [] });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-missing" } });
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    world.pullIs(pull);
    world.pullIs(pull);
    expect(world.has("pull.merge")).toBe(true);
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
