import { describe, expect, it } from "vitest";
import type { Scene } from "./kit.ts";
import { WORKFLOW } from "./kit.ts";

export function readingContract(scene: () => Scene): void {
  describe("files and people", () => {
    it("knows branches by their tips", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("branch");
      const sha = await world.push(branch, { "a.txt": "a\n" });

      expect(await github.defaultBranch(repo)).toBe("main");
      expect(await github.branchTip(repo, branch)).toBe(sha);
      expect(await github.branchTip(repo, fresh("missing"))).toBeNull();
      const below = `${branch}-below/`;
      await world.push(`${below}b`, {});
      await world.push(`${below}a/c`, {});
      expect(await github.branchesBelow(repo, below)).toEqual([`${below}a/c`, `${below}b`]);
      expect(await github.branchesBelow(repo, `${below}none`)).toEqual([]);
      expect(await github.workflowState(repo, WORKFLOW)).toBe("active");
    });

    it("reads files at branches and commits", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("branch");
      const first = await world.push(branch, { "docs/a file.md": "grüße\n" });
      await world.push(branch, { "docs/a file.md": "changed\n" });

      expect(await github.readFile(repo, branch, "docs/a file.md")).toBe("changed\n");
      expect(await github.readFile(repo, first, "docs/a file.md")).toBe("grüße\n");
      expect(await github.readFile(repo, branch, "docs/none.md")).toBeNull();
      expect(await github.readFile(repo, branch, "docs")).toBeNull();
    });

    it("lists files, not folders, up to a limit", async () => {
      const { github, repo, world, fresh } = scene();
      const sha = await world.push(fresh("branch"), { "src/deep/a.ts": "a", "src/b.ts": "b" });

      const files = await github.listFiles(repo, sha, 100);

      expect(files).toEqual(expect.arrayContaining(["README.md", "src/b.ts", "src/deep/a.ts", WORKFLOW]));
      expect(files).not.toContain("src");
      expect(await github.listFiles(repo, sha, 1)).toHaveLength(1);
    });

    it("knows who may write", async () => {
      const { github, repo, world } = scene();
      expect(await github.permission(repo, world.maintainer)).toMatch(/^(write|admin)$/);
      expect(await github.permission(repo, world.stranger)).toMatch(/^(none|read)$/);
      expect(await github.permission(repo, "no-such-person")).toBe("none");
    });

    it("knows which checks a branch demands", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("guarded");
      await world.push(branch, {});

      expect(await github.requiredChecks(repo, branch)).toEqual([]);
      await world.requireChecks(branch, ["test", "lint"]);
      expect((await github.requiredChecks(repo, branch)).map((check) => check.name).sort()).toEqual(["lint", "test"]);
    });

    it("knows what was reported on a commit, and what the App may do", async () => {
      const { github, repo, world, fresh } = scene();
      const sha = await world.push(fresh("reported"), {});

      expect(await github.checks(repo, sha)).toEqual([]);
      await world.report(sha, "lint", null);
      await world.report(sha, "test", "failure");
      expect((await github.checks(repo, sha)).map((check) => check.name).sort()).toEqual(["lint", "test"]);
      expect(await github.granted(repo)).toMatchObject({ contents: "write", pull_requests: "write", metadata: "read" });
      expect(await github.branchRules(repo, fresh("unruled"))).toEqual([]);
    });

    it("knows what decides about merges into a branch, and what of it GitHub does not show", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("base");
      await world.push(branch, {});
      const methods = expect.arrayContaining(["merge", "squash", "rebase"]);

      expect(await github.baseRules(repo, branch)).toEqual({ methods, demands: [], unreadable: [] });
      await world.demand(branch);
      expect(await github.baseRules(repo, branch)).toEqual({
        methods,
        demands: [{ kind: "approvals", count: 2 }, { kind: "conversations" }, { kind: "linear-history" }],
        unreadable: ["lock", "deployments", "last-push"],
      });
    });
  });
}
