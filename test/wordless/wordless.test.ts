import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compared, nothingCompared } from "../simulation/equivalence/comparison.ts";
import { loadOther } from "../simulation/equivalence/other-core.ts";
import { generate } from "../simulation/scenario/generate.ts";
import { type Copy, withoutWords, wordlessCopy } from "./copy.ts";

const SEEDS = 40;

describe("with every sentence of messages/ replaced by x", () => {
  let copy: Copy;
  beforeAll(() => {
    copy = wordlessCopy(["test/simulation"]);
  });
  afterAll(() => copy.remove());

  it("the simulation keeps every promise", () => {
    expect(copy.replaced).toBeGreaterThan(300);
    const words = ["test/simulation/main.ts", "--hunt", "--seeds", String(SEEDS), "--threads", "1"];
    const output = execFileSync(process.execPath, words, { cwd: copy.folder, encoding: "utf8" });
    expect(JSON.parse(output.trim().split("\n").at(-1) ?? "")).toEqual({ played: SEEDS, seed: null });
  });

  it("the core decides every event as it does with the words", async () => {
    const wordless = await loadOther(copy.folder);
    const comparison = nothingCompared();
    for (let seed = 1; seed <= 8; seed += 1) await compared(wordless, generate(String(seed)), comparison);
    expect(comparison.differences).toEqual([]);
    expect(comparison.decisions).toBeGreaterThan(1_000);
  });
});

it.each([
  ['say("It is merged");', 'say("x");'],
  ["say(`It is ${what} now — é`, `${a}\n${b}`);", "say(`x${what}x`, `${a}\n${b}`);"],
  ['const words: Record<Kind, string> = { "a-b": "A word" };', 'const words: Record<Kind, string> = { "a-b": "x" };'],
  ['import { a } from "./a.ts";', 'import { a } from "./a.ts";'],
  ['switch (kind) { case "a": say("b"); }', 'switch (kind) { case "a": say("x"); }'],
  [
    'if (kind === "a" && text.startsWith("b")) say("c", "|");',
    'if (kind === "a" && text.startsWith("b")) say("x", "|");',
  ],
])("words are taken out of %s", (code, wordless) => {
  expect(withoutWords(code).code).toBe(wordless);
});
