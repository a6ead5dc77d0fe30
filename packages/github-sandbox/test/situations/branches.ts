/** Situations of pulls whose branches move, are deleted or come back. */
import { expect } from "vitest";
import { answer, docs, openapi, practice, type Situation, type Stage } from "./situation.ts";

const update = (stage: Stage, number: number, more: object = {}) =>
  answer(stage.bot.rest.pulls.updateBranch({ ...stage.pullAt(number), ...more }));

const change = (stage: Stage, number: number, more: object) =>
  answer(stage.wim.rest.pulls.update({ ...stage.pullAt(number), ...more }));

export const branches: Situation[] = [
  {
    name: "An update of the head is accepted and runs a moment later",
    source: openapi("pulls#update-a-pull-request-branch"),
    async act(stage) {
      const { number, head } = await stage.pull();
      const base = await stage.commit("main", { "other.txt": "1\n" });
      const accepted = await update(stage, number, { expected_head_sha: head });
      await stage.idle();
      const { data } = await stage.rea.rest.repos.getCommit({ ...stage.at, ref: "side" });
      expect(data.parents.map(({ sha }) => sha)).toEqual([head, base]);
      return accepted;
    },
    status: 202,
    body: { message: "Updating pull request branch.", url: expect.stringMatching(/\/pulls\/1$/) },
  },
  {
    name: "An update of another head than the expected one is refused",
    source: openapi("pulls#update-a-pull-request-branch"),
    async act(stage) {
      const { number } = await stage.pull();
      await stage.commit("main", { "other.txt": "1\n" });
      return update(stage, number, { expected_head_sha: stage.sha });
    },
    status: 422,
    body: { message: expect.any(String) },
  },
  {
    name: "An update of a head that is up to date is refused",
    source: practice("https://github.com/nevermined-io/payments/pull/449"),
    act: async (stage) => update(stage, (await stage.pull()).number),
    status: 422,
    body: { message: expect.stringContaining("no new commits on the base branch") },
  },
  {
    name: "A pull is merged when a push brings its head into the base",
    source: docs(
      "pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges#indirect-merges",
    ),
    async act(stage) {
      const { number, head } = await stage.pull();
      await stage.wim.rest.git.updateRef({ ...stage.at, ref: "heads/main", sha: head });
      return answer(stage.rea.rest.pulls.checkIfMerged(stage.pullAt(number)));
    },
    status: 204,
    body: "",
  },
  {
    name: "A closed pull stays closed if its branch was recreated at another commit",
    source: practice("https://github.com/cilium/cilium/pull/47088"),
    async act(stage) {
      const { number } = await stage.pull();
      await change(stage, number, { state: "closed" });
      const sha = await stage.commit("other", { "other.txt": "1\n" });
      await stage.ada.rest.git.updateRef({ ...stage.at, ref: "heads/side", sha, force: true });
      return change(stage, number, { state: "open" });
    },
    status: 422,
    body: { errors: [{ message: "state cannot be changed. The side branch was force-pushed or recreated." }] },
  },
  {
    name: "A closed pull cannot change its base",
    source: practice("https://github.com/cli/cli/issues/14223"),
    async act(stage) {
      const { number } = await stage.pull();
      await change(stage, number, { state: "closed" });
      await stage.commit("next", { "next.txt": "1\n" });
      return change(stage, number, { base: "next" });
    },
    status: 422,
    body: { errors: [{ message: "Cannot change the base branch of a closed pull request." }] },
  },
  {
    name: "A merge into the default branch closes an issue named with a keyword",
    source: docs(
      "issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue#linking-a-pull-request-to-an-issue-using-a-keyword",
    ),
    async act(stage) {
      const { data: issue } = await stage.ada.rest.issues.create({ ...stage.at, title: "Lacking" });
      const { number } = await stage.pull({ body: `Resolves #${issue.number}` });
      await stage.wim.rest.pulls.merge(stage.pullAt(number));
      return answer(stage.rea.rest.issues.get({ ...stage.at, issue_number: issue.number }));
    },
    status: 200,
    body: { state: "closed", state_reason: "completed" },
  },
];
