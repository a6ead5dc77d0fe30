import { describe, expect, it } from "vitest";
import { appearancesOf, patienceFor } from "../../../src/core/lane/judging/patience.ts";

const check = (name: string, startedAt: number | null, completedAt: number | null = null) => ({
  name,
  startedAt,
  completedAt,
});
const required = [
  { name: "unit", appId: null },
  { name: "ci/late", appId: null },
];

describe("what the base shows of a required check", () => {
  it("is how long after the first other check it was reported, at the longest", () => {
    const commits = [
      { at: 0, checks: [check("unit", 100_000), check("ci/late", 160_000)] },
      { at: 500_000, checks: [check("unit", 600_000), check("ci/late", 900_000)] },
    ];
    expect(appearancesOf(required, commits)).toEqual([
      { check: "unit", ms: 0 },
      { check: "ci/late", ms: 300_000 },
    ]);
  });

  it("counts from the commit where nothing else was reported, and from its end where it has no start", () => {
    const commits = [{ at: 1_000, checks: [check("ci/late", null, 61_000)] }];
    expect(appearancesOf(required, commits)).toEqual([{ check: "ci/late", ms: 60_000 }]);
  });

  it("is nothing where the commit's time is unknown, or nothing has reported the check", () => {
    expect(
      appearancesOf(required, [
        { at: null, checks: [check("unit", 9)] },
        { at: 5, checks: [] },
      ]),
    ).toEqual([]);
  });

  it("lets the slowest of the missing checks be twice as late", () => {
    const learned = [
      { check: "unit", ms: 9_000 },
      { check: "ci/late", ms: 4_000 },
    ];
    expect(patienceFor(["ci/late"], learned)).toBe(8_000);
    expect(patienceFor(["ci/late", "unit"], learned)).toBe(18_000);
    expect(patienceFor(["other"], learned)).toBe(0);
  });
});
