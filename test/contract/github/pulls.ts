import { describe, expect, it } from "vitest";
import { Refused } from "../../../src/loop/github-port.ts";
import type { Scene } from "./kit.ts";

type Opened = Awaited<ReturnType<Scene["openPull"]>>;

export function pullsContract(scene: () => Scene): void {
  describe("pulls", () => {
    it("opens one pull for a head, however often it is asked", async () => {
      const { github, repo, openPull } = scene();
      const { number, head, branch, base } = await openPull();

      const request = { head: branch, base, commit: head, title: "Another title", body: "" };
      const again = await github.openPull(repo, request);

      expect(again.number).toBe(number);
    });

    it.each([
      ["closed", (scene: Scene, pull: Opened) => scene.github.closePull(scene.repo, pull.number)],
      [
        "merged and its branch deleted",
        async ({ github, repo, settled }: Scene, { number, head, branch }: Opened) => {
          await settled(number);
          await github.mergePull(repo, number, { head, method: "squash", title: "T" });
          await github.deleteBranch(repo, branch);
        },
      ],
      [
        "pushed to and closed",
        async ({ github, repo, world }: Scene, { number, branch }: Opened) => {
          await world.push(branch, { "more.txt": "more\n" });
          await world.settle();
          await github.closePull(repo, number);
        },
      ],
    ])("finds the one that somebody has %s meanwhile, and opens no second", async (_, meddle) => {
      const { github, repo } = scene();
      const pull = await scene().openPull();
      await meddle(scene(), pull);

      const request = { head: pull.branch, base: pull.base, commit: pull.head, title: "Again", body: "" };

      expect((await github.openPull(repo, request)).number).toBe(pull.number);
    });

    it("opens another for a commit that the closed one never had", async () => {
      const { github, repo, world, openPull } = scene();
      const { number, branch, base } = await openPull();
      await github.closePull(repo, number);
      const commit = await world.push(branch, { "more.txt": "more\n" });

      const other = await github.openPull(repo, { head: branch, base, commit, title: "Another", body: "" });

      expect(other.number).not.toBe(number);
    });

    it("refuses a pull without commits", async () => {
      const { github, repo, fresh } = scene();
      const branch = fresh("topic");
      const commit = (await github.branchTip(repo, "main"))!;
      await github.moveBranch(repo, branch, null, commit);

      const opening = github.openPull(repo, { head: branch, base: "main", commit, title: "Nothing", body: "" });

      await expect(opening).rejects.toBeInstanceOf(Refused);
    });

    it("shows an open pull as it is", async () => {
      const { github, repo, openPull, settled } = scene();
      const { number, head, base } = await openPull();

      expect(await settled(number)).toEqual({
        number,
        state: "open",
        base,
        labels: [],
        draft: false,
        headSha: head,
        headTree: (await github.commit(repo, head)).tree,
        baseSha: await github.branchTip(repo, base),
        behindBy: 0,
        mergeable: true,
        checks: [],
        sameWorkflows: true,
        changesRequestedBy: [],
        mergeBase: await github.branchTip(repo, base),
        approvals: [],
        byQuery: { baseChecks: [] },
        mergeSha: null,
        mergedAt: null,
      });
    });

    it("shows the checks of its head, the latest of each", async () => {
      const { github, repo, world, openPull } = scene();
      const { number, head } = await openPull();
      await world.report(head, "test", "failure");
      await world.report(head, "test", "success");
      await world.report(head, "lint", "failure");
      await world.report(head, "slow", null);

      const { checks } = await github.pull(repo, number);

      const conclusions = checks.map((check) => [check.name, check.conclusion]).sort();
      expect(conclusions).toEqual([
        ["lint", "failure"],
        ["slow", null],
        ["test", "success"],
      ]);
      expect(new Set(checks.map((check) => check.producer.kind)).size).toBe(1);
    });

    it("falls behind with its base and is brought up to date", async () => {
      const { github, repo, world, openPull, settled } = scene();
      const { number, head, base, file } = await openPull();
      expect(await github.updatePull(repo, number, head)).toBe("current");

      const tip = await world.push(base, { "base.txt": "base\n" });
      expect(await github.pull(repo, number)).toMatchObject({ headSha: head, baseSha: tip, behindBy: 1 });

      expect(await github.updatePull(repo, number, tip)).toBe("moved");
      expect(await github.updatePull(repo, number, head)).toBe("accepted");
      const updated = await settled(number);
      expect(updated).toMatchObject({ behindBy: 0, baseSha: tip, mergeable: true });
      expect((await github.commit(repo, updated.headSha)).parents).toEqual([head, tip]);
      const files = await github.listFiles(repo, updated.headSha, 100);
      expect(files).toEqual(expect.arrayContaining([file, "base.txt"]));
    });

    it("knows from where a head went on, also after it was brought up to date", async () => {
      const { github, repo, world, openPull, settled } = scene();
      const { number, head, base } = await openPull();
      const fork = await github.branchTip(repo, base);
      const tip = await world.push(base, { "base.txt": "base\n" });

      expect((await github.pull(repo, number)).mergeBase).toBe(fork);
      await github.updatePull(repo, number, head);
      const { headSha, mergeBase } = await settled(number);
      expect(mergeBase).toBe(tip);
      expect(await github.mergeBase(repo, tip, headSha)).toBe(tip);
      expect(await github.mergeBase(repo, tip, head)).toBe(fork);
      expect(await github.mergeBase(repo, tip, "0".repeat(40))).toBeNull();
    });

    it("knows whose approval counts, and for which head", async () => {
      const { github, repo, world, openPull } = scene();
      const { number, head, branch } = await openPull();
      await world.review(number, world.stranger, "APPROVE");
      expect((await github.pull(repo, number)).approvals).toEqual([]);

      await world.review(number, world.maintainer, "APPROVE");
      await world.push(branch, { "more.txt": "more\n" });
      await world.settle();
      expect((await github.pull(repo, number)).approvals).toEqual([{ by: world.maintainer, head }]);

      await world.review(number, world.maintainer, "REQUEST_CHANGES");
      await world.review(number, world.stranger, "REQUEST_CHANGES");
      const { approvals, changesRequestedBy, changesWishedBy } = await github.pull(repo, number);
      expect({ approvals, changesRequestedBy, changesWishedBy }).toEqual({
        approvals: [],
        changesRequestedBy: [world.maintainer],
        changesWishedBy: [world.stranger],
      });
    });

    it("recognises a conflict", async () => {
      const { github, repo, world, openPull, settled } = scene();
      const { number, head, base, file } = await openPull();
      await world.push(base, { [file]: "something else\n" });

      expect((await settled(number)).mergeable).toBe(false);
      expect(await github.updatePull(repo, number, head)).toBe("conflict");
      expect(await github.mergePull(repo, number, { head, method: "squash", title: "T" })).toMatchObject({
        outcome: "refused",
      });
    });

    it.each(["squash", "merge", "rebase"] as const)("lands the tested tree by %s, once", async (method) => {
      const { github, repo, openPull, settled } = scene();
      const { number, head, base } = await openPull();
      const tip = (await github.branchTip(repo, base))!;
      const { headTree } = await settled(number);

      const merged = await github.mergePull(repo, number, { head, method, title: `A pull (#${number})` });

      if (merged.outcome !== "merged") expect.fail(merged.message);
      expect(merged.landedTree).toBe(headTree);
      expect(merged.parents).toEqual(method === "merge" ? [tip, head] : [tip]);
      expect(await github.branchTip(repo, base)).toBe(merged.sha);
      // The first answer has the time of the landed commit, later ones that of the pull, which is a moment younger.
      const at = expect.toSatisfy((time: number) => Math.abs(time - merged.at) <= 2_000);
      const again = await github.mergePull(repo, number, { head, method, title: `A pull (#${number})` });
      expect(again).toEqual({ ...merged, at });
      expect(await github.pull(repo, number)).toMatchObject({
        state: "merged",
        headSha: head,
        mergeSha: merged.sha,
        mergedAt: at,
      });
      if (method !== "rebase") expect((await github.commit(repo, merged.sha)).message).toMatch(/^A pull \(#\d+\)/);
    });

    it("does not merge another head than the one it was given", async () => {
      const { github, repo, world, openPull, settled } = scene();
      const { number, head, branch } = await openPull();
      const moved = await world.push(branch, { "more.txt": "more\n" });
      await settled(number);

      expect(await github.mergePull(repo, number, { head, method: "squash", title: "T" })).toMatchObject({
        outcome: "moved",
      });
      expect(await github.pull(repo, number)).toMatchObject({ state: "open", headSha: moved });
    });

    it("does not merge past a required check", async () => {
      const { github, repo, world, openPull, settled } = scene();
      const { number, head, base } = await openPull();
      await world.requireChecks(base, ["test"]);
      await settled(number);

      const request = { head, method: "squash" as const, title: "T" };
      expect(await github.mergePull(repo, number, request)).toMatchObject({ outcome: "refused" });

      await world.report(head, "test", "success");
      expect(await github.mergePull(repo, number, request)).toMatchObject({ outcome: "merged" });
    });

    it("edits the text of an open pull, and of no other", async () => {
      const { github, repo, openPull } = scene();
      const { number } = await openPull();
      const seen: string[] = [];
      const edit = (more: string) => (body: string) => {
        seen.push(body);
        return `${more} ${body}`;
      };

      await github.editPull(repo, number, edit("First."));
      await github.closePull(repo, number);
      await github.editPull(repo, number, edit("Second."));
      await github.editPull(repo, number, edit("Third."));

      expect([seen[0], seen.at(-1)]).toEqual(["Why", "First. Why"]);
    });

    it("closes a pull, and once more, and does not merge it then", async () => {
      const { github, repo, openPull } = scene();
      const { number, head } = await openPull();

      await github.closePull(repo, number);
      await github.closePull(repo, number);

      expect(await github.pull(repo, number)).toMatchObject({ state: "closed", mergeSha: null });
      expect(await github.mergePull(repo, number, { head, method: "squash", title: "T" })).toMatchObject({
        outcome: "refused",
      });
    });
  });
}
