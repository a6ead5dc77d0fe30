/** Which checks a pull request would get, and which of them judge nothing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

/** By name: null, or the reason why it is not to be waited for. */
async function foresee(jobs: string, more: Record<string, string> = {}): Promise<Record<string, string | null>> {
  await fixture.commit({ ci: `name: CI\non: [pull_request, push]\njobs:\n${jobs}`, ...more });
  const found = await fixture.actions.foresee(fixture.repository, "main");
  return Object.fromEntries(found.map(({ name, unless }) => [name, unless]));
}

const steps = "runs-on: ubuntu-latest, steps: [{ run: 'true' }]";
const beyond = "runs-on: ubuntu-latest, steps: [{ uses: acme/setup-tool@v1 }]";
const missing = "it uses acme/setup-tool@v1, which is not here";
const skipped = "it is always skipped: its condition does not hold on a pull request here";

describe("the checks that a pull request would get", () => {
  it.each(["success()", "!failure() && !cancelled()", "always()", "needs.test.result != 'x'"])(
    "A job with `if: %s` that needs a job that cannot run here judges nothing",
    async (condition) => {
      const found = await foresee(`  test: { ${beyond} }\n  sum: { needs: test, if: "${condition}", ${steps} }\n`);
      expect(found).toEqual({ test: missing, sum: `it needs 'test': ${missing}` });
    },
  );

  it("A job that needs one that cannot run here through others judges nothing, and the rest still does", async () => {
    const found = await foresee(
      `  test: { ${beyond} }\n  lint: { ${steps} }\n  pack: { needs: test, ${steps} }\n  sum: { needs: [lint, pack], if: always(), ${steps} }\n`,
    );
    const why = `it needs 'test': ${missing}`;
    expect(found).toEqual({ test: missing, lint: null, pack: why, sum: why });
  });

  it.each([
    ["github.event_name == 'push' && github.actor == 'ann'", skipped],
    ["github.ref == 'refs/heads/main'", skipped],
    ["startsWith(github.ref, 'refs/tags/')", skipped],
    ["github.repository == 'elsewhere/app'", skipped],
    ["false", skipped],
    ["github.event.pull_request.draft", skipped],
    ["github.event_name == 'pull_request'", null],
    ["github.event.pull_request.head.repo.full_name == github.repository", null],
    ["!contains(github.event.head_commit.message, 'skip')", null],
    ["github.actor == 'ann' || github.event_name == 'pull_request'", null],
    ["github.head_ref != 'x'", null],
  ])("A job with `if: %s` is foreseen by what every pull request has", async (condition, expected) => {
    expect(await foresee(`  one: { if: "${condition}", ${steps} }\n`)).toEqual({ one: expected });
  });

  it("A job that needs an always skipped one is skipped with it, and a summary over it is not", async () => {
    const found = await foresee(
      `  release: { if: "github.event_name == 'push'", ${beyond} }\n  notes: { needs: release, ${steps} }\n  sum: { needs: release, if: "!contains(needs.*.result, 'failure') && !cancelled()", ${steps} }\n`,
    );
    expect(found).toEqual({ release: skipped, notes: skipped, sum: null });
  });

  it("A job that may fail is not waited for, and takes nothing from those that need it", async () => {
    const matrix = "strategy: { fail-fast: false, matrix: { new: [false, true] } }";
    const found = await foresee(
      `  test: { ${matrix}, continue-on-error: "\${{ matrix.new }}", ${steps} }\n  tool: { continue-on-error: true, ${beyond} }\n  sum: { needs: [test, tool], ${steps} }\n`,
    );
    expect(found).toEqual({
      "test (false)": null,
      "test (true)": "it may fail: it has 'continue-on-error'",
      tool: missing,
      sum: null,
    });
  });

  it("Jobs of called workflows are foreseen under their caller's name, and a skipped caller is one check", async () => {
    const called = `on: workflow_call\njobs:\n  unit: { strategy: { matrix: { n: [1, 2] } }, ${steps} }\n  tool: { ${beyond} }\n`;
    const found = await foresee(
      `  call: { name: Call, uses: ./.github/workflows/called.yml }\n  off: { if: "github.event_name == 'push'", uses: ./.github/workflows/called.yml }\n  sum: { needs: call, if: always(), ${steps} }\n`,
      { called },
    );
    expect(found).toEqual({
      "Call / unit (1)": null,
      "Call / unit (2)": null,
      "Call / tool": missing,
      off: skipped,
      sum: `it needs 'call': ${missing}`,
    });
  });

  it("A name that only the run fills in is not waited for", async () => {
    const found = await foresee(
      `  one: { name: "on \${{ github.head_ref }}", ${steps} }\n  two: { name: "into \${{ github.base_ref }}", ${steps} }\n`,
    );
    expect(found).toEqual({ one: "its name depends on the run", "into main": null });
  });
});
