/**
 * Ends a test run with a line that says how many tests were skipped and why, so that a green run never hides what did not
 * run. In CI a skipped test fails the run. Skip with `ctx.skip("reason")`: the other ways give no reason.
 */
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

export class SkippedTests implements Reporter {
  private vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With `vitest -t`, whoever runs the tests left the others out.
    if (this.vitest?.config.testNamePattern !== undefined) return;
    const line = describeSkipped(modules);
    if (line === null) return;
    this.vitest?.logger.log(line);
    if (process.env.CI) process.exitCode = 1;
  }
}

function describeSkipped(modules: readonly TestModule[]): string | null {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests("skipped")) {
      const reason = reasonOf(test);
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return null;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...counts].map(([reason, count]) => `${reason} (${count})`).join(", ");
  return `${total} ${total === 1 ? "test" : "tests"} skipped: ${reasons}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === "skipped" && result.note) return result.note;
  for (let parent: TestCase["parent"] = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return "its setup failed";
    if (parent.type === "module") return "no reason given";
  }
}
