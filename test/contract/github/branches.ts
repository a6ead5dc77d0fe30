import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../../src/core/attempt.ts";
import { Refused } from "../../../src/loop/github-port.ts";
import type { Scene } from "./kit.ts";
import { sha256 } from "./kit.ts";

export function branchesContract(scene: () => Scene): void {
  describe("branches and commits", () => {
    function write(path: string, bytes: Uint8Array, mode: "100644" | "100755" = "100644"): ChangedFile {
      return { change: "write", path, mode, sha256: sha256(bytes), bytes: bytes.length };
    }

    it("writes a commit with text, binary files and deletions on top of another tree", async () => {
      const { github, repo, world, fresh } = scene();
      const against = await world.push(fresh("branch"), { "old.txt": "old\n", "kept.txt": "kept\n" });
      const contents = [Buffer.from("#!/bin/sh\necho grüße\n"), Buffer.from([0, 255, 254, 10]), Buffer.alloc(0)];
      const changes: ChangedFile[] = [
        write("bin/run.sh", contents[0]!, "100755"),
        write("logo.png", contents[1]!),
        write("empty", contents[2]!),
        { change: "delete", path: "old.txt" },
      ];
      const file = (sha: string) => contents.find((content) => sha256(content) === sha)!;
      const message = "Add things\n\nHeadgate-Attempt: 12/parser/1";

      const written = await github.writeCommit(repo, { against, parents: [against], changes, file, message });

      expect(await github.commit(repo, written.sha)).toEqual({ message, tree: written.tree, parents: [against] });
      const files = await github.listFiles(repo, written.sha, 100);
      expect(files).toEqual(expect.arrayContaining(["README.md", "bin/run.sh", "empty", "kept.txt", "logo.png"]));
      expect(files).not.toContain("old.txt");
      expect(await github.readFile(repo, written.sha, "bin/run.sh")).toBe("#!/bin/sh\necho grüße\n");
      expect(await github.readFile(repo, written.sha, "empty")).toBe("");
    });

    it("lists every file of a commit, with what a file at a folder's path took away", async () => {
      const { github, repo, world, fresh } = scene();
      const start = { "docs/a.md": "a\n", "docs/deep/b.md": "b\n", plain: "plain\n", "kept.txt": "kept\n" };
      const against = await world.push(fresh("branch"), start);
      const content = Buffer.from("swapped\n");
      const changes = [write("docs", content), write("plain/c.md", content, "100755")];
      const commit = { against, parents: [against], changes, file: () => content, message: "Swap" };

      const { sha } = await github.writeCommit(repo, commit);

      const [before, after] = [await github.tree(repo, against), await github.tree(repo, sha)];
      expect([...before.keys()]).toEqual(expect.arrayContaining(Object.keys(start)));
      expect([...after.keys()].filter((path) => !before.has(path)).sort()).toEqual(["docs", "plain/c.md"]);
      expect([...before.keys()].filter((path) => !after.has(path)).sort()).toEqual([
        "docs/a.md",
        "docs/deep/b.md",
        "plain",
      ]);
      const swapped = after.get("docs");
      expect(swapped).toMatchObject({ mode: "100644", bytes: content.length });
      expect(after.get("plain/c.md")).toEqual({ ...swapped, mode: "100755" });
      expect(after.get("kept.txt")).toEqual(before.get("kept.txt"));
      expect(Buffer.from(await github.blob(repo, swapped?.sha ?? "")).toString()).toBe("swapped\n");
    });

    it("writes a merge with two parents", async () => {
      const { github, repo, world, fresh } = scene();
      const ours = await world.push(fresh("ours"), { "ours.txt": "ours\n" });
      const theirs = await world.push(fresh("theirs"), { "theirs.txt": "theirs\n" });
      const content = Buffer.from("ours\n");
      const changes = [write("ours.txt", content)];
      const commit = { against: theirs, parents: [ours, theirs], changes, file: () => content, message: "Resolve" };

      const { sha } = await github.writeCommit(repo, commit);

      expect((await github.commit(repo, sha)).parents).toEqual([ours, theirs]);
      expect(await github.listFiles(repo, sha, 100)).toEqual(expect.arrayContaining(["ours.txt", "theirs.txt"]));
    });

    it("refuses content that is not what the manifest says", async () => {
      const { github, repo } = scene();
      const against = (await github.branchTip(repo, "main"))!;
      const changes = [write("a.txt", Buffer.from("promised"))];
      const file = () => Buffer.from("delivered");
      const commit = { against, parents: [against], changes, file, message: "m" };

      await expect(github.writeCommit(repo, commit)).rejects.toBeInstanceOf(Refused);
    });

    it("creates a branch once and moves it forward only from where it is known to be", async () => {
      const { github, repo, world, fresh } = scene();
      const source = fresh("source");
      const first = await world.push(source, { "a.txt": "1\n" });
      const second = await world.push(source, { "a.txt": "2\n" });
      const branch = `headgate/12/${fresh("task")}`;

      expect(await github.moveBranch(repo, branch, null, first)).toBe("moved");
      expect(await github.moveBranch(repo, branch, null, first)).toBe("moved");
      expect(await github.moveBranch(repo, branch, null, second)).toBe("taken");
      expect(await github.moveBranch(repo, branch, first, second)).toBe("moved");
      expect(await github.moveBranch(repo, branch, first, second)).toBe("moved");
      expect(await github.branchTip(repo, branch)).toBe(second);
    });

    it("never moves a branch aside or back", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("branch");
      const first = await world.push(branch, { "a.txt": "1\n" });
      const second = await world.push(branch, { "a.txt": "2\n" });
      const aside = await world.push(fresh("aside"), { "a.txt": "3\n" });

      expect(await github.moveBranch(repo, branch, second, aside)).toBe("taken");
      expect(await github.moveBranch(repo, branch, first, aside)).toBe("taken");
      expect(await github.moveBranch(repo, branch, second, first)).toBe("taken");
      expect(await github.branchTip(repo, branch)).toBe(second);
    });

    it("deletes a branch, and once more", async () => {
      const { github, repo, world, fresh } = scene();
      const branch = fresh("branch");
      await world.push(branch, {});

      await github.deleteBranch(repo, branch);
      await github.deleteBranch(repo, branch);

      expect(await github.branchTip(repo, branch)).toBeNull();
    });
  });
}
