import { defineConfig } from "vitest/config";

/** Plays the agents of one guard. Only `removed.ts` starts it, in a copy of the project without that guard. */
export default defineConfig({
  test: { include: ["test/hostile/guards/unguarded.ts"], testTimeout: 300_000, hookTimeout: 60_000, maxWorkers: 1 },
});
