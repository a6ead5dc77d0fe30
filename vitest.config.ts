import { configDefaults, defineConfig } from "vitest/config";
import { SkippedTests } from "./tools/skipped-tests.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // Two cores: scenario tests start real processes, so more workers would only make them wait for each other.
    maxWorkers: 2,
    reporters: [...configDefaults.reporters, new SkippedTests()],
  },
});
