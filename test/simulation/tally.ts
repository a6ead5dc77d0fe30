/** Counts by name which faults fired and which events, effects and failures occurred. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, times = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + times);
  }

  include(other: Iterable<readonly [string, number]>): void {
    for (const [name, times] of other) this.add(name, times);
  }
}
