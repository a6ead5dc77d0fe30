import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Copy, withoutWords, wordlessCopy } from "./copy.ts";
import { literals } from "./literals.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const SEEDS = 20;

function files(folder: string): { path: string; code: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, code: readFileSync(join(root, folder, path), "utf8") }));
}

/** Runs a script in a checkout. Throws with its output where the exit code is not 0. */
function run(folder: string, script: string, options: readonly string[]): string {
  return execFileSync(process.execPath, [script, ...options], { cwd: folder, encoding: "utf8" });
}

describe("with every sentence of messages/ replaced by x", { timeout: 300_000 }, () => {
  let copy: Copy;
  beforeAll(() => {
    copy = wordlessCopy(["test", "ARCHITECTURE.md"]);
    expect(copy.replaced).toBeGreaterThan(300);
  });
  afterAll(() => copy.remove());

  it("the tests of the core pass", () => {
    // Without the walks through all states, which take most of the time and read no message.
    const options = [
      "run",
      "--no-isolate",
      "--maxWorkers=1",
      "--testTimeout=60000",
      "--exclude",
      "test/core/events/**",
      "test/core",
    ];
    const output = run(copy.folder, "node_modules/vitest/vitest.mjs", options);
    expect(stripVTControlCharacters(output)).toMatch(/Tests {2}\d+ passed \(/);
  });

  it("the simulation keeps every promise", () => {
    const output = run(copy.folder, "test/simulation/main.ts", ["--hunt", "--seeds", String(SEEDS), "--threads", "1"]);
    expect(JSON.parse(output.trim().split("\n").at(-1) ?? "")).toEqual({ played: SEEDS, seed: null });
  });
});

/** Files of the core with words in them, and what these are. */
const WITH_WORDS: Record<string, string> = {
  "migrations/feature-6.ts": "sentences of older versions",
  "migrations/index.ts": "what `decide` throws",
};

it("the core holds values: no sentence is made in it", () => {
  const sentences = files("src/core").flatMap(({ path, code }) =>
    literals(code)
      .filter(({ text, isThrown }) => /\p{L}\S*\s+\S*\p{L}/u.test(text) && !isThrown)
      .map(({ line, text }) => ({ path, line, text })),
  );
  expect(sentences.filter(({ path }) => !(path in WITH_WORDS))).toEqual([]);
  expect(Object.keys(WITH_WORDS).filter((path) => !sentences.some((one) => one.path === path))).toEqual([]);
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
])("the copy has no words in %s", (code, wordless) => {
  expect(withoutWords(code).code).toBe(wordless);
});
