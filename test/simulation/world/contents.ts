/** Defines the file contents that the checks react to. */
import { type Files, textOf } from "../github/objects.ts";

export const BROKEN = "BROKEN";

/** A config that no base has. Branches of people and changes of agents carry it and must have no effect. */
export const CONFIG_ELSEWHERE = "max-parallel: 9\nbudget:\n  usd: 10000\nprotected-paths: []\n";

export function clashLine(word: string, task: string): string {
  return `clash ${word} ${task}`;
}

export function pathOf(issue: number, task: string): string {
  return `src/${issue}/${task}.txt`;
}

/** A file that a person must approve, whoever changes it. */
export function guardedPathOf(issue: number, task: string): string {
  return `src/${issue}/${task}/.envrc`;
}

export function isGuarded(path: string): boolean {
  return path.endsWith("/.envrc");
}

interface Said {
  broken: boolean;
  clashes: string[];
}

const readings = new Map<string, Said>();

/** Returns true when the checks of a tree with these files pass without a disturbance. */
export function isSound(files: Files): boolean {
  const claimed = new Map<string, string>();
  for (const file of files.values()) {
    let said = readings.get(file.sha256);
    if (said === undefined) {
      const lines = textOf(file).split("\n");
      said = { broken: lines.includes(BROKEN), clashes: lines.filter((line) => line.startsWith("clash ")) };
      readings.set(file.sha256, said);
    }
    if (said.broken) return false;
    for (const line of said.clashes) {
      const [, word = "", task = ""] = line.split(" ");
      const other = claimed.get(word);
      if (other !== undefined && other !== task) return false;
      claimed.set(word, task);
    }
  }
  return true;
}
