/** Collects broken invariants. Only the first counts, because the others follow from it. */
export interface Verdict {
  /** A short phrase, equal for all scenarios that break the invariant in the same way. */
  promise: string;
  text: string;
}

export class Court {
  verdict: Verdict | null = null;

  accuse(promise: string, text: string): void {
    this.verdict ??= { promise, text };
  }

  demand(holds: boolean, promise: string, text: () => string): void {
    if (!holds) this.accuse(promise, text());
  }
}
