/** Keeps which checks judged the base well, in the data folder, so that a run that is continued does not check it again. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** Failures are not kept: the machine may be repaired before the next run. */
const Kept = z.object({
  sha: z.string(),
  /** The command of `--checks`. */
  command: z.string().nullable(),
  passed: z.array(z.string()),
  notRun: z.array(z.object({ name: z.string(), why: z.string() })),
});
export type Kept = z.infer<typeof Kept>;

const FILE = "base-check.json";

/** Returns the kept results; null where there are none for this base, these checks and this command. */
export async function readKept(
  dataDir: string,
  { sha, command, required }: { sha: string; command: string | null; required: readonly string[] },
): Promise<Kept | null> {
  const text = await readFile(join(dataDir, FILE), "utf8").catch(() => null);
  if (text === null) return null;
  const kept = Kept.safeParse(parsed(text)).data;
  if (kept === undefined || kept.sha !== sha || kept.command !== command) return null;
  const known = [...kept.passed, ...kept.notRun.map(({ name }) => name)];
  return required.every((name) => known.includes(name)) ? kept : null;
}

export async function keep(dataDir: string, kept: Kept): Promise<void> {
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(kept, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
