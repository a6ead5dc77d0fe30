import { describe, expect, it } from "vitest";
import { entryOf, failureOf } from "../../../src/core/feature/task.ts";
import { cancelled, green, LANE, red, repo, running, sha, World } from "../world.ts";

function inLane(...ids: string[]): World {
  const world = new World();
  world.start(Object.fromEntries(ids.map((id) => [id, []])));
  for (const id of ids) world.agentSucceeds(id);
  return world;
}

/** A pull's webhook, and then what GitHub shows of it. */
function observe(world: World, pull: number, more: Parameters<World["pullIs"]>[1]): void {
  world.lane({ type: "hinted", topic: { kind: "pull", pull } });
  world.pullIs(pull, more);
}

const onRedBase = { checks: [red], baseChecks: [red] };
const baseRed = { kind: "base-red", check: "unit", branch: "main", sha: sha("base") };

describe("an entry whose check fails on the base too", () => {
  it("waits without a try and without an agent, and its feature reads since when", () => {
    const world = inLane("a");
    world.pullIs(10, onRedBase);
    expect(world.has("failure.read")).toBe(false);
    expect(world.has("attempt.dispatch")).toBe(false);
    expect(world.task("a")).toMatchObject({ stage: "in-lane", machine: { failures: 0, free: 0 } });
    expect(entryOf(world.task("a"))).toEqual({ standing: baseRed, checking: false });
    expect(world.has("timer.set", (effect) => effect.type === "timer.set" && effect.timer === "sweep")).toBe(true);
  });

  it("names the commit of the base that was red first", () => {
    const world = inLane("a");
    world.pullIs(10, onRedBase);
    observe(world, 10, { ...onRedBase, baseSha: sha("later"), behindBy: 1 });
    expect(entryOf(world.task("a"))?.standing).toEqual(baseRed);
    expect(world.has("pull.update")).toBe(false);
  });

  it("lets an entry pass whose own head is green", () => {
    const world = inLane("a", "b");
    world.pullIs(10, onRedBase);
    world.pullIs(11);
    expect(world.take("pull.merge").pull).toBe(11);
  });

  it("is brought up to date once the base is green, and merges", () => {
    const world = inLane("a");
    world.pullIs(10, onRedBase);
    const more = { checks: [red], baseChecks: [green], baseSha: sha("fixed"), behindBy: 1 };
    observe(world, 10, more);
    expect(world.take("pull.update")).toMatchObject({ pull: 10, base: sha("fixed") });
    expect(world.has("failure.read")).toBe(false);
    world.lane({ type: "pull.updated", pull: 10, outcome: "accepted" });
    world.pullIs(10, { headSha: sha("updated"), baseSha: sha("fixed"), checks: [green] });
    world.pullIs(10, { headSha: sha("updated"), baseSha: sha("fixed"), checks: [green] });
    expect(world.take("pull.merge").head).toBe(sha("updated"));
  });

  it("runs its check again when the same commit of the base became green", () => {
    const world = inLane("a");
    world.pullIs(10, onRedBase);
    world.lane({ type: "hinted", topic: { kind: "commit", sha: sha("base") } });
    world.pullIs(10, { checks: [red], baseChecks: [green] });
    expect(world.take("checks.rerun").checks).toMatchObject([{ name: "unit" }]);
    expect(world.has("failure.read")).toBe(false);
    world.lane({ type: "checks.rerun", pull: 10, head: sha("a-1") });
    world.pullIs(10, { checks: [{ ...red, id: 2 }], baseChecks: [green] });
    expect(world.has("failure.read")).toBe(true);
  });

  it("waits on while a base that was red has not reported again", () => {
    const world = inLane("a");
    world.pullIs(10, onRedBase);
    observe(world, 10, { checks: [red], baseChecks: [running], baseSha: sha("moved"), behindBy: 1 });
    expect(world.has("pull.update")).toBe(false);
    expect(entryOf(world.task("a"))?.standing).toEqual(baseRed);
  });
});

describe("an entry whose check fails on its own head", () => {
  it.each([
    ["has not been read", null],
    ["has no results", []],
    ["is green", [green]],
    ["is running", [running]],
    ["was cancelled", [cancelled]],
    ["has the check only from somebody else", [{ ...red, producer: { kind: "status" as const, creator: "mallory" } }]],
  ])("is repaired where the base %s", (_, baseChecks) => {
    const world = inLane("a");
    world.pullIs(10, { checks: [red], baseChecks });
    expect(world.take("failure.read").checks).toEqual([red]);
  });

  it("is repaired for that check alone where another is red on the base", () => {
    const world = new World();
    world.label();
    world.allow({
      checks: [
        { name: "unit", appId: null },
        { name: "lint", appId: null },
      ],
    });
    world.plan({ a: [] });
    const pull = world.agentSucceeds("a");
    const lint = { ...red, name: "lint", id: 2 };
    world.pullIs(pull, { checks: [red, lint], baseChecks: [red, { ...green, name: "lint" }] });
    expect(world.take("failure.read").checks).toEqual([lint]);
  });
});

describe("an entry whose .github folder is not the base's", () => {
  it("is brought up to date, whatever its jobs say", () => {
    for (const checks of [[green], [red], [running]]) {
      const world = inLane("a");
      world.pullIs(10, { checks, sameWorkflows: false, behindBy: 1 });
      expect(world.has("failure.read")).toBe(false);
      expect(world.take("pull.update").pull).toBe(10);
    }
  });

  it("waits for a person when it is up to date, and lets others pass", () => {
    const world = inLane("a", "b");
    world.pullIs(10, { sameWorkflows: false });
    expect(world.has("pull.merge")).toBe(false);
    expect(entryOf(world.task("a"))).toEqual({
      standing: { kind: "workflows-differ", branch: "main", behind: false },
      checking: false,
    });
    world.at += 24 * 60 * 60_000;
    observe(world, 10, { sameWorkflows: false });
    expect(failureOf(world.task("a"))).toBeNull();
    world.pullIs(11);
    world.merges(11);
    world.pullIs(10);
    expect(world.take("pull.merge").pull).toBe(10);
  });
});

describe("the record of a merge", () => {
  it("names what judged each required check", () => {
    const world = inLane("a");
    const forged = { ...green, producer: { kind: "status" as const, creator: "mallory" } };
    world.pullIs(10, { checks: [green, forged] });
    world.merges(10);
    const by = { kind: "job", workflow: ".github/workflows/ci.yml", run: 7, job: 1 };
    expect(world.task("a")).toMatchObject({ landing: { judgedBy: [{ name: "unit", url: null, by }] } });
  });
});

it("A lane shows what bears a required name and does not count", () => {
  const world = inLane("a");
  world.pullIs(10, { checks: [{ ...green, producer: { kind: "status", creator: "mallory" } }] });
  expect(world.has("pull.merge")).toBe(false);
  expect(entryOf(world.task("a"))?.standing).toEqual({
    kind: "check",
    name: "unit",
    verdict: "missing",
    ignored: [{ name: "unit", by: { kind: "status", creator: "mallory" } }],
  });
});

it("A lane asks for an observation with what is required of the head", () => {
  const world = inLane("a");
  expect(world.take("pull.observe")).toMatchObject({
    repo,
    branch: "main",
    checks: [{ name: "unit", appId: null }],
    neutral: "pass",
  });
  expect(world.laneState.key).toBe(LANE);
});
