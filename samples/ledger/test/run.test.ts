import assert from "node:assert/strict";
import test from "node:test";
import { parseOptions } from "../src/options.ts";
import { run } from "../src/run.ts";

const LEDGER = "2026-03-02 food 10.00\n2026-03-09 travel 61.90? Train\n";

test("pending entries are left out", () => {
  assert.equal(run(LEDGER, parseOptions(["any"])), "food  10.00\ntotal 10.00\n");
});

test("--all counts pending entries", () => {
  assert.match(run(LEDGER, parseOptions(["any", "--all"])), /total +71\.90/);
});
