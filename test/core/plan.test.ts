import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgePlan, waves } from "../../src/core/plan.ts";

function task(id: string, dependsOn: string[] = [], more: Record<string, unknown> = {}) {
  return { id, title: `Do ${id}`, dependsOn, ...more };
}

function errorsOf(candidate: unknown): string[] {
  const verdict = judgePlan(candidate);
  return verdict.ok ? [] : verdict.errors;
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
    ["nothing at all", null, /expected object/],
    ["no tasks", { tasks: [] }, /at least one task/],
    ["more than fifty tasks", { tasks: Array.from({ length: 51 }, (_, i) => task(`t${i}`)) }, /at most 50 tasks/],
    ["an unknown dependency", { tasks: [task("a", ["ghost"])] }, /'a' depends on 'ghost', which is not in the plan/],
    ["a self dependency", { tasks: [task("a", ["a"])] }, /'a' depends on itself/],
    ["a duplicate id", { tasks: [task("a"), task("a")] }, /'a' is listed more than once/],
    ["an id with spaces", { tasks: [task("a b")] }, /task 'a b', id: an id is 1 to 40/],
    ["an id in capitals", { tasks: [task("Parser")] }, /an id is 1 to 40/],
    ["the reserved id", { tasks: [task("land")] }, /'land' is reserved/],
    [
      "a path outside the repository",
      { tasks: [task("a", [], { files: ["../x"] })] },
      /must stay inside the repository/,
    ],
    ["an absolute path", { tasks: [task("a", [], { files: ["/x/y"] })] }, /must stay inside the repository/],
    ["an unknown size", { tasks: [task("a", [], { size: "XL" })] }, /task 'a', size/],
    ["an unknown policy", { land: "never", tasks: [task("a")] }, /^land:/],
  ])("refuses %s", (_, candidate, message) => {
    expect(errorsOf(candidate).join("\n")).toMatch(message);
  });

  it("names the tasks of a circle", () => {
    expect(errorsOf({ tasks: [task("a", ["c"]), task("b", ["a"]), task("c", ["b"]), task("d")] })).toEqual([
      "these tasks wait for each other in a circle: a, b, c",
    ]);
  });

  it("lists every error, not just the first", () => {
    const errors = errorsOf({ tasks: [task("a b", ["ghost"]), task("c", ["c"]), { id: 7 }] });
    expect(errors.length).toBeGreaterThanOrEqual(4);
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
