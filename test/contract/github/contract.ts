/**
 * What every implementation of `GitHub` must do: the adapter against a real server, or a model of it. The suite
 * shares one repository; each test works on branches and issues of its own.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attemptsContract } from "./attempts.ts";
import { branchesContract } from "./branches.ts";
import { conflictsContract } from "./conflicts.ts";
import { issuesContract } from "./issues.ts";
import type { ContractWorld, Scene } from "./kit.ts";
import { sceneOf } from "./kit.ts";
import { pullsContract } from "./pulls.ts";
import { readingContract } from "./reading.ts";

export function githubContract(name: string, make: () => Promise<ContractWorld>): void {
  describe(`${name} keeps the contract of GitHub`, () => {
    let current: Scene | undefined;

    beforeAll(async () => {
      current = sceneOf(await make());
    });
    afterAll(() => current?.world.close());

    function scene(): Scene {
      if (current === undefined) throw new Error("the world is not made yet");
      return current;
    }

    readingContract(scene);
    issuesContract(scene);
    branchesContract(scene);
    pullsContract(scene);
    conflictsContract(scene);
    attemptsContract(scene);

    it("counts its calls", async () => {
      const { github, repo } = scene();
      const before = github.calls();

      await github.defaultBranch(repo);

      expect(github.calls().reads).toBeGreaterThan(before.reads);
      expect(github.calls().writes).toBe(before.writes);
    });
  });
}
