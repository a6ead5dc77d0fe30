/** The check of the base itself, with a pull whose check runs the tests choose. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BaseCheckOptions, startBaseCheck } from "../../src/cli/gate/base-check.ts";
import type { BaseCheckRun, Rehearsal } from "../../src/cli/gate/rehearsal.ts";
import { judgeBase } from "../../src/cli/gate/verdict.ts";
import { afterBaseCheck } from "../../src/cli/gate/waiting.ts";
import { Unavailable } from "../../src/loop/github-port.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headgate-gate-"));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const MINUTE = 60_000;
let jobs = 0;

function run(name: string, conclusion: string | null, summary = ""): BaseCheckRun {
  jobs += 1;
  return { name, conclusion, summary, job: jobs, run: 7 };
}

/** Shows the check runs of `now`; `later` are those after the failed jobs were repeated. */
function base(now: { checks: BaseCheckRun[]; ended: boolean }, later = now) {
  const repeated: number[][] = [];
  const protections: string[][] = [];
  const waiting: [string[], string][] = [];
  const reads = { count: 0, fail: false };
  let opened = 0;
  const begun = Promise.withResolvers<void>();
  const rehearsal: Rehearsal = {
    read: async () => {
      reads.count += 1;
      if (reads.fail) throw new Error("the sandbox is closed");
      return repeated.length > 0 ? later : now;
    },
    repeat: async (runs) => void repeated.push([...runs]),
    firstError: async () => "a is broken",
  };
  const setProtection = async (
    _: unknown,
    __: string,
    wanted: { requiredStatusChecks: { checks: { context: string }[] } },
  ) => void protections.push(wanted.requiredStatusChecks.checks.map(({ context }) => context));
  const site = { base: "main", repository: {}, sandbox: { setProtection } } as unknown as BaseCheckOptions["site"];
  const start = (...required: string[]) =>
    startBaseCheck({
      ...{ site, dataDir: folder, sha: "a".repeat(40), command: null },
      forecast: {
        required: required.map((name) => ({ name, appId: null })),
        notWaitedFor: [],
        testCommand: "npm ci && npm test",
      },
      waiting: (names, wait) => void waiting.push([[...names], wait]),
      rehearse: async () => {
        opened += 1;
        begun.resolve();
        return rehearsal;
      },
    });
  return { start, repeated, protections, waiting, reads, begun: begun.promise, opened: () => opened };
}

describe("a base whose required checks pass", () => {
  it("lets agents start and merges happen, and is not checked again on the same data folder", async () => {
    const { start, opened } = base({ checks: [run("unit", "success")], ended: true });
    const check = start("unit");
    await check.mergesMayStart();
    await check.agentsMayStart();
    expect(await check.outcome).toMatchObject({ kind: "good", removed: [], kept: false });
    expect(await start("unit").outcome).toMatchObject({ kind: "good", kept: true });
    expect(opened()).toBe(1);
  });

  it("no longer requires what judged nothing there, and says why", async () => {
    const absent = run("old", "neutral", "This job did not run: it asks for node 4, which is not here.");
    const { start, protections } = base({
      checks: [run("unit", "success"), absent, run("docs", "skipped")],
      ended: true,
    });
    const outcome = await start("unit", "old", "docs").outcome;
    expect(outcome).toMatchObject({
      kind: "good",
      removed: [
        { name: "old", unless: { kind: "not-run-on-base", why: "it asks for node 4, which is not here" } },
        { name: "docs", unless: { why: "it was skipped" } },
      ],
    });
    expect(protections).toEqual([["unit"]]);
  });

  it("brings what it no longer requires with the plan, also where an earlier run found it", async () => {
    const { start } = base({ checks: [run("unit", "success"), run("old", "neutral")], ended: true });
    const answer = { plan: {}, source: "file" as const, model: null, usage: null };
    const planned = (...required: string[]) =>
      afterBaseCheck({ plan: async () => answer }, start(...required)).plan({} as never);
    expect(await planned("unit", "old")).toEqual({ ...answer, unrequired: ["old"] });
    expect(await planned("unit", "old")).toEqual({ ...answer, unrequired: ["old"] });
  });

  it("waits for a job that bears the name of a skipped one and has not begun", async () => {
    const skipped = run("sum", "skipped");
    const now = { checks: [run("unit", null), skipped], ended: false };
    const { start, begun, protections } = base(now);
    const check = start("unit", "sum");
    await begun;
    await vi.advanceTimersByTimeAsync(1_000);
    Object.assign(now, { checks: [run("unit", "success"), skipped] });
    await vi.advanceTimersByTimeAsync(20_000);
    Object.assign(now, { checks: [run("unit", "success"), skipped, run("sum", "success")], ended: true });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await check.outcome).toMatchObject({ kind: "good", removed: [] });
    expect(protections).toEqual([]);
  });

  it("is refused where nothing that judges is left", async () => {
    const { start, protections } = base({ checks: [run("unit", "neutral")], ended: true });
    const outcome = await start("unit").outcome;
    expect(outcome).toMatchObject({ kind: "refused", text: expect.stringContaining("--checks 'npm ci && npm test'") });
    expect(protections).toEqual([]);
  });
});

