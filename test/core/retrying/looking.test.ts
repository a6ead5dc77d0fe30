import { describe, expect, it } from "vitest";
import type { PullSnapshot } from "../../../src/core/github.ts";
import type { Policy } from "../../../src/core/policy.ts";
import { freely, green, LANE, red, running, sha, World } from "../world.ts";

const greenAgain = { ...green, id: 99 };

function inLane(policy: Partial<Policy> = {}): { world: World; pull: number } {
  const world = new World();
  world.label();
  world.allow({ policy: { ...freely, ...policy } });
  world.plan({ a: [], b: ["a"] });
  return { world, pull: world.agentSucceeds("a") };
}

function failureIsRead(world: World, pull: number, text = "expected 2"): void {
  const { head } = world.take("failure.read");
  const details = [{ of: { kind: "check" as const, name: "unit" }, text }];
  world.lane({ type: "failure.read", pull, head, details });
}

function turnsRed(world: World, pull: number): void {
  world.pullIs(pull, { checks: [red] });
  failureIsRead(world, pull);
}

/** A task whose repairs brought nothing, so that its breaker tripped. */
function parkedOverRedChecks(): { world: World; pull: number } {
  const of = inLane();
  const { world, pull } = of;
  turnsRed(world, pull);
  world.agentSucceeds("a");
  turnsRed(world, pull);
  expect(world.task("a")).toMatchObject({ stage: "parked", breaker: "open" });
  return of;
}

function look(world: World, pull: number, seen: Partial<PullSnapshot> = {}): void {
  world.lane({ type: "hinted", topic: { kind: "pull", pull } });
  world.pullIs(pull, seen);
}

const retry = (world: World) => world.commands({ verb: "retry", task: "a" });

describe("/headgate retry of a task with a pull request", () => {
  it("merges a head that has become green, and starts no agent", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    expect(world.task("a").stage).toBe("in-lane");
    world.pullIs(pull, { checks: [greenAgain] });
    world.merges(pull);
    expect(world.task("a")).toMatchObject({ stage: "done", machine: { attempt: 2 } });
  });

  it("waits for checks that run again, and starts no agent", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    world.pullIs(pull, { checks: [running] });
    expect(world.task("a")).toMatchObject({ stage: "in-lane", entry: { standing: { kind: "check" } } });
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("starts one repair of a head that is still red, with what its checks say now, although its breaker had tripped", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    world.pullIs(pull, { checks: [red] });
    failureIsRead(world, pull, "expected 3");
    expect(world.task("a")).toMatchObject({ stage: "dispatching", breaker: "half-open", machine: { failures: 0 } });
    const { brief } = world.take("attempt.dispatch");
    expect(brief).toMatchObject({ kind: "repair", failure: { details: [{ text: "expected 3" }] } });
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("parks again after that one repair if it brought nothing either", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    turnsRed(world, pull);
    world.agentSucceeds("a");
    turnsRed(world, pull);
    expect(world.task("a")).toMatchObject({ stage: "parked", breaker: "open" });
  });

  it("still owes the repair when checks that ran again end red", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    world.pullIs(pull, { checks: [running] });
    world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    turnsRed(world, pull);
    expect(world.task("a")).toMatchObject({ stage: "dispatching", breaker: "half-open" });
  });

  it("starts one attempt although the tries and the budget of the task are used up", () => {
    const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 9, turns: 1 };
    const attempts = { ...freely.attempts, max: 1, free: 0 };
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, attempts, budget: { ...freely.budget, usd: 100 } } });
    world.plan({ a: [] });
    world.dispatches("a");
    world.ends("a", { usage });
    world.promotes("a");
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "a", pull: 10 });
    turnsRed(world, 10);
    expect(world.task("a").stage).toBe("parked");
    retry(world);
    turnsRed(world, 10);
    expect(world.task("a").stage).toBe("dispatching");
  });

  it("looks first after a repair that failed, too", () => {
    const { world, pull } = inLane();
    turnsRed(world, pull);
    while (world.task("a").stage !== "parked") {
      world.dispatches("a");
      world.ends("a", { outcome: "failed", summary: "no" });
    }
    retry(world);
    expect(world.has("attempt.dispatch")).toBe(false);
    world.pullIs(pull, { checks: [greenAgain] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("starts no agent where the base breaks the check", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    world.pullIs(pull, { checks: [red], baseChecks: [red] });
    expect(world.task("a")).toMatchObject({ stage: "in-lane", entry: { standing: { kind: "base-red" } } });
  });

  it("counts once when it is written twice", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    retry(world);
    expect(world.take("notice.post").notice).toMatchObject({ refusal: { kind: "not-retryable", stage: "in-lane" } });
    turnsRed(world, pull);
    world.take("attempt.dispatch");
    expect(world.has("attempt.dispatch")).toBe(false);
  });

  it("counts once when its pull heals in the same moment", () => {
    const { world, pull } = parkedOverRedChecks();
    const offers: unknown[] = [];
    world.onSend = ({ event }) => offers.push(event);
    look(world, pull, { checks: [greenAgain] });
    expect(offers).toContainEqual(expect.objectContaining({ type: "entry.healed" }));
    retry(world);
    world.feature({ type: "entry.healed", task: "a", pull, head: sha("a-2") });
    expect(world.ignored.at(-1)).toBe("entry.healed: stale-observation");
    world.pullIs(pull, { checks: [greenAgain] });
    world.merges(pull);
    expect(world.has("attempt.dispatch", (one) => one.type === "attempt.dispatch" && one.task === "a")).toBe(false);
  });
});

