/** The readers of bytes that agents wrote. The App passes ones that run in a confined process; tests use these. */
import { unpackArtifact } from "./artifact/unpack.ts";
import { mergeLines } from "./conflicts/lines.ts";
import { logExcerpt } from "./logs/excerpt.ts";

/** Each may also reject with ReaderStopped. */
export interface GitHubReaders {
  /** Takes the path of a ZIP file. Rejects with BadArchive. */
  unpackArtifact: typeof unpackArtifact;
  mergeLines(...files: Parameters<typeof mergeLines>): Promise<ReturnType<typeof mergeLines>>;
  logExcerpt(log: string, limit: number): Promise<string>;
}

export const readersInProcess: GitHubReaders = {
  unpackArtifact,
  mergeLines: async (...files) => mergeLines(...files),
  logExcerpt: async (log, limit) => logExcerpt(log, limit),
};
