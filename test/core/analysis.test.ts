import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { likelyApprovals } from "../../src/core/analysis/approvals.ts";
import { ancestors, overlapChoices, overlapsOf } from "../../src/core/analysis/conflicts.ts";
import { criticalPath, forecast, type Job, usefulSlots } from "../../src/core/analysis/forecast.ts";

/** Every job may depend on those before it. */
function jobs(lands: fc.Arbitrary<number> = fc.integer({ min: 0, max: 9 })): fc.Arbitrary<Job[]> {
  const one = fc.record({ works: fc.integer({ min: 1, max: 30 }), lands, mask: fc.nat(127) });
  return fc.array(one, { minLength: 1, maxLength: 7 }).map((all) =>
    all.map(({ works, lands: merging, mask }, index) => ({
      id: `t${index}`,
      dependsOn: all.flatMap((_, before) => (before < index && (mask >> before) & 1 ? [`t${before}`] : [])),
      works,
      lands: merging,
    })),
  );
}

/** Every chain there is, tried one by one. */
function longest(all: readonly Job[], last?: Job): number {
  const next = all.filter((job) => last === undefined || job.dependsOn.includes(last.id));
  return Math.max(0, ...next.map((job) => job.works + job.lands + longest(all, job)));
}

const sum = (all: readonly Job[]) => all.reduce((total, job) => total + job.works, 0);

function holds<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), { numRuns: 300 });
}

describe("how long a plan takes", () => {
  it("is all work one after another, with one slot and nothing to merge", () => {
    holds(jobs(fc.constant(0)), (all) => {
      expect(forecast(all, 1)).toBe(sum(all));
    });
  });

  it("is the longest chain, with a slot for each and nothing to merge", () => {
    holds(jobs(fc.constant(0)), (all) => {
      expect(forecast(all, all.length)).toBe(longest(all));
    });
  });

  it("is never less than the longest chain, nor than all merges, nor than the work shared among the slots", () => {
    holds(fc.tuple(jobs(), fc.integer({ min: 1, max: 8 })), ([all, slots]) => {
      const takes = forecast(all, slots);
      const merging = all.reduce((total, job) => total + job.lands, 0);
      expect(takes).toBeGreaterThanOrEqual(longest(all));
      expect(takes).toBeGreaterThanOrEqual(sum(all) / slots);
      expect(takes).toBeGreaterThanOrEqual(merging);
      expect(takes).toBeLessThanOrEqual(sum(all) + merging);
    });
  });

  it("merges one after another: two at once take as long as both merges", () => {
    const pair = ["a", "b"].map((id) => ({ id, dependsOn: [], works: 10, lands: 5 }));
    expect(forecast(pair, 2)).toBe(20);
  });

  it("names a longest chain that really is one", () => {
    holds(jobs(), (all) => {
      const { ids, minutes } = criticalPath(all);
      const path = ids.map((id) => all.find((job) => job.id === id) ?? expect.fail(id));
      expect(minutes).toBe(longest(all));
      expect(path.reduce((total, job) => total + job.works + job.lands, 0)).toBe(minutes);
      path.slice(1).forEach((job, index) => {
        expect(job.dependsOn).toContain(ids[index]);
      });
    });
  });

  it("gets no better by more than two in a hundred with more slots than are useful, and does with fewer", () => {
    holds(jobs(), (all) => {
      const best = forecast(all, all.length);
      const useful = usefulSlots(all);
      expect(forecast(all, useful)).toBeLessThanOrEqual(best * 1.02);
      if (useful > 1) expect(forecast(all, useful - 1)).toBeGreaterThan(best * 1.02);
    });
  });
});

describe("tasks in each other's way", () => {
  /** Whether a path leads from one to the other, by walking all of them. */
  function waitsFor(all: readonly Pick<Job, "id" | "dependsOn">[], id: string, other: string): boolean {
    const job = all.find((one) => one.id === id);
    return job?.dependsOn.some((before) => before === other || waitsFor(all, before, other)) ?? false;
  }

  it("are searched for among all pairs of which neither waits for the other", () => {
    holds(jobs(), (all) => {
      const before = ancestors(all);
      for (const { id } of all)
        for (const other of all) expect(before.get(id)?.has(other.id)).toBe(waitsFor(all, id, other.id));
    });
  });

  it("are pairs without an order between them that declare the same files, each once", () => {
    const files = fc.array(fc.constantFrom("src/a.ts", "src/b.ts", "src/c.ts"), { minLength: 1, maxLength: 2 });
    const role = fc.constantFrom("build" as const, "build" as const, "research" as const);
    const planned = fc.tuple(jobs(), fc.array(fc.record({ files, role }), { minLength: 7, maxLength: 7 }));
    holds(planned, ([all, more]) => {
      const tasks = all.map((job, index) => ({ ...job, dependsOn: [...job.dependsOn], ...more[index]! }));
      const expected = tasks.flatMap((left, index) =>
        tasks.slice(index + 1).flatMap((right) => {
          const apart = waitsFor(tasks, left.id, right.id) || waitsFor(tasks, right.id, left.id);
          const reads = left.role === "research" || right.role === "research";
          const shared = left.files.filter((file) => right.files.includes(file));
          return apart || reads || shared.length === 0 ? [] : [`${left.id} ${right.id}`];
        }),
      );
      expect(overlapsOf(tasks, []).map(({ left, right }) => `${left} ${right}`)).toEqual(expected);
    });
  });

  it("cost more work side by side, and more time one after another", () => {
    const tasks = ["a", "b"].map((id) => ({ id, dependsOn: [], files: ["x.ts"], role: "build" as const }));
    const pair = tasks.map(({ id }) => ({ id, dependsOn: [], works: 10, lands: 5 }));
    const [beside, , after] = overlapChoices(pair, overlapsOf(tasks, []), 2);
    expect(beside?.work).toBeGreaterThan(1);
    expect(after).toEqual({ overlap: "serialise-overlap", minutes: 30, work: 1 });
    expect(beside?.minutes).toBeLessThan(30);
  });
});

describe("the pulls that are likely to wait for an approval", () => {
  const tasks = (...files: string[]) => [{ id: "a", files, role: "build" as const }];
  const reasons = (file: string, gateSurface: "approve" | "warn" | "ignore" = "approve") =>
    likelyApprovals(tasks("src/a.ts", file), { gateSurface }).map(({ because }) => because);

  it.each([
    ["vitest.config.ts", "surface"],
    ["packages/a/Makefile", "surface"],
    ["packages/*/tsconfig.json", "surface"],
    ["package.json", "scripts"],
    ["pyproject.toml", "scripts"],
    [".npmrc", "protected"],
    [".vscode/**", "protected"],
  ])("are those of tasks that name %s: %s", (file, because) => {
    expect(reasons(file)).toEqual([because]);
    expect(reasons(file, "ignore")).toEqual(because === "protected" ? [because] : []);
  });

  it.each(["test/a.test.ts", "**", "src/**/*.ts", "package-lock.json", "docs/tests.md"])("are none for %s", (file) => {
    expect(reasons(file)).toEqual([]);
  });

  it("list a task once for each reason, and no research", () => {
    const found = likelyApprovals(tasks(".npmrc", "Makefile", "tox.ini"), { gateSurface: "approve" });
    expect(found).toEqual([
      { id: "a", because: "protected", files: [".npmrc"] },
      { id: "a", because: "surface", files: ["Makefile", "tox.ini"] },
    ]);
    expect(likelyApprovals([{ id: "a", files: ["Makefile"], role: "research" }], { gateSurface: "approve" })).toEqual(
      [],
    );
  });
});