describe("a base on which a required check fails", () => {
  const failed = run("unit tests", "failure");

  it("is checked once more, and is good where that passes", async () => {
    const { start, repeated } = base(
      { checks: [failed], ended: true },
      { checks: [run("unit tests", "success")], ended: true },
    );
    expect(await start("unit tests").outcome).toMatchObject({ kind: "good" });
    expect(repeated).toEqual([[7]]);
  });

  it("refuses the run after the second failure, with its first error and the flags, and lets no agent start", async () => {
    const { start, opened } = base({ checks: [failed, run("lint", "success")], ended: true });
    const check = start("unit tests", "lint");
    const text = expect.stringMatching(
      /This check fails on main itself.*\n {2}unit tests: failed twice: a is broken\n.*--skip-check 'unit tests'\n.*--checks/,
    );
    expect(await check.outcome).toMatchObject({ kind: "refused", text });
    await expect(check.agentsMayStart()).rejects.toThrow();
    await expect(check.mergesMayStart()).rejects.toThrow();
    await start("unit tests", "lint").outcome;
    expect(opened()).toBe(2);
  });

  it("refuses the run where a check never reports, ten seconds after everything else has ended", async () => {
    const { start, begun } = base({ checks: [run("lint", "success")], ended: true });
    const check = start("unit", "lint");
    await begun;
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await check.outcome).toMatchObject({
      kind: "refused",
      text: expect.stringContaining("unit: never reported"),
    });
  });
});

describe("a base whose checks take long", () => {
  const slow = () => base({ checks: [run("unit", null)], ended: false });

  it("keeps agents waiting for five minutes, and merges until it is known", async () => {
    const { start, waiting, begun } = slow();
    const check = start("unit");
    await begun;
    const order: string[] = [];
    check.agentsMayStart().then(() => order.push("agents"));
    check.mergesMayStart().then(
      () => order.push("merges"),
      () => order.push("stopped"),
    );
    await vi.advanceTimersByTimeAsync(4.9 * MINUTE);
    expect(order).toEqual([]);
    expect(waiting[0]).toEqual([["unit"], "agents"]);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(order).toEqual(["agents"]);
    expect(waiting.filter(([, wait]) => wait === "late")).toHaveLength(1);
    expect(waiting.at(-1)).toEqual([["unit"], "merges"]);
    await vi.advanceTimersByTimeAsync(55 * MINUTE);
    expect(order).toEqual(["agents", "stopped"]);
    expect(await check.outcome).toMatchObject({ kind: "refused", text: expect.stringContaining("within an hour") });
  });

  it("brings what has judged nothing after five minutes with the plan", async () => {
    const { start, begun } = base({ checks: [run("unit", null), run("old", "skipped")], ended: false });
    const answer = { plan: {}, source: "file" as const, model: null, usage: null };
    const check = start("unit", "old");
    const planned = afterBaseCheck({ plan: async () => answer }, check).plan({} as never);
    await begun;
    await vi.advanceTimersByTimeAsync(6 * MINUTE);
    expect(await planned).toEqual({ ...answer, unrequired: ["old"] });
    check.stop();
  });

  it("lets nothing start once the run is stopped: a plan that waits is asked for again later", async () => {
    const { start, begun } = slow();
    const check = start("unit");
    await begun;
    const answer = { plan: {}, source: "file" as const, model: null, usage: null };
    const planner = afterBaseCheck({ plan: async () => answer }, check);
    const planned = expect(planner.plan({} as never)).rejects.toBeInstanceOf(Unavailable);
    await vi.advanceTimersByTimeAsync(1_000);
    check.stop();
    await vi.advanceTimersByTimeAsync(1_000);
    await planned;
    expect(await check.outcome).toEqual({ kind: "stopped" });
  });

  it("asks GitHub no more once the run is stopped", async () => {
    const { start, begun, reads } = slow();
    const check = start("unit");
    await begun;
    await vi.advanceTimersByTimeAsync(1_000);
    reads.fail = true;
    const before = reads.count;
    check.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await check.outcome).toEqual({ kind: "stopped" });
    expect(reads.count - before).toBeLessThanOrEqual(1);
  });

  it("holds back no questions of the planner", async () => {
    const check = slow().start("unit");
    const questions = { questions: ["Which one?"], model: null, usage: null };
    expect(await afterBaseCheck({ plan: async () => questions }, check).plan({} as never)).toBe(questions);
    check.stop();
  });
});

describe("one name of several jobs", () => {
  it.each([
    [["success", "failure"], "failed"],
    [["success", null], "pending"],
    [["success", "neutral"], "passed"],
    [["neutral", "skipped"], "not-run"],
    [["cancelled"], "failed"],
    [[], "pending"],
  ])("that end as %j counts as %s", (conclusions, expected) => {
    const runs = conclusions.map((conclusion) => run("unit", conclusion));
    expect(judgeBase(["unit"], runs)).toMatchObject([{ name: "unit", result: expected }]);
  });
});
