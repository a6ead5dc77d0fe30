/**
 * Pairs the names that two cores give to the same thing: natural keys, timers, ordering keys, topics. Only identity
 * matters, so the cores agree as long as the pairs are one to one.
 */
export class Pairs {
  readonly #theirs = new Map<string, string>();
  readonly #ours = new Map<string, string>();

  /** Adds a pair. Returns false when one of the two names already belongs to another pair. */
  join(kind: string, ours: string, theirs: string): boolean {
    const known = this.#theirs.get(`${kind}\n${ours}`) ?? theirs;
    const back = this.#ours.get(`${kind}\n${theirs}`) ?? ours;
    if (known !== theirs || back !== ours) return false;
    this.#theirs.set(`${kind}\n${ours}`, theirs);
    this.#ours.set(`${kind}\n${theirs}`, ours);
    return true;
  }

  /** Returns the other core's name, or `ours` when there is no pair yet. */
  theirs(kind: string, ours: string): string {
    return this.#theirs.get(`${kind}\n${ours}`) ?? ours;
  }

  /** Returns each way in which names differ, without numbers and hashes. */
  renamed(): string[] {
    const ways = new Set<string>();
    for (const [name, theirs] of this.#theirs) {
      const [kind = "", ours = ""] = name.split("\n");
      if (ours !== theirs) ways.add(`${kind.split(" ")[0]} ${plain(theirs)} -> ${plain(ours)}`);
    }
    return [...ways];
  }
}

function plain(name: string): string {
  return name.replaceAll(/\b(?:[0-9a-f]{40}|[0-9a-f]{7})\b/g, "#").replaceAll(/\d+/g, "N");
}
