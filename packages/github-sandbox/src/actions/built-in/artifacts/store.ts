/** Keeps the artifacts of workflow runs: one zip file each, in the runner's folder. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Artifact, WorkflowRun } from "../../../store/entities.ts";
import type { Store } from "../../../store/store.ts";
import { StepError } from "../../execute/step-error.ts";
import { writeZip, type ZipEntry } from "./zip.ts";

export interface Artifacts {
  /** Packs files into an artifact. Throws StepError when the name is taken or invalid. */
  save(
    run: WorkflowRun,
    artifact: { name: string; entries: ZipEntry[]; overwrite: boolean; retentionDays: number | null },
  ): Promise<Artifact>;
  ofRun(runId: number): Artifact[];
  /** Returns the path of the zip file. */
  path(artifact: Artifact): string;
  remove(artifact: Artifact): void;
}

const defaultRetentionDays = 90;
/** Matches names that GitHub refuses. A name becomes a file's or folder's name, and `..` would leave the folder. */
const forbidden = /["\\:<>|*?\r\n/]|^\.{0,2}$/;

export function openArtifacts(store: Store, dataDir: string): Artifacts {
  const folder = join(dataDir, "artifacts");
  mkdirSync(folder, { recursive: true });
  const table = store.table("artifacts");
  const path = (artifact: Pick<Artifact, "id">) => join(folder, `${artifact.id}.zip`);

  const artifacts: Artifacts = {
    path,
    ofRun: (runId) => table.filter((artifact) => artifact.runId === runId),
    remove(artifact) {
      table.remove(artifact.id);
      rmSync(path(artifact), { force: true });
    },
    async save(run, { name, entries, overwrite, retentionDays }) {
      if (forbidden.test(name) || /^\.{0,2}$/.test(name))
        throw new StepError(`The artifact name is not valid: ${name}. Contains a character that is not allowed.`);
      const taken = () => artifacts.ofRun(run.id).find((artifact) => artifact.name === name);
      const refuse = () => {
        if (taken() === undefined || overwrite) return;
        throw new StepError(
          "Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run",
        );
      };
      refuse();
      const id = store.nextId();
      const { bytes, sha256 } = await writeZip(path({ id }), entries);
      // Checked again: another job of the run may have taken the name while the zip was written.
      refuse();
      const old = taken();
      if (old !== undefined) artifacts.remove(old);
      const days = retentionDays ?? defaultRetentionDays;
      const expiresAt = new Date(store.date().getTime() + days * 86_400_000).toISOString().replace(/\.\d{3}Z$/, "Z");
      return table.put({
        id,
        repositoryId: run.repositoryId,
        runId: run.id,
        name,
        sizeInBytes: bytes,
        digest: `sha256:${sha256}`,
        createdAt: store.now(),
        expiresAt,
      });
    },
  };
  return artifacts;
}
