/** Situations of new pulls and their state. */
import { expect } from "vitest";
import { readme } from "../git-fixture.ts";
import { answer, docs, openapi, practice, type Situation, type Stage } from "./situation.ts";

const states = docs("graphql/reference/enums#mergestatestatus");
const checks = (strict: boolean) => ({ requiredStatusChecks: { strict, checks: [{ context: "ci", appId: null }] } });

const create = (stage: Stage, head: string, base = "main") =>
  answer(stage.bot.rest.pulls.create({ ...stage.at, title: "Add it", head, base }));

/** GitHub's error that belongs to no field. */
const custom = (message: string) => ({
  message: "Validation Failed",
  errors: [{ resource: "PullRequest", code: "custom", message }],
});

export const opening: Situation[] = [
  {
    name: "A pull from a branch with new commits is opened",
    source: openapi("pulls#create-a-pull-request"),
    async act(stage) {
      await stage.commit("side", { "a.txt": "1\n" });
      return create(stage, "side");
    },
    status: 201,
    body: { number: 1, state: "open", draft: false, merged: false, mergeable: null, commits: 1, changed_files: 1 },
  },
  {
    name: "A second pull of the same branches is refused",
    source: practice("https://github.com/gm3dmo/the-power/issues/175"),
    async act(stage) {
      await stage.pull();
      return create(stage, "side");
    },
    status: 422,
    body: custom("A pull request already exists for ada:side."),
  },
  {
    name: "A pull from a branch without new commits is refused",
    source: practice("https://github.com/piceaTech/node-gitlab-2-github/issues/91"),
    async act(stage) {
      await stage.ada.rest.git.createRef({ ...stage.at, ref: "refs/heads/same", sha: stage.sha });
      return create(stage, "same");
    },
    status: 422,
    body: custom("No commits between main and same"),
  },
  {
    name: "A pull from a branch with another history is refused",
    source: practice("https://github.com/mislav/hub/issues/2322"),
    async act(stage) {
      const entry = { path: "x", mode: "100644", type: "blob", content: "x" } as const;
      const { data: tree } = await stage.ada.rest.git.createTree({ ...stage.at, tree: [entry] });
      const { data: root } = await stage.ada.rest.git.createCommit({ ...stage.at, message: "x", tree: tree.sha });
      await stage.ada.rest.git.createRef({ ...stage.at, ref: "refs/heads/alone", sha: root.sha });
      return create(stage, "alone");
    },
    status: 422,
    body: custom("The alone branch has no history in common with main"),
  },
  {
    name: "A pull from a branch that does not exist is refused",
    source: practice("https://github.com/spdx/spdx-online-tools/issues/425"),
    act: (stage) => create(stage, "gone"),
    status: 422,
    body: { message: "Validation Failed", errors: [{ resource: "PullRequest", field: "head", code: "invalid" }] },
  },
  {
    name: "Whether a pull can merge is unknown at first and known a moment later",
    source: openapi("pulls#get-a-pull-request"),
    async act(stage) {
      const { number } = await stage.pull();
      const first = await answer(stage.rea.rest.pulls.get(stage.pullAt(number)));
      expect(first.body).toMatchObject({ mergeable: null, mergeable_state: "unknown", merge_commit_sha: null });
      return stage.settled(number);
    },
    status: 200,
    body: { mergeable: true, mergeable_state: "clean", merge_commit_sha: expect.stringMatching(/^[0-9a-f]{40}$/) },
  },
  {
    name: "A conflicting pull is dirty",
    source: states,
    async act(stage) {
      const { number } = await stage.pull();
      await stage.commit("main", { "side.txt": "other\n" });
      return stage.settled(number);
    },
    status: 200,
    body: { mergeable: false, mergeable_state: "dirty" },
  },
  {
    name: "A pull that lacks a requirement is blocked",
    source: states,
    async act(stage) {
      const { number } = await stage.pull();
      stage.protect("main", checks(false));
      return stage.settled(number);
    },
    status: 200,
    body: { mergeable: true, mergeable_state: "blocked" },
  },
  {
    name: "A pull that must be up to date and is not is behind",
    source: states,
    async act(stage) {
      const { number, head } = await stage.pull();
      stage.protect("main", checks(true));
      await stage.passes(head, "ci");
      await stage.commit("main", { "README.md": readme.replace("line 1", "first") });
      return stage.settled(number);
    },
    status: 200,
    body: { mergeable: true, mergeable_state: "behind" },
  },
  {
    name: "A pull with a failed check that is not required is unstable",
    source: states,
    async act(stage) {
      const { number, head } = await stage.pull();
      await stage.passes(head, "lint", "failure");
      return stage.settled(number);
    },
    status: 200,
    body: { mergeable: true, mergeable_state: "unstable" },
  },
  {
    name: "A draft has the state draft",
    source: states,
    act: async (stage) => stage.settled((await stage.pull({ draft: true })).number),
    status: 200,
    body: { draft: true, mergeable_state: "draft" },
  },
  {
    name: "The diff media type returns the diff instead of the pull",
    source: openapi("pulls#get-a-pull-request"),
    async act(stage) {
      const { number } = await stage.pull();
      return answer(stage.rea.rest.pulls.get({ ...stage.pullAt(number), mediaType: { format: "diff" } }));
    },
    status: 200,
    body: expect.stringMatching(/^diff --git a\/side.txt b\/side.txt\nnew file mode 100644\n/),
  },
];
