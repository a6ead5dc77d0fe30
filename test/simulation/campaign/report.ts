/** Formats a campaign's results for a terminal. */
import type { Campaign } from "./seeds.ts";
import type { Swept } from "./sweep.ts";

export function summary(campaign: Campaign): string[] {
  const { played, seconds, simulatedMs, tally, broken } = campaign;
  const speed = (played / seconds).toFixed(1);
  const days = (simulatedMs / 86_400_000).toFixed(1);
  const faults = sum(tally.counts, "fault ");
  return [
    `${played} seeds in ${seconds.toFixed(0)} s (${speed} a second), ${days} simulated days, ${faults} faults, ${broken.length} broken`,
  ];
}

export function coverage(campaign: Campaign): string[] {
  const groups = ["fault ", "end ", "failure ", "decided ", "effect ", "event ", "log ", ""];
  const left = new Map(campaign.tally.counts);
  return groups.flatMap((group) => {
    const mine = [...left].filter(([name]) => name.startsWith(group)).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name] of mine) left.delete(name);
    return mine.length === 0
      ? []
      : [
          `${group === "" ? "other" : group.trim()}:`,
          ...mine.map(([name, count]) => row(name.slice(group.length), count)),
        ];
  });
}

export function sweptLine({ scenario, effects, plays, broken }: Swept): string {
  return `${scenario.padEnd(24)} ${String(effects).padStart(4)} effects ${String(plays).padStart(7)} plays ${broken.length} broken`;
}

function row(name: string, count: number): string {
  return `  ${String(count).padStart(9)}  ${name}`;
}

function sum(counts: ReadonlyMap<string, number>, group: string): number {
  return [...counts].filter(([name]) => name.startsWith(group)).reduce((total, [, count]) => total + count, 0);
}
