/**
 * What it is worth to know beforehand which files tasks will change: how often the overlap rule foresees a conflict, and
 * what each overlap policy costs on pulls that really were written side by side. Without a trace nothing is measured.
 */
import { changedBy, shareFiles } from "../../../src/core/rules/overlap.ts";
import { Chance } from "../../simulation/chance.ts";
import { atMost, type Figure, mean, type Report, shown } from "../figures.ts";
import { readTrace, type Trace } from "../scheduling/trace.ts";
import { type OverlapPolicy, overlapPolicies, Windows } from "./windows.ts";

const WINDOWS = 1_000;
const SLOTS = 4;

/** How well a planner might know the files, as the globs that it would have written. */
const foresights: Record<string, (files: readonly string[]) => string[]> = {
  "the very files": (files) => [...files],
  "their folders": (files) => distinct(files.map((file) => inFolder(file, 99))),
  "the two top folders": (files) => distinct(files.map((file) => inFolder(file, 2))),
};

export function splitting(file: string | undefined): Report[] {
  if (file === undefined) {
    return [{ name: "Splitting, a real trace", notes: ["not measured: give --trace FILE"], figures: [] }];
  }
  const trace = readTrace(file);
  return [foreseeing(trace), isolating(trace)];
}

/** Precision and recall of "may change the same files" as a forecast of "conflicts", over all pairs that git merged again. */
function foreseeing(trace: Trace): Report {
  const byNumber = new Map(trace.tasks.map((pull) => [pull.pr, pull]));
  const pairs = trace.pairs.flatMap(({ a, b, label }) => {
    const [left, right] = [byNumber.get(a), byNumber.get(b)];
    return left === undefined || right === undefined ? [] : [{ left, right, conflict: label === "conflict" }];
  });
  const figures: Figure[] = Object.entries(foresights).flatMap(([name, foresee]) => {
    const said = pairs.map(({ left, right }) =>
      shareFiles(changedBy(foresee(left.files)), changedBy(foresee(right.files))),
    );
    const right = pairs.filter(({ conflict }, index) => conflict && said[index]).length;
    return [
      shown(`${name}: precision`, right / Math.max(1, said.filter(Boolean).length)),
      shown(`${name}: recall`, right / Math.max(1, pairs.filter(({ conflict }) => conflict).length)),
    ];
  });
  const conflicts = pairs.filter(({ conflict }) => conflict).length;
  const notes = [
    `${pairs.length} pairs of ${trace.repo}, ${conflicts} of them in conflict by git`,
    "A trace has no forecasts of its own: they are made of the real files, known exactly or only by folder",
  ];
  return { name: "Splitting, foreseen conflicts", notes, figures };
}

/** Makespan and work of each policy, against the same tasks as if nothing ever conflicted. */
function isolating(trace: Trace): Report {
  const windows = new Windows(trace, new Chance("splitting"));
  const drawn = Array.from({ length: WINDOWS }, () => windows.draw(foresights["their folders"]!));
  const ideal = drawn.map((window) => window.ideal(SLOTS));
  const ratios = (overlap: OverlapPolicy) =>
    drawn.map((window, index) => window.under(overlap, SLOTS).minutes / ideal[index]!);
  const figures: Figure[] = overlapPolicies.flatMap((overlap) => [
    shown(`${overlap}: makespan, mean`, mean(ratios(overlap))),
    shown(`${overlap}: agents' work, mean`, mean(drawn.map((window) => window.under(overlap, SLOTS).work))),
  ]);
  const against = mean(ratios("optimistic")) / mean(ratios("serialise-overlap"));
  figures.push(atMost("the default's makespan against serialise-overlap", against, 1));
  const notes = [
    `${WINDOWS} windows of 6 to 20 pulls on ${SLOTS} slots; 1: as if nothing conflicted`,
    "Conflicts and entanglement are git's word, and entangled pairs depend on each other under every policy;",
    "durations are modelled from sizes, and what a resolution costs is the analysis's own figure",
  ];
  return { name: "Splitting, overlap policies", notes, figures };
}

/** Names a file at the top by itself, so that a README does not stand for the whole repository. */
function inFolder(file: string, depth: number): string {
  const folders = file.split("/").slice(0, -1).slice(0, depth);
  return folders.length === 0 ? file : `${folders.join("/")}/**`;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
