import assert from "node:assert/strict";
import test from "node:test";
import type { Entry } from "../src/entry.ts";
import { report } from "../src/report.ts";

function entry(category: string, cents: number): Entry {
  return { date: "2026-03-01", category, cents, pending: false, note: "" };
}

test("categories are added up and listed by name, amounts in line", () => {
  assert.equal(
    report([entry("rent", 85000), entry("food", 2340), entry("food", 60)]),
    "food   24.00\nrent  850.00\ntotal 874.00\n",
  );
});

test("no entries make a total of nothing", () => {
  assert.equal(report([]), "total 0.00\n");
});
