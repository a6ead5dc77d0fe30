import assert from "node:assert/strict";
import test from "node:test";
import { parseOptions } from "../src/options.ts";

test("the file is all that is needed", () => {
  const options = parseOptions(["march.ledger"]);
  assert.equal(options.file, "march.ledger");
  assert.equal(options.all, false);
});

test("options may stand before or after the file", () => {
  assert.equal(parseOptions(["--all", "march.ledger"]).all, true);
  assert.equal(parseOptions(["march.ledger", "--all"]).all, true);
});

test("mistakes are named", () => {
  assert.throws(() => parseOptions([]), /which ledger/);
  assert.throws(() => parseOptions(["--al", "march.ledger"]), /unknown option --al/);
  assert.throws(() => parseOptions(["march.ledger", "april.ledger"]), /only one ledger/);
});
