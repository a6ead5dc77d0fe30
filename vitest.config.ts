import { configDefaults, defineConfig } from "vitest/config";
import { SkippedTests } from "./tools/skipped-tests.ts";
import { SlowFirst } from "./tools/slow-first.ts";

/** Tests without side effects on other files. They share a process, which loads the same modules once. */
const pure = ["test/{config,core,messages}/**/*.test.ts", "test/loop/!(quarantine).test.ts"];
const hostile = ["test/hostile/*.test.ts"];
/** Takes longer than CI may. */
const nightly = ["test/nightly/*.test.ts"];

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // A busy machine needs more than the usual second for a process to start.
    expect: { poll: { timeout: 60_000 } },
    // Two cores: scenario tests start real processes, so more workers would only make them wait for each other.
    maxWorkers: 2,
    sequence: { sequencer: SlowFirst },
    reporters: [...configDefaults.reporters, new SkippedTests()],
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: "isolated",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...pure, ...hostile, ...nightly],
        },
      },
      { extends: true, test: { name: "hostile", include: hostile } },
      { extends: true, test: { name: "nightly", include: nightly } },
    ],
  },
});
