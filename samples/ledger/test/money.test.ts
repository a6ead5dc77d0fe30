import assert from "node:assert/strict";
import test from "node:test";
import { formatCents, parseCents } from "../src/money.ts";

test("an amount is read as cents and written back", () => {
  assert.equal(parseCents("1234.05"), 123405);
  assert.equal(formatCents(123405), "1234.05");
});

test("an amount without two decimals is refused", () => {
  for (const text of ["12", "12.5", "12,50", "-1.00"]) assert.throws(() => parseCents(text), /not an amount/);
});