/** A task whose pull is over without a merge. */
function parkedOver(seen: Partial<PullSnapshot>): { world: World; pull: number } {
  const of = inLane();
  of.world.pullIs(of.pull, seen);
  expect(of.world.task("a").stage).toBe("parked");
  return of;
}

const elsewhere = { base: "release", state: "merged" as const, mergeSha: sha("elsewhere"), mergedAt: 1 };

describe("/headgate retry of a task whose pull request is over", () => {
  it.each([
    ["closed", { state: "closed" as const }],
    ["merged into another branch", elsewhere],
  ])("opens another one for the recorded head in the place of one that is %s, which merges", (_, over) => {
    const { world, pull } = parkedOver(over);
    retry(world);
    world.pullIs(pull, over);
    expect(world.take("pull.open")).toMatchObject({ head: sha("a-1"), base: "main", replaces: pull });
    world.feature({ type: "pull.opened", task: "a", pull: 77 });
    expect(world.laneState.entries.map((entry) => [entry.pull, entry.place])).toEqual([[77, 1]]);
    expect(world.has("timer.cancel", (one) => one.type === "timer.cancel" && one.timer === "sweep")).toBe(false);
    world.pullIs(77);
    world.merges(77);
    expect(world.stages()).toMatchObject({ a: "done", b: "dispatching" });
  });

  it("opens it for a commit that somebody pushed before closing", () => {
    const { world, pull } = parkedOver({ state: "closed", headSha: sha("theirs") });
    retry(world);
    world.pullIs(pull, { state: "closed", headSha: sha("theirs") });
    expect(world.take("pull.open")).toMatchObject({ head: sha("theirs"), replaces: pull });
  });

  it("opens it where the pull was closed after the task had parked over red checks", () => {
    const { world, pull } = parkedOverRedChecks();
    look(world, pull, { state: "closed" });
    retry(world);
    world.pullIs(pull, { state: "closed" });
    expect(world.take("pull.open")).toMatchObject({ head: sha("a-2"), replaces: pull });
  });

  it("opens none where somebody reopened the pull first", () => {
    const { world, pull } = parkedOver({ state: "closed" });
    retry(world);
    world.pullIs(pull);
    expect(world.has("pull.open")).toBe(false);
    world.merges(pull);
    expect(world.task("a").stage).toBe("done");
  });

  it("opens none against a person who closes the pull after the retry", () => {
    const { world, pull } = parkedOverRedChecks();
    retry(world);
    world.pullIs(pull, { checks: [running] });
    look(world, pull, { state: "closed" });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { cause: { kind: "pull-closed" } } });
    expect(world.has("pull.open")).toBe(false);
  });

  it("leaves the other one alone that opened meanwhile, and parks if that is closed as well", () => {
    const { world, pull } = parkedOver({ state: "closed" });
    retry(world);
    world.pullIs(pull, { state: "closed" });
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "a", pull: 77 });
    world.pullIs(77, { state: "closed" });
    expect(world.task("a")).toMatchObject({ stage: "parked", pull: 77 });
    expect(world.has("pull.open")).toBe(false);
  });

  it("never counts an approval of what the former pull showed for what the other one shows", () => {
    const { world, pull } = inLane();
    const guarded = (content: string) => ({
      guarded: [{ path: ".github/x.yml", kind: "workflow" as const, content, approvedBy: null }],
      sameWorkflows: false,
    });
    world.pullIs(pull, guarded("1"));
    const { number: first } = world.laneState.entries[0]!.approval;
    look(world, pull, { state: "closed" });
    retry(world);
    world.pullIs(pull, { state: "closed" });
    world.take("pull.open");
    world.feature({ type: "pull.opened", task: "a", pull: 77 });
    world.pullIs(77, guarded("2"));
    expect(world.laneState.entries[0]!.approval.number).toBeGreaterThan(first);
  });

  it("says that the commit is gone, once, and has an agent do the task again on the next retry", () => {
    const { world, pull } = parkedOver({ state: "closed" });
    retry(world);
    world.pullIs(pull, { state: "closed" });
    const { head, branch } = world.take("pull.open");
    const cause = { kind: "commit-gone" as const, branch, commit: head };
    world.feature({
      type: "pull.refused",
      task: "a",
      failure: { class: "policy-blocked", cause, details: [] },
    });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { cause }, head: null, pull: null });
    retry(world);
    expect(world.take("attempt.dispatch")).toMatchObject({ attempt: 2, brief: { kind: "build" } });
  });
});

describe("a pull request that people put right", () => {
  it.each<[string, Partial<PullSnapshot>]>([
    ["closed and reopened", { state: "closed" }],
    ["had merge into another branch and back", { base: "release" }],
  ])("goes on by itself when it is %s, also while its checks run or are red", (_, wrong) => {
    for (const [checks, stage] of [
      [[green], "in-lane"],
      [[running], "in-lane"],
      [[red], "dispatching"],
    ] as const) {
      const { world, pull } = parkedOver(wrong);
      look(world, pull, { base: "main", checks: [...checks] });
      world.pullIs(pull, { base: "main", checks: [...checks] });
      if (stage === "dispatching") failureIsRead(world, pull);
      expect(world.task("a").stage).toBe(stage);
    }
  });

  it("goes on by itself when its webhooks were lost, with the sweep", () => {
    const { world, pull } = parkedOver({ state: "closed" });
    for (let sweeps = 0; sweeps < 15 && world.task("a").stage === "parked"; sweeps += 1) {
      world.timer("sweep", LANE);
      if (world.has("pull.observe")) world.pullIs(pull);
    }
    expect(world.task("a").stage).toBe("in-lane");
  });
});
