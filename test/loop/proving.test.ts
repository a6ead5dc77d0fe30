import { describe, expect, it } from "vitest";
import { ACTIONS_APP, type Check, type PullSnapshot } from "../../src/core/github.ts";
import { provenChecks, readBaseChecks } from "../../src/loop/effects/checks/proving.ts";

const CI = ".github/workflows/ci.yml";
const head = "a".repeat(40);
const base = "b".repeat(40);
const effect = {
  repo: { id: 1, owner: "acme", name: "app" },
  checks: [
    { name: "unit", appId: null },
    { name: "lint", appId: null },
  ],
  neutral: "fail" as const,
};
const producers: PullSnapshot["producers"] = effect.checks.map(({ name }) => ({
  check: name,
  producer: { kind: "job", workflows: [CI] },
}));

function job(id: number, name: string, conclusion: Check["conclusion"], run = 5): Check {
  const producer = { kind: "job" as const, workflow: CI, event: "pull_request", run, needs: [] };
  return { id, name, producer, conclusion, url: null, startedAt: 1, completedAt: conclusion === null ? null : 2 };
}

/** GitHub's lists of the jobs of runs, and of all checks of a commit. Counts what is asked. */
function github(jobs: Check[], all: Check[] = []) {
  const asked: unknown[] = [];
  return {
    asked,
    jobs: async (_: unknown, sha: string, { id }: { id: number }) => {
      asked.push(["jobs", sha, id]);
      return jobs;
    },
    checks: async (_: unknown, sha: string) => {
      asked.push(["checks", sha]);
      return all;
    },
  };
}

const shown = (checks: Check[], baseChecks: Check[] | null = []) => ({
  checks,
  headSha: head,
  baseSha: base,
  byQuery: { baseChecks },
});

describe("checks that a query showed", () => {
  it("count as they are while a required one is pending or missing", async () => {
    for (const checks of [[job(1, "unit", "success"), job(2, "lint", null)], [job(1, "unit", null)], []]) {
      const asked = github([]);
      expect(await provenChecks(asked, effect, shown(checks), producers)).toBe(checks);
      expect(asked.asked).toEqual([]);
    }
  });

  it("are matched with the jobs of their runs once they seem to pass", async () => {
    const checks = [job(1, "unit", "success"), job(2, "lint", "success"), job(9, "docs", "success", 6)];
    const listed = [{ ...job(1, "unit", "success"), url: "the job's" }, job(2, "lint", "success")];
    const asked = github(listed);
    expect(await provenChecks(asked, effect, shown(checks), producers)).toEqual([...listed, checks[2]]);
    expect(asked.asked).toEqual([["jobs", head, 5]]);
  });

  it("are no jobs where no run lists them, even if they hide one that failed", async () => {
    const checks = [job(1, "unit", "success"), job(2, "lint", "success")];
    const proven = await provenChecks(
      github([job(1, "unit", "success"), job(7, "lint", "failure")]),
      effect,
      shown(checks),
      producers,
    );
    expect(proven).toEqual([
      job(1, "unit", "success"),
      job(7, "lint", "failure"),
      { ...job(2, "lint", "success"), producer: { kind: "app", appId: ACTIONS_APP } },
    ]);
  });

  it("are matched once they seem to fail too: a forged failure starts no agent", async () => {
    const checks = [job(3, "unit", "failure"), job(2, "lint", null)];
    const proven = await provenChecks(
      github([job(1, "unit", "success"), job(2, "lint", null)]),
      effect,
      shown(checks),
      producers,
    );
    expect(proven.filter(({ producer }) => producer.kind === "job").map(({ id }) => id)).toEqual([1, 2]);
  });

  it("are read in full where something else bears a missing one's name", async () => {
    const forged: Check = { ...job(3, "unit", "success"), id: null, producer: { kind: "status", creator: "mallory" } };
    const all = [job(1, "unit", "success")];
    const asked = github([], all);
    expect(await provenChecks(asked, effect, shown([forged, job(2, "lint", null)]), producers)).toBe(all);
    expect(asked.asked).toEqual([["checks", head]]);
  });

  it("are read once while they stay as they are, and again once a job ran again", async () => {
    const asked = github([job(1, "unit", "success"), job(2, "lint", "success")]);
    const checks = [job(1, "unit", "success"), job(2, "lint", "success")];
    await provenChecks(asked, effect, shown(checks), producers);
    await provenChecks(asked, effect, shown(checks), producers);
    expect(asked.asked).toHaveLength(1);
    await provenChecks(asked, effect, shown([job(1, "unit", "success"), job(4, "lint", "success")]), producers);
    expect(asked.asked).toHaveLength(2);
  });

  it("are read again where a job had not ended by its run's list", async () => {
    const asked = github([job(1, "unit", "success"), job(2, "lint", null)]);
    const checks = [job(1, "unit", "success"), job(2, "lint", "success")];
    await provenChecks(asked, effect, shown(checks), producers);
    await provenChecks(asked, effect, shown(checks), producers);
    expect(asked.asked).toHaveLength(2);
  });

  it("need no proof where they were read with their jobs", async () => {
    const checks = [job(1, "unit", "success"), job(2, "lint", "success")];
    const asked = github([]);
    expect(await provenChecks(asked, effect, { ...shown(checks), byQuery: null }, producers)).toBe(checks);
    expect(asked.asked).toEqual([]);
  });
});

describe("the base's checks for a head that fails", () => {
  it("are those of the query while it shows no red one", async () => {
    const asked = github([]);
    const green = [job(1, "unit", "success")];
    expect(await readBaseChecks(asked, effect, shown([], green), producers)).toBe(green);
    expect(asked.asked).toEqual([]);
  });

  it("are read over REST where one seems red, or the query did not show them", async () => {
    const all = [job(1, "unit", "success")];
    for (const seen of [shown([], [job(3, "unit", "failure")]), shown([], null), { baseSha: base, byQuery: null }]) {
      expect(await readBaseChecks(github([], all), effect, seen, producers)).toBe(all);
    }
  });
});
