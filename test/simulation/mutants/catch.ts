/**
 * Counts the seeds that it takes to catch each seeded bug, which measures the simulation. Records the scenario that
 * caught a bug, so that a gate runs only that one. Searches again from the first seed when a bug escapes its recorded
 * scenario.
 */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { copyWith } from "./apply.ts";
import { type Mutant, mutants } from "./patches.ts";

const MOST_SEEDS = 1_000;

const Caught = z.object({ played: z.number(), seed: z.string().nullable(), promise: z.string().optional() });
type Caught = z.infer<typeof Caught>;

const recordPath = fileURLToPath(new URL("caught.json", import.meta.url));
const Recorded = z.record(z.string(), z.number().int().min(1).max(MOST_SEEDS));

/** Returns the first seed that catches each bug, by the bug's name. */
export function recorded(): Record<string, number> {
  return Recorded.parse(JSON.parse(readFileSync(recordPath, "utf8")));
}

interface CatchOptions {
  say(line: string): void;
  /** Limits the bugs to those with this text in their name. */
  only: string | undefined;
  /** Ignores the recorded seeds. */
  anew: boolean;
  /** How many bugs to try at a time, each on one thread. */
  threads: number;
}

/** Returns true when all bugs were caught. Records new catches. */
export async function catchMutants({ say, only, anew, threads }: CatchOptions): Promise<boolean> {
  const record = recorded();
  const waiting = mutants.filter(({ bug }) => only === undefined || bug.includes(only));
  let missed = 0;
  say(`${"bug".padEnd(58)} seeds  caught as`);

  async function serve(): Promise<void> {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const { bug } = mutant;
      const { seed, promise } = await tried(mutant, anew ? undefined : record[bug]);
      if (seed === null) missed += 1;
      else record[bug] = Number(seed);
      say(`${bug.padEnd(58)} ${(seed ?? "-").padStart(5)}  ${promise ?? `NOT CAUGHT in ${MOST_SEEDS} seeds`}`);
    }
  }

  await Promise.all(Array.from({ length: threads }, serve));
  const known = mutants.flatMap(({ bug }) => (record[bug] === undefined ? [] : [[bug, record[bug]]]));
  writeFileSync(recordPath, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  return missed === 0;
}

async function tried(mutant: Mutant, seed: number | undefined): Promise<Caught> {
  const copy = copyWith(mutant);
  try {
    if (seed !== undefined) {
      const again = await hunt(copy.folder, seed, 1);
      if (again.seed !== null) return again;
    }
    return await hunt(copy.folder, 1, MOST_SEEDS);
  } finally {
    copy.remove();
  }
}

async function hunt(folder: string, from: number, seeds: number): Promise<Caught> {
  const range = ["--from", String(from), "--seeds", String(seeds), "--threads", "1"];
  const words = ["test/simulation/main.ts", "--hunt", ...range];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of child.stdout) output += String(chunk);
  return Caught.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}
