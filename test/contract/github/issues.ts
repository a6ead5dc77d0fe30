import { describe, expect, it } from "vitest";
import { Refused } from "../../../src/loop/github-port.ts";
import type { Scene } from "./kit.ts";

export function issuesContract(scene: () => Scene): void {
  describe("issues", () => {
    it("reads an issue", async () => {
      const { github, repo, world, openIssue } = scene();
      const number = await openIssue(["feature"]);

      expect(await github.issue(repo, number)).toEqual({
        number,
        title: "An issue",
        body: "Its text",
        state: "open",
        labels: ["feature"],
        author: world.maintainer,
        closedBy: null,
      });
    });

    it("refuses to make up an issue that is not there", async () => {
      const { github, repo } = scene();
      await expect(github.issue(repo, 999_999)).rejects.toBeInstanceOf(Refused);
    });

    it("lists open issues with a label, oldest first, and no pulls", async () => {
      const { github, repo, fresh, openIssue } = scene();
      const label = fresh("label");
      const first = await openIssue([label]);
      const second = await openIssue([label]);
      const closed = await openIssue([label]);
      await github.closeIssue(repo, closed, "completed");
      await openIssue();

      const listed = await github.labelledIssues(repo, label);

      expect(listed.map((issue) => issue.number)).toEqual([first, second]);
    });

    it("knows who put a label on", async () => {
      const { github, repo, world, openIssue } = scene();
      const number = await openIssue();
      expect(await github.labelledBy(repo, number, "feature")).toBeNull();

      await world.label(number, "feature");
      expect(await github.labelledBy(repo, number, "feature")).toMatchObject({ login: world.maintainer });

      await world.unlabel(number, "feature");
      expect(await github.labelledBy(repo, number, "feature")).toBeNull();
    });

    it("closes an issue, and once more", async () => {
      const { github, repo, openIssue } = scene();
      const number = await openIssue();

      await github.closeIssue(repo, number, "not_planned");
      await github.closeIssue(repo, number, "not_planned");

      expect((await github.issue(repo, number)).state).toBe("closed");
    });

    it("keeps one comment per marker", async () => {
      const { github, repo, openIssue } = scene();
      const number = await openIssue();
      const first = await github.upsertComment(repo, number, "<!-- status -->", "one");

      expect(await github.upsertComment(repo, number, "<!-- status -->", "two")).toBe(first);
      expect(await github.upsertComment(repo, number, "<!-- status -->", "three")).toBe(first);
      const other = await github.upsertComment(repo, number, "<!-- other -->", "else");

      const comments = await github.comments(repo, number, null);
      expect(comments.map(({ id, body }) => ({ id, body }))).toEqual([
        { id: first, body: "<!-- status -->\nthree" },
        { id: other, body: "<!-- other -->\nelse" },
      ]);
    });

    it("is not fooled by a marker that somebody else wrote", async () => {
      const { github, repo, world, openIssue } = scene();
      const number = await openIssue();
      const forged = await world.comment(number, "<!-- status -->\nforged");

      const own = await github.upsertComment(repo, number, "<!-- status -->", "real");

      expect(own).not.toBe(forged);
      const comments = await github.comments(repo, number, null);
      expect(comments.map(({ author, authorIsBot, body }) => ({ author, authorIsBot, body }))).toEqual([
        { author: world.maintainer, authorIsBot: false, body: "<!-- status -->\nforged" },
        { author: expect.stringMatching(/\[bot\]$/), authorIsBot: true, body: "<!-- status -->\nreal" },
      ]);
    });

    it("lists comments on all issues since a time, with the number of each", async () => {
      const { github, repo, world, openIssue } = scene();
      const [one, two] = [await openIssue(), await openIssue()];
      const first = await world.comment(one, "one");
      const second = await world.comment(two, "two");
      const at = (await github.comments(repo, one, null))[0]?.createdAt ?? "";

      const recent = (await github.recentComments(repo, at)).filter(({ issue }) => issue === one || issue === two);
      expect(recent.map(({ id, issue, body }) => ({ id, issue, body }))).toEqual([
        { id: first, issue: one, body: "one" },
        { id: second, issue: two, body: "two" },
      ]);
      expect(await github.recentComments(repo, "2999-01-01T00:00:00Z")).toEqual([]);
    });

    it("reacts to a comment, and once more", async () => {
      const { github, repo, world, openIssue } = scene();
      const comment = await world.comment(await openIssue(), "/headgate status");

      await github.react(repo, comment, "eyes");
      await github.react(repo, comment, "eyes");
    });
  });
}
