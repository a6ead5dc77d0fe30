import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Size } from "../../../src/core/plan.ts";
import { expected, remainingPath, schedule } from "../../../src/core/rules/schedule.ts";

interface Task {
  id: string;
  size: Size;
  dependsOn: string[];
  tookMs?: number | null;
}

const task = (id: string, size: Size, dependsOn: string[] = [], tookMs: number | null = null): Task => ({
  id,
  size,
  dependsOn,
  tookMs,
});

/** Plans of up to 20 tasks, each depending on some of those before it. */
const plans: fc.Arbitrary<Task[]> = fc
  .array(
    fc.record({
      size: fc.constantFrom<Size>("S", "M", "L"),
      before: fc.array(fc.nat(), { maxLength: 3 }),
      tookMs: fc.option(fc.maxSafeInteger(), { freq: 3 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((drafts) =>
    drafts.map(({ size, before, tookMs }, index) => ({
      id: `t${index}`,
      size,
      dependsOn: index === 0 ? [] : [...new Set(before.map((one) => `t${one % index}`))],
      tookMs,
    })),
  );

const plansWithReady = plans.chain((plan) =>
  fc.tuple(fc.constant(plan), fc.subarray(plan.map((one) => one.id)), fc.integer({ min: -1, max: 8 })),
);

describe("what starts first", () => {
  it.each([
    ["the start of the longer chain", [task("a", "S"), task("b", "S"), task("c", "S", ["b"])], ["b", "a"]],
    ["a large task before a small one", [task("a", "S"), task("b", "L")], ["b", "a"]],
    [
      "a small task before a large one that nothing waits for",
      [task("a", "L"), task("b", "S"), task("c", "L", ["b"])],
      ["b", "a"],
    ],
    [
      "two middle ones in a row weigh as much as a large one",
      [task("a", "L"), task("b", "M"), task("c", "M", ["b"])],
      ["a", "b"],
    ],
  ])("is %s", (_, plan, order) => {
    const ready = plan.filter((one) => one.dependsOn.length === 0).map((one) => one.id);
    expect(schedule(plan, ready, 5)).toEqual(order);
  });

  it("is the one that the plan names first, among equals", () => {
    const plan = ["a", "b", "c"].map((id) => task(id, "M"));
    expect(schedule(plan, ["a", "b", "c"], 2)).toEqual(["a", "b"]);
  });

  it("is nothing without a slot", () => {
    expect(schedule([task("a", "M")], ["a"], 0)).toEqual([]);
    expect(schedule([task("a", "M")], ["a"], -3)).toEqual([]);
  });

  it("changes when the feature's small tasks turn out to be the long ones", () => {
    const open = [task("small", "S"), task("middle", "M")];
    expect(schedule(open, ["small", "middle"], 1)).toEqual(["middle"]);
    const done = [...Array.from({ length: 6 }, (_, i) => task(`s${i}`, "S", [], 900)), task("m", "M", [], 100)];
    expect(schedule([...done, ...open], ["small", "middle"], 1)).toEqual(["small"]);
  });
});

describe("what a size is expected to take", () => {
  it("is in the planner's proportions while nothing is done", () => {
    expect(expected([task("a", "S"), task("b", "L")])).toEqual({ S: 1, M: 2, L: 4 });
  });

  it("keeps the proportions when tasks take what their size says", () => {
    expect(expected([task("a", "S", [], 300), task("b", "L", [], 1200)])).toEqual({ S: 300, M: 600, L: 1200 });
  });

  it("moves a little with one task and much with many", () => {
    const slow = (count: number) => [
      task("m", "M", [], 600),
      ...Array.from({ length: count }, (_, i) => task(`s${i}`, "S", [], 1200)),
    ];
    const share = (count: number) => expected(slow(count)).S / expected(slow(count)).M;
    expect(share(1)).toBeGreaterThan(0.5);
    expect(share(1)).toBeLessThan(1);
    expect(share(20)).toBeGreaterThan(1);
  });

  it("does not learn from times that cannot be", () => {
    const absurd = [0, -5, Number.NaN, Number.POSITIVE_INFINITY].map((tookMs, i) => task(`a${i}`, "L", [], tookMs));
    expect(expected(absurd)).toEqual({ S: 1, M: 2, L: 4 });
  });
});

describe("whatever the plan", () => {
  it("starts only what is ready, each once, and as many as the slots allow", () => {
    fc.assert(
      fc.property(plansWithReady, ([plan, ready, slots]) => {
        const started = schedule(plan, ready, slots);
        expect(new Set(started).size).toBe(started.length);
        for (const id of started) expect(ready).toContain(id);
        expect(started).toHaveLength(Math.min(ready.length, Math.max(0, slots)));
      }),
    );
  });

  it("starts nothing before something on a longer path, and keeps the plan's order among equals", () => {
    fc.assert(
      fc.property(plansWithReady, ([plan, ready]) => {
        const lengths = remainingPath(plan);
        const key = (id: string): [number, number] => [-(lengths.get(id) ?? 0), ready.indexOf(id)];
        const sorted = [...ready].sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
        expect(schedule(plan, ready, ready.length)).toEqual(sorted);
      }),
    );
  });

  it("finds a path longer than those of all that wait for it", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const lengths = remainingPath(plan);
        for (const one of plan) {
          for (const id of one.dependsOn) expect(lengths.get(id) ?? 0).toBeGreaterThan(lengths.get(one.id) ?? 0);
        }
      }),
    );
  });

  it("leaves what it was given as it was", () => {
    fc.assert(
      fc.property(plansWithReady, ([plan, ready, slots]) => {
        const before = structuredClone([plan, ready]);
        schedule(plan, ready, slots);
        expect([plan, ready]).toEqual(before);
      }),
    );
  });
});

describe("a run by the schedule", () => {
  const times = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 20, maxLength: 20 });

  it("is never longer than 2 − 1/m times what no run can beat, whatever the sizes say", () => {
    fc.assert(
      fc.property(plans, times, fc.integer({ min: 1, max: 6 }), (plan, takes, slots) => {
        const jobs = plan.map((one, index) => ({ ...one, tookMs: null, takes: takes[index] ?? 1 }));
        const { length, bound } = run(jobs, slots);
        expect(length).toBeGreaterThanOrEqual(bound - 1e-6);
        expect(length / bound).toBeLessThanOrEqual(2 - 1 / slots + 1e-9);
      }),
    );
  });
});

