import { describe, expect, it } from "vitest";
import { Refused } from "../../../src/loop/github-port.ts";
import type { Scene } from "./kit.ts";
import { sha256, WORKFLOW } from "./kit.ts";

export function attemptsContract(scene: () => Scene): void {
  describe("attempts", () => {
    it("starts one run per attempt, finds it by name, and reads what it leaves", async () => {
      const { github, repo, world, fresh } = scene();
      const attempt = `12/${fresh("task")}/1`;
      const content = "hello\n";
      const path = `files/${sha256(Buffer.from(content))}`;
      const brief = world.briefLeaving({ "result.json": '{"attempt":1}', [path]: content, "other.txt": "no" });
      expect(await github.findRun(repo, WORKFLOW, attempt)).toBeNull();

      const { run } = await github.dispatch(repo, { workflow: WORKFLOW, attempt, brief });
      expect(await github.dispatch(repo, { workflow: WORKFLOW, attempt, brief })).toEqual({ run });
      expect(await github.findRun(repo, WORKFLOW, attempt)).toBe(run);
      await world.settle();

      const ended = await github.run(repo, run);
      expect(ended).toMatchObject({
        id: run,
        status: "completed",
        conclusion: "success",
        path: WORKFLOW,
        runAttempt: 1,
      });
      expect(ended.endedAt).toBeGreaterThanOrEqual(ended.startedAt!);
      const artifact = await github.artifact(repo, run);
      expect(artifact?.result).toMatchObject({ problem: { kind: "not-the-protocol" } });
      expect(Buffer.from(artifact?.file(sha256(Buffer.from(content))) ?? []).toString()).toBe(content);
      expect(artifact?.file(sha256(Buffer.from("absent")))).toBeNull();
      await github.cancelRun(repo, run);
    });

    it("recognises a run that left no result", async () => {
      const { github, repo, world, fresh } = scene();
      const attempt = `12/${fresh("task")}/1`;
      const { run } = await github.dispatch(repo, { workflow: WORKFLOW, attempt, brief: world.briefLeaving({}) });
      await world.settle();

      expect(await github.artifact(repo, run)).toBeNull();
    });

    it("refuses a workflow that is not there", async () => {
      const { github, repo } = scene();
      const request = { workflow: ".github/workflows/none.yml", attempt: "12/none/1", brief: "{}" };

      await expect(github.dispatch(repo, request)).rejects.toBeInstanceOf(Refused);
    });
  });
}
