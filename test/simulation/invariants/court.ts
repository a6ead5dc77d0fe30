/** Where broken promises are told. Only the first counts: what follows from it is no news. */
export interface Verdict {
  /** In a few words, the same for every story that breaks it in the same way. */
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