/** Fill free slots by the schedule, then let the next task end, until all are done. */
function run(jobs: readonly (Task & { takes: number })[], slots: number): { length: number; bound: number } {
  const ends = new Map<string, number>();
  const done = new Map<string, number>();
  let now = 0;
  while (done.size < jobs.length) {
    const plan = jobs.map((job) => ({ ...job, tookMs: done.get(job.id) ?? null }));
    const ready = plan.filter(
      ({ id, dependsOn }) => !done.has(id) && !ends.has(id) && dependsOn.every((one) => done.has(one)),
    );
    const started = schedule(
      plan,
      ready.map((job) => job.id),
      slots - ends.size,
    );
    for (const id of started) ends.set(id, now + (jobs.find((job) => job.id === id)?.takes ?? 0));
    const [next] = [...ends].sort((left, right) => left[1] - right[1]);
    if (next === undefined) throw new Error("nothing runs and nothing starts");
    now = next[1];
    ends.delete(next[0]);
    done.set(next[0], jobs.find((job) => job.id === next[0])?.takes ?? 0);
  }
  const chains = new Map<string, number>();
  for (const job of jobs)
    chains.set(job.id, job.takes + Math.max(0, ...job.dependsOn.map((id) => chains.get(id) ?? 0)));
  const work = jobs.reduce((sum, job) => sum + job.takes, 0);
  return { length: now, bound: Math.max(...chains.values(), work / slots) };
}
