/** Records the inputs of a data folder's run, so that nobody continues it with other inputs by mistake. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import type { Source } from "./source.ts";

const Memory = z.object({
  /** Folder or URL of the repository. */
  repository: z.string(),
  branch: z.string(),
  /** An older version did not keep the body. */
  issue: z.object({ title: z.string(), bodySha256: z.string(), body: z.string().optional() }),
  /** SHA of the branch's tip at the import; null before the import. */
  imported: z.string().nullable(),
  /** Path of the folder that this run cloned its result into. */
  out: z.string().nullable(),
});
export type Memory = z.infer<typeof Memory>;

const FILE = "run.json";

/** Reads the record, or starts a new one. @throws BadInput naming the flag that differs from the recorded run */
export async function recall(dataDir: string, source: Source, issue: { title: string; body: string }): Promise<Memory> {
  const wanted: Memory = {
    repository: source.url,
    branch: source.branch,
    issue: { ...issue, bodySha256: sha256(issue.body) },
    imported: null,
    out: null,
  };
  await makeFolder(dataDir);
  const path = join(dataDir, FILE);
  if (!existsSync(path)) {
    if (readdirSync(dataDir).length > 0) {
      throw new BadInput(`--data-dir: ${dataDir} holds something else already; give a new or empty folder`);
    }
    await remember(dataDir, wanted);
    return wanted;
  }
  const known = await readMemory(path);
  const differs = (flag: string, before: string) =>
    new BadInput(`--${flag}: the data folder holds a run of ${before}; continue with that, or give another --data-dir`);
  if (known.repository !== wanted.repository) throw differs("repo", `the repository ${known.repository}`);
  if (known.branch !== wanted.branch) throw differs("base", `the branch ${known.branch}`);
  if (known.issue.title !== wanted.issue.title) throw differs("issue", `the issue '${known.issue.title}'`);
  if (known.issue.bodySha256 !== wanted.issue.bodySha256) throw differs("issue", "another text of this issue");
  return known;
}

/** Keeps the options of a run in its data folder, so that a continued run needs none of them again. */
export interface KnownRun {
  repository: string;
  issue: { title: string; body: string } | null;
}

/** Returns null where the folder holds no run. A damaged record is left to `recall`. */
export function knownRun(dataDir: string): KnownRun | null {
  try {
    const { repository, issue } = Memory.parse(JSON.parse(readFileSync(join(dataDir, FILE), "utf8")));
    const { title, body } = issue;
    return { repository, issue: body === undefined ? null : { title, body } };
  } catch {
    return null;
  }
}

export async function remember(dataDir: string, memory: Memory): Promise<void> {
  const path = join(dataDir, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(memory, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    readdirSync(path);
  } catch (error) {
    throw new BadInput(`--data-dir: ${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

async function readMemory(path: string): Promise<Memory> {
  try {
    return Memory.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new BadInput(`--data-dir: ${path} is damaged; give another folder`, { cause: error });
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
