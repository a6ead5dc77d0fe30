/**
 * Plans out of a real trace of pull requests that were written side by side. Each plan is a window of 6 to 20 that follow
 * each other by when they were begun. A task depends on an earlier one of its window if the two could not have been
 * written apart: git says so where the pair was re-merged (`conflict`, or `entangled`: clean as text, but one builds on
 * what the other changed), and a shared file does where it was not measured. As in a plan that a person wrote, only the
 * nearest three such edges of a task are kept; the others follow from them, mostly.
 *
 * The trace's own times are review time. What a task takes is modelled from its size instead: agents read and check far
 * more than they write, so ten minutes for a change of middle size, growing with the square root of its lines, and noise.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Chance } from "../../simulation/chance.ts";
import { lognormal } from "../draw.ts";
import { quantile } from "../figures.ts";
import type { Job } from "./work.ts";
import { ESTIMATE_ERROR, MEAN_SECONDS, sizeOf } from "./work.ts";

const Label = z.enum(["clean", "conflict", "entangled"]);
export type Label = z.infer<typeof Label>;
const Trace = z.object({
  repo: z.string(),
  tasks: z.array(
    z.object({
      pr: z.number(),
      firstAuthored: z.number(),
      insertions: z.number(),
      deletions: z.number(),
      files: z.array(z.string()),
    }),
  ),
  pairs: z.array(z.object({ a: z.number(), b: z.number(), label: Label })),
});
export type Trace = z.infer<typeof Trace>;
export type Pull = Trace["tasks"][number];

const EDGES_MOST = 3;

/** How much longer or shorter a task takes than its size lets expect: the coefficient of variation of a lognormal factor. */
const NOISE = 0.6;

export function readTrace(file: string): Trace {
  return Trace.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** `count` plans, from windows drawn with `chance`. */
export function plansOf(trace: Trace, count: number, chance: Chance): Job[][] {
  const pulls = trace.tasks.toSorted((left, right) => left.firstAuthored - right.firstAuthored);
  const tied = tiesOf(trace);
  const middle = quantile(pulls.map(linesOf), 0.5);
  return Array.from({ length: count }, () => {
    const length = Math.min(pulls.length, chance.between(6, 20));
    const first = chance.between(0, pulls.length - length);
    const window = pulls.slice(first, first + length);
    return window.map((pull, index) => {
      const dependsOn = window
        .slice(0, index)
        .filter((earlier) => tied(earlier, pull))
        .slice(-EDGES_MOST)
        .map(idOf);
      const expected = MEAN_SECONDS * Math.sqrt(linesOf(pull) / middle);
      const takes = lognormal(chance, expected, NOISE);
      return { id: idOf(pull), dependsOn, takes, size: sizeOf(takes * lognormal(chance, 1, ESTIMATE_ERROR)) };
    });
  });
}

export const idOf = (pull: Pull): string => `pr-${pull.pr}`;
const linesOf = (pull: Pull): number => Math.max(1, pull.insertions + pull.deletions);

/** Minutes of an agent's work that a change of the pull's size is taken for. */
export function minutesOf(trace: Trace): (pull: Pull) => number {
  const middle = quantile(trace.tasks.map(linesOf), 0.5);
  return (pull) => (MEAN_SECONDS / 60) * Math.sqrt(linesOf(pull) / middle);
}

/** Git's result for two pulls; undefined: they were not merged again. */
export function labelsOf(trace: Trace): (left: Pull, right: Pull) => Label | undefined {
  const key = (left: number, right: number) => `${Math.min(left, right)} ${Math.max(left, right)}`;
  const labels = new Map(trace.pairs.map(({ a, b, label }) => [key(a, b), label]));
  return (left, right) => labels.get(key(left.pr, right.pr));
}

function tiesOf(trace: Trace): (left: Pull, right: Pull) => boolean {
  const labelOf = labelsOf(trace);
  return (left, right) => {
    const label = labelOf(left, right);
    if (label !== undefined) return label !== "clean";
    const files = new Set(left.files);
    return right.files.some((file) => files.has(file));
  };
}
