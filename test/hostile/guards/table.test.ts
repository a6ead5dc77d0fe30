import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { hostiles } from "../cases/index.ts";
import { KINDS } from "../hostile.ts";
import { type Guard, guards } from "./table.ts";

const source = (file: string) => readFileSync(new URL(`../../../src/${file}`, import.meta.url), "utf8");

it.each(Object.entries<Guard>(guards))("the guard %s quotes lines that the source has once", (_, { edits }) => {
  for (const { file, find } of edits)
    expect([file, find, source(file).split(find).length - 1]).toEqual([file, find, 1]);
});

it("every guard keeps out a hostile agent", () => {
  expect([...new Set(hostiles.map(({ guard }) => guard))].sort()).toEqual(Object.keys(guards).sort());
});

it("there are at least forty hostile agents, and at least four of each kind, each with a name of its own", () => {
  const counted = KINDS.map((kind) => [kind, hostiles.filter((one) => one.kind === kind).length] as const);
  expect(counted.filter(([, count]) => count < 4)).toEqual([]);
  expect(hostiles.length).toBeGreaterThanOrEqual(40);
  expect(new Set(hostiles.map(({ id }) => id)).size).toBe(hostiles.length);
});
