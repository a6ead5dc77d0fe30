import assert from "node:assert/strict";
import test from "node:test";
import { parseEntry } from "../src/entry.ts";

test("a line is read as date, category, amount and note", () => {
  assert.deepEqual(parseEntry("2026-03-02 food 23.40 Bread, cheese"), {
    date: "2026-03-02",
    category: "food",
    cents: 2340,
    pending: false,
    note: "Bread, cheese",
  });
});

test("a question mark after the amount makes an entry pending", () => {
  const entry = parseEntry("2026-03-09 travel 61.90? Train to Ghent");
  assert.equal(entry.pending, true);
  assert.equal(entry.cents, 6190);
});

test("a note may be missing", () => {
  assert.equal(parseEntry("2026-03-05 rent 850.00").note, "");
});

test("anything else is refused", () => {
  assert.throws(() => parseEntry("yesterday food 23.40"), /not an entry/);
});
