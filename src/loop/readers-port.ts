/**
 * What becomes of a reader that strangers' or agents' bytes stopped. `confined/` runs such readers in a process with limits of its
 * own. The caller turns this into its own finding; trying again would stop the reader again.
 */
export class ReaderStopped extends Error {
  readonly by: "memory" | "time" | "end";

  constructor(by: ReaderStopped["by"], reader: string) {
    super(`${reader} was stopped: ${REASONS[by]}`);
    this.name = "ReaderStopped";
    this.by = by;
  }
}

const REASONS: Record<ReaderStopped["by"], string> = {
  memory: "it needed more memory than it may have",
  time: "it took longer than it may",
  end: "its process ended",
};
