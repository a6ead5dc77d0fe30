import assert from "node:assert/strict";
import test from "node:test";
import { readLedger } from "../src/ledger.ts";

test("comments and empty lines are passed over", () => {
  const entries = readLedger("# March\n\n2026-03-02 food 23.40\r\n  # more\n2026-03-05 rent 850.00\n");
  assert.deepEqual(
    entries.map(({ category }) => category),
    ["food", "rent"],
  );
});

test("an error names its line", () => {
  assert.throws(() => readLedger("# March\n2026-03-02 food lots"), /^Error: line 2: 'lots' is not an amount/);
});
