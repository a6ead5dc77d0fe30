import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { githubContract } from "./contract.ts";
import type { Scene } from "./kit.ts";
import { sceneOf, WORKFLOW } from "./kit.ts";
import { makeSandboxWorld } from "./sandbox-world.ts";

githubContract("the adapter on a sandbox", makeSandboxWorld);

describe("the adapter on a sandbox with CI", () => {
  const CI = ".github/workflows/ci.yml";
  const failing = `name: CI
on: pull_request
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo all well
      - run: |
          echo "Error: boom"
          exit 3
`;
  let scene: Scene;

  beforeAll(async () => {
    scene = sceneOf(await makeSandboxWorld());
  });
  afterAll(() => scene?.world.close());

  it("names a check's workflow, reads why it failed, and runs it again", async () => {
    const { github, repo, world } = scene;
    const { number, branch } = await scene.openPull();
    const head = await world.push(branch, { [CI]: failing });
    const { checks } = await scene.settled(number);
    expect(checks).toMatchObject([
      { name: "test", producer: { kind: "job", workflow: CI, event: "pull_request" }, conclusion: "failure" },
    ]);

    const text = await github.failureText(repo, checks[0]!, 2_000, async (words) => words);
    expect(text).toContain("Error: boom");
    expect(text).not.toContain("all well");

    await github.rerun(repo, head, checks);
    await world.settle();
    const again = await github.pull(repo, number);
    expect(again.checks).toMatchObject([{ name: "test", producer: { workflow: CI }, conclusion: "failure" }]);
    expect(again.checks[0]!.id).not.toBe(checks[0]!.id);
  });

  it("leaves out what attempts say on the default branch's head, should a pull have that head", async () => {
    const { github, repo, world } = scene;
    const [base, branch] = [scene.fresh("base"), scene.fresh("topic")];
    await github.moveBranch(repo, base, null, (await github.branchTip(repo, "main"))!);
    const head = await world.push("main", { "more.txt": "more\n" });
    await github.moveBranch(repo, branch, null, head);
    const { number } = await github.openPull(repo, { head: branch, base, commit: head, title: "A pull", body: "" });

    await github.dispatch(repo, { workflow: WORKFLOW, attempt: "12/a/1", brief: world.briefLeaving({}) });
    await world.report(head, "lint", "success");

    expect((await scene.settled(number)).checks.map((check) => check.name)).toEqual(["lint"]);
  });

  it("reads pulls whose branches are known in one query, with their checks, labels and reviews", async () => {
    const { github, repo, world } = scene;
    const opened = [await scene.openPull(), await scene.openPull()];
    const look = () =>
      Promise.all(opened.map(({ number, base, branch }) => github.pull(repo, number, { base, head: branch })));
    const counted = async () => {
      const before = github.calls().reads;
      const seen = await look();
      return { seen, reads: github.calls().reads - before };
    };
    // Trees are read once, and so is the fork of a head that is behind.
    await look();
    const tips = await Promise.all(opened.map(({ base }) => world.push(base, { "moved.txt": "once\n" })));
    await look();
    await world.settle();

    const { seen, reads } = await counted();
    expect(reads).toBe(1);
    expect(seen).toMatchObject(tips.map((baseSha) => ({ baseSha, behindBy: 1, mergeable: true, checks: [] })));

    const [first] = opened;
    await world.report(first!.head, "late", "success");
    expect((await look()).map(({ checks }) => checks.map(({ name }) => name))).toEqual([["late"], []]);
    await world.label(first!.number, "wait");
    expect((await look()).map(({ labels }) => labels)).toEqual([["wait"], []]);
    await world.review(first!.number, world.maintainer, "REQUEST_CHANGES");
    expect((await look()).map(({ changesRequestedBy }) => changesRequestedBy)).toEqual([[world.maintainer], []]);
  });
});
