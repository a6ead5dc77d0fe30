import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlanProblem } from "../../src/core/plan/problem.ts";
import { judgePlan, waves } from "../../src/core/plan.ts";

function task(id: string, dependsOn: string[] = [], more: Record<string, unknown> = {}) {
  return { id, title: `Do ${id}`, dependsOn, ...more };
}

function problemsOf(candidate: unknown): PlanProblem[] {
  const verdict = judgePlan(candidate);
  return verdict.ok ? [] : verdict.problems;
}

describe("judging a plan", () => {
  it("accepts a diamond and fills in what was left out", () => {
    const verdict = judgePlan({ tasks: [task("a"), task("b", ["a"]), task("c", ["a"]), task("d", ["b", "c"])] });
    expect(verdict).toMatchObject({ ok: true, plan: { land: "each", onFailure: "keep" } });
    expect(verdict.ok && verdict.plan.tasks[0]).toEqual({
      id: "a",
      title: "Do a",
      description: "",
      acceptance: [],
      dependsOn: [],
      files: [],
      size: "M",
      role: "build",
      checks: [],
    });
  });

  it.each([
    ["nothing at all", null, { kind: "invalid-field", task: null, field: "" }],
    ["no tasks", { tasks: [] }, { kind: "no-tasks" }],
    [
      "more than fifty tasks",
      { tasks: Array.from({ length: 51 }, (_, i) => task(`t${i}`)) },
      { kind: "too-many-tasks", most: 50 },
    ],
    [
      "an unknown dependency",
      { tasks: [task("a", ["ghost"])] },
      { kind: "unknown-dependency", id: "a", dependency: "ghost" },
    ],
    ["a self dependency", { tasks: [task("a", ["a"])] }, { kind: "depends-on-itself", id: "a" }],
    ["a duplicate id", { tasks: [task("a"), task("a")] }, { kind: "duplicate-id", id: "a" }],
    ["an id with spaces", { tasks: [task("a b")] }, { kind: "bad-id", task: "a b" }],
    ["an id in capitals", { tasks: [task("Parser")] }, { kind: "bad-id", task: "Parser" }],
    ["an id that is no text", { tasks: [{ id: 7, title: "x" }] }, { kind: "invalid-field", task: 1, field: "id" }],
    ["the reserved id", { tasks: [task("land")] }, { kind: "reserved-id", id: "land" }],
    ["an id of Headgate's own tasks", { tasks: [task("undo-1")] }, { kind: "reserved-id", id: "undo-1" }],
    [
      "a path outside the repository",
      { tasks: [task("a", [], { files: ["../x"] })] },
      { kind: "path-outside", task: "a", field: "files.0" },
    ],
    [
      "an absolute path",
      { tasks: [task("a", [], { files: ["/x/y"] })] },
      { kind: "path-outside", task: "a", field: "files.0" },
    ],
    [
      "an unknown size",
      { tasks: [task("a", [], { size: "XL" })] },
      { kind: "invalid-field", task: "a", field: "size" },
    ],
    ["an unknown policy", { land: "never", tasks: [task("a")] }, { kind: "invalid-field", task: null, field: "land" }],
  ])("refuses %s", (_, candidate, problem) => {
    expect(problemsOf(candidate)).toEqual([expect.objectContaining(problem)]);
  });

  it("names the tasks of a cycle", () => {
    expect(problemsOf({ tasks: [task("a", ["c"]), task("b", ["a"]), task("c", ["b"]), task("d")] })).toEqual([
      { kind: "cycle", ids: ["a", "b", "c"] },
    ]);
  });

  it("lists every problem, not just the first", () => {
    const problems = problemsOf({ tasks: [task("a b", ["ghost"]), task("c", ["c"]), { id: 7 }] });
    expect(problems.map(({ kind }) => kind)).toEqual([
      "bad-id",
      "invalid-field",
      "invalid-field",
      "unknown-dependency",
      "depends-on-itself",
    ]);
  });

  it("never throws, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything(), (candidate) => {
        expect(typeof judgePlan(candidate).ok).toBe("boolean");
      }),
    );
  });

  it("finds a cycle exactly when no order exists", () => {
    const graph = fc
      .integer({ min: 1, max: 6 })
      .chain((size) =>
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 12 }).map((edges) => ({ size, edges })),
      );
    fc.assert(
      fc.property(graph, ({ size, edges }) => {
        const tasks = Array.from({ length: size }, (_, i) => ({
          id: `t${i}`,
          dependsOn: edges.filter(([from]) => from === i).map(([, to]) => `t${to}`),
        }));
        expect(waves(tasks).cyclic.length === 0).toBe(hasOrder(tasks));
      }),
    );
  });
});

/** Brute force: some permutation puts every dependency before its dependents. */
function hasOrder(tasks: { id: string; dependsOn: string[] }[]): boolean {
  const place = (rest: typeof tasks, done: string[]): boolean =>
    rest.length === 0 ||
    rest.some(
      (next) =>
        next.dependsOn.every((id) => done.includes(id)) &&
        place(
          rest.filter((other) => other !== next),
          [...done, next.id],
        ),
    );
  return place(tasks, []);
}
