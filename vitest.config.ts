import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The official workflow parser imports JSON without an import attribute; inlining lets Vite load it.
    server: { deps: { inline: [/@actions\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: scenario tests start real processes, so more workers would only make them wait for each other.
    maxWorkers: 2,
  },
});
