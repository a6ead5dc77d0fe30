/** Situations of merges, now and later, and of refused ones. */
import { expect } from "vitest";
import { answer, openapi, practice, type Situation, type Stage } from "./situation.ts";

const route = openapi("pulls#merge-a-pull-request");
const later = openapi("pulls#merge-a-pull-request-asynchronously");

const merge = (stage: Stage, number: number, more: object = {}) =>
  answer(stage.wim.rest.pulls.merge({ ...stage.pullAt(number), ...more }));

const mergeLater = (stage: Stage, number: number, more: object = {}) =>
  answer(
    stage.wim.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge-async", {
      ...stage.pullAt(number),
      ...more,
    }),
  );

const result = (stage: Stage, number: number, uuid: string) =>
  answer(
    stage.wim.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge-async/{uuid}", {
      ...stage.pullAt(number),
      uuid,
    }),
  );

const uuidIn = ({ body }: { body: unknown }) => (body as { details: { uuid: string } }).details.uuid;

/** Merges with the method and returns the pull and the merge's commit. */
async function newBase(stage: Stage, merge_method: "merge" | "squash" | "rebase") {
  const { number } = await stage.pull();
  await stage.commit("side", { "more.txt": "1\n" });
  const base = await stage.commit("main", { "other.txt": "1\n" });
  await merge(stage, number, { merge_method });
  const { data: pull } = await stage.rea.rest.pulls.get(stage.pullAt(number));
  const { data: tip } = await stage.rea.rest.repos.getCommit({ ...stage.at, ref: "main" });
  const facts = { merged: pull.merged, isTip: pull.merge_commit_sha === tip.sha, parents: tip.parents.length };
  return { status: 200, body: { ...facts, onBase: tip.parents[0]?.sha === base } };
}

export const merging: Situation[] = [
  {
    name: "A merge of the expected head succeeds",
    source: route,
    async act(stage) {
      const { number, head } = await stage.pull();
      return merge(stage, number, { sha: head });
    },
    status: 200,
    body: {
      merged: true,
      message: "Pull Request successfully merged",
      sha: expect.stringMatching(/^[0-9a-f]{40}$/),
    },
  },
  {
    name: "After a merge, merge_commit_sha is the merge commit",
    source: openapi("pulls#get-a-pull-request"),
    act: (stage) => newBase(stage, "merge"),
    status: 200,
    body: { merged: true, isTip: true, parents: 2, onBase: true },
  },
  {
    name: "After a squash, merge_commit_sha is the commit on the base",
    source: openapi("pulls#get-a-pull-request"),
    act: (stage) => newBase(stage, "squash"),
    status: 200,
    body: { merged: true, isTip: true, parents: 1, onBase: true },
  },
  {
    name: "After a rebase, merge_commit_sha is the new tip of the base",
    source: openapi("pulls#get-a-pull-request"),
    act: (stage) => newBase(stage, "rebase"),
    status: 200,
    body: { merged: true, isTip: true, parents: 1, onBase: false },
  },
  {
    name: "A merge of a head that moved is refused",
    source: practice("https://github.com/dlang/dlang-bot/issues/77"),
    async act(stage) {
      const { number, head } = await stage.pull();
      await stage.commit("side", { "more.txt": "1\n" });
      return merge(stage, number, { sha: head });
    },
    status: 409,
    body: { message: "Head branch was modified. Review and try the merge again." },
  },
  {
    name: "A merge of a conflicting pull is refused",
    // The status is GitHub's description's; the message is quoted from a server that copies GitHub's API.
    source: practice("https://github.com/gitbucket/gitbucket/pull/2482"),
    async act(stage) {
      const { number } = await stage.pull();
      await stage.commit("main", { "side.txt": "other\n" });
      return merge(stage, number);
    },
    status: 405,
    body: { message: "Pull Request is not mergeable" },
  },
  {
    name: "A merge of a draft is refused",
    source: practice("https://github.com/lindell/multi-gitter/issues/622"),
    act: async (stage) => merge(stage, (await stage.pull({ draft: true })).number),
    status: 405,
    body: { message: "Pull Request is still a draft" },
  },
  {
    name: "A merge with a method that the repository does not allow is refused",
    source: practice("https://github.com/terraform-aws-modules/meta/issues/2"),
    async act(stage) {
      const { number } = await stage.pull();
      await stage.ada.rest.repos.update({ ...stage.at, allow_merge_commit: false });
      return merge(stage, number);
    },
    status: 405,
    body: { message: "Merge commits are not allowed on this repository." },
  },
  {
    name: "A merge without the required review is refused",
    source: practice("https://github.com/Reviewable/Reviewable/issues/561"),
    async act(stage) {
      const { number } = await stage.pull();
      stage.protect("main", { requiredApprovals: 1 });
      return merge(stage, number);
    },
    status: 405,
    body: { message: "At least 1 approving review is required by reviewers with write access." },
  },
  {
    name: "A merge without the required check is refused",
    source: practice("https://github.com/Mergifyio/mergify/pull/1812"),
    async act(stage) {
      const { number } = await stage.pull();
      stage.protect("main", { requiredStatusChecks: { strict: false, checks: [{ context: "ci", appId: null }] } });
      return merge(stage, number);
    },
    status: 405,
    body: { message: 'Required status check "ci" is expected.' },
  },
  {
    name: "An asynchronous merge is accepted with a UUID and its head",
    source: later,
    async act(stage) {
      const { number, head } = await stage.pull();
      const asked = await mergeLater(stage, number, { merge_method: "squash" });
      expect(asked.body).toMatchObject({ details: { expected_head_sha: head } });
      return asked;
    },
    status: 202,
    body: {
      status: "pending",
      details: { uuid: expect.stringMatching(/^[0-9a-f-]{36}$/), merge_method: "squash", merge_action: "default" },
    },
  },
  {
    name: "A second asynchronous merge of the pull gets the first one's UUID",
    source: later,
    async act(stage) {
      const { number } = await stage.pull();
      const first = await mergeLater(stage, number, { merge_method: "squash" });
      const second = await mergeLater(stage, number, { merge_method: "rebase" });
      expect(uuidIn(second)).toBe(uuidIn(first));
      return second;
    },
    status: 409,
    body: { status: "pending", details: { merge_method: "squash" } },
  },
  {
    name: "An asynchronous merge returns its commit once it is done",
    source: openapi("pulls#get-the-result-of-an-asynchronous-merge"),
    async act(stage) {
      const { number } = await stage.pull();
      const uuid = uuidIn(await mergeLater(stage, number));
      await stage.idle();
      return result(stage, number, uuid);
    },
    status: 200,
    body: { status: "merged", details: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) } },
  },
  {
    name: "An asynchronous merge of a closed pull is refused at once",
    source: later,
    async act(stage) {
      const { number } = await stage.pull();
      await stage.wim.rest.pulls.update({ ...stage.pullAt(number), state: "closed" });
      return mergeLater(stage, number);
    },
    status: 400,
    body: { status: "failed", details: { message: expect.any(String) } },
  },
  {
    name: "An asynchronous merge of a merged pull returns the commit at once",
    source: later,
    async act(stage) {
      const { number } = await stage.pull();
      await merge(stage, number);
      return mergeLater(stage, number);
    },
    status: 200,
    body: { status: "merged", details: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) } },
  },
  {
    name: "An unknown UUID has no result",
    source: openapi("pulls#get-the-result-of-an-asynchronous-merge"),
    act: async (stage) => result(stage, (await stage.pull()).number, "630b9d5e-3f2a-4f7e-8b0c-2d5f9a8c1e42"),
    status: 404,
    body: { message: "Not Found" },
  },
];
