import { expect, it } from "vitest";
import type { Scene } from "./kit.ts";

type Files = Record<string, string | null>;

/** What every `GitHub` says of two heads; how lines merge is for those that have lines. */
const cases: [name: string, base: Files, ours: Files, theirs: Files, conflicts: string[]][] = [
  ["different files", { "a.txt": "1\n", "b.txt": "1\n" }, { "a.txt": "2\n" }, { "b.txt": "2\n" }, []],
  ["the same line differently", { "a.txt": "1\n" }, { "a.txt": "2\n" }, { "a.txt": "3\n" }, ["a.txt"]],
  ["the same line alike", { "a.txt": "1\n" }, { "a.txt": "2\n" }, { "a.txt": "2\n" }, []],
  ["a new file differently", {}, { "n.txt": "2\n" }, { "n.txt": "3\n" }, ["n.txt"]],
  ["a new file alike", {}, { "n.txt": "2\n" }, { "n.txt": "2\n" }, []],
  ["a file that the other deletes", { "a.txt": "1\n" }, { "a.txt": "2\n" }, { "a.txt": null }, ["a.txt"]],
  ["a file that both delete", { "a.txt": "1\n" }, { "a.txt": null }, { "a.txt": null }, []],
  [
    "several files",
    { "a.txt": "1\n", "b.txt": "1\n" },
    { "a.txt": "2\n", "b.txt": "2\n", "c.txt": "2\n" },
    { "a.txt": "3\n", "b.txt": "3\n" },
    ["a.txt", "b.txt"],
  ],
];

export function conflictsContract(scene: () => Scene): void {
  it.each(cases)("finds whether two heads conflict that change %s", async (_, base, ours, theirs, conflicts) => {
    const { github, repo, world, fresh } = scene();
    const start = await world.push(fresh("base"), { "start.txt": "start\n", ...base });
    const heads: string[] = [];
    for (const files of [ours, theirs]) {
      const branch = fresh("topic");
      await github.moveBranch(repo, branch, null, start);
      heads.push(await world.push(branch, { [`${branch}.txt`]: "its own\n", ...files }));
    }
    const [left, right] = heads as [string, string];

    expect(await github.conflicts(repo, left, right)).toEqual(conflicts);
    expect(await github.conflicts(repo, right, left)).toEqual(conflicts);
  });
}
