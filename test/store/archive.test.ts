import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Leaving } from "../../src/loop/store-port.ts";
import { archive } from "../../src/store/archive.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "headgate-archive-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = "2026-01-02T03:04:05.000Z";
const row = (seq: number) => ({ seq, key: `k${seq}`, event: "a\nb", at, outcome: {}, effects: [] });
const leaving = (more: Partial<Leaving> = {}): Leaving => ({
  aggregate: "acme/tool#12",
  endedAt: at,
  snapshot: { state: { stage: "completed" }, schema: 8, seq: 2 },
  history: [row(1), row(2)],
  effects: [{ key: "e", effect: { type: "e" }, runAt: at, attempts: 1 }],
  topics: ["t"],
  ...more,
});

it("the file is named by aggregate, day and last row, and holds one row a line", async () => {
  const exports = join(folder, "made", "on-demand");
  await archive(exports, leaving());
  const [name, ...others] = readdirSync(exports);
  expect([name, others]).toEqual([expect.stringMatching(/^acme_tool_12-[0-9a-f]{8}-2026-01-02-2\.jsonl$/), []]);
  const lines = readFileSync(join(exports, name!), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { kind: "snapshot", aggregate: "acme/tool#12", endedAt: at, state: { stage: "completed" }, schema: 8, seq: 2 },
    { kind: "history", ...row(1) },
    { kind: "history", ...row(2) },
    { kind: "effect", key: "e", effect: { type: "e" }, runAt: at, attempts: 1 },
    { kind: "route", topic: "t" },
  ]);
});

it("the same rows again replace their file, and other rows and aggregates get files of their own", async () => {
  const all = [{}, {}, { history: [row(3)] }, { aggregate: "acme/tool:12" }, { aggregate: "Acme/tool#12" }];
  for (const more of all) await archive(folder, leaving(more));
  expect(new Set(readdirSync(folder).map((name) => name.toLowerCase())).size).toBe(4);
});

it("no name leads out of the folder or is too long for it", async () => {
  for (const aggregate of ["../../x", "..", `a/${"é".repeat(300)}`, `a/${"x".repeat(300)}`]) {
    await archive(folder, leaving({ aggregate }));
  }
  expect(readdirSync(folder)).toHaveLength(4);
});

it("a folder that cannot be written to is an error", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  await expect(archive(file, leaving())).rejects.toThrow(/EEXIST|ENOTDIR/);
});
