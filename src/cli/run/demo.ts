/** `headgate demo`: runs `headgate run` on the sample of this project. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commitFolder } from "../git.ts";

const samples = join(import.meta.dirname, "..", "..", "..", "samples");

export interface Demo {
  /** Path of a git repository with the sample. It exists while the demo runs. */
  repo: string;
  issue: string;
  script: string;
  remove(): Promise<void>;
}

export async function prepareDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-sample-"));
  const repo = join(folder, "ledger");
  await cp(join(samples, "ledger"), repo, { recursive: true });
  await commitFolder(repo, "main", "A ledger for the command line");
  return {
    repo,
    issue: join(samples, "ledger.issue.md"),
    script: join(samples, "ledger.script.json"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
