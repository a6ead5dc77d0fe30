/** The line at the end of a test run, as vitest prints it for a folder of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
let folder: string;
beforeEach(() => {
  // Inside the checkout, so that the tests in it find vitest.
  folder = mkdtempSync(join(root, "node_modules", ".skipped-"));
  const reporter = JSON.stringify(join(root, "tools", "skipped-tests.ts"));
  const config = `import { SkippedTests } from ${reporter};
    export default { test: { include: ["*.test.ts"], reporters: ["default", new SkippedTests()] } };`;
  writeFileSync(join(folder, "vitest.config.ts"), config);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(tests: string, { ci }: { ci: boolean }) {
  writeFileSync(join(folder, "some.test.ts"), `import { beforeAll, describe, it } from "vitest";\n${tests}`);
  const { CI: _, ...env } = process.env;
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const ended = spawnSync(process.execPath, [vitest, "run"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...env, NO_COLOR: "1", ...(ci && { CI: "true" }) },
  });
  return { status: ended.status, lastLine: ended.stdout.trimEnd().split("\n").at(-1) };
}

it("the last line of a test run counts the skipped tests by reason", () => {
  const tests = `
    it("runs", () => {});
    it("needs a printer", (test) => test.skip("no printer on this machine"));
    it("needs it too", (test) => test.skip("no printer on this machine"));
    describe.skipIf(true)("somewhere else", () => { it("works", () => {}); });`;
  expect(run(tests, { ci: false })).toEqual({
    status: 0,
    lastLine: "3 tests skipped: no printer on this machine (2), no reason given (1)",
  });
});

it("the last line of a test run names a failed setup as the reason", () => {
  const tests = `
    beforeAll(() => { throw new Error("no"); });
    it("works", () => {});`;
  expect(run(tests, { ci: false })).toEqual({ status: 1, lastLine: "1 test skipped: its setup failed (1)" });
});

it("a skipped test fails the run in CI", () => {
  const tests = `
    it("runs", () => {});
    it.skip("works", () => {});`;
  expect(run(tests, { ci: true })).toEqual({ status: 1, lastLine: "1 test skipped: no reason given (1)" });
});

it("a test run without skipped tests ends with vitest's own summary", () => {
  const { status, lastLine } = run('it("runs", () => {});', { ci: true });
  expect(status).toBe(0);
  expect(lastLine).toContain("Duration");
});
