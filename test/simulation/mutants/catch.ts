/** How many seeds it takes to catch each bug: the harness is only as good as that. */
import { spawn } from "node:child_process";
import { z } from "zod";
import { copyWith } from "./apply.ts";
import { type Mutant, mutants } from "./patches.ts";

export const MOST_SEEDS = 1_000;

const Caught = z.object({ played: z.number(), seed: z.string().nullable(), promise: z.string().optional() });

/** Whether all were caught. */
export async function catchMutants(say: (line: string) => void, chosen: string | undefined): Promise<boolean> {
  let missed = 0;
  say(`${"bug".padEnd(58)} seeds  caught as`);
  for (const mutant of mutants) {
    if (chosen !== undefined && !mutant.bug.includes(chosen)) continue;
    const { seed, promise } = await hunt(mutant);
    if (seed === null) missed += 1;
    say(`${mutant.bug.padEnd(58)} ${(seed ?? "-").padStart(5)}  ${promise ?? `NOT CAUGHT in ${MOST_SEEDS} seeds`}`);
  }
  return missed === 0;
}

async function hunt(mutant: Mutant): Promise<z.infer<typeof Caught>> {
  const copy = copyWith(mutant);
  try {
    const words = ["test/simulation/main.ts", "--hunt", "--seeds", String(MOST_SEEDS)];
    const child = spawn(process.execPath, words, { cwd: copy.folder, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    for await (const chunk of child.stdout) output += String(chunk);
    return Caught.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
  } finally {
    copy.remove();
  }
}
