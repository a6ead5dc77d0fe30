/** Reviews of pulls. */
import { answer, docs, openapi, practice, type Situation, type Stage } from "./situation.ts";

const review = (stage: Stage, number: number, more: object, who = stage.ada) =>
  answer(who.rest.pulls.createReview({ ...stage.pullAt(number), ...more }));

const refused = (...errors: string[]) => ({ message: "Unprocessable Entity", errors });

export const reviewing: Situation[] = [
  {
    name: "An approval is a review of the head",
    source: openapi("reviews#create-a-review-for-a-pull-request"),
    act: async (stage) => review(stage, (await stage.pull()).number, { event: "APPROVE" }),
    status: 200,
    body: { state: "APPROVED", user: { login: "ada" } },
  },
  {
    name: "A review without an event is pending and has no time of submission",
    source: openapi("reviews#create-a-review-for-a-pull-request"),
    async act(stage) {
      const { status, body } = await review(stage, (await stage.pull()).number, { body: "Later" });
      return {
        status,
        body: { state: (body as { state: string }).state, hasTime: "submitted_at" in (body as object) },
      };
    },
    status: 200,
    body: { state: "PENDING", hasTime: false },
  },
  {
    name: "An author cannot approve their own pull",
    source: practice("https://github.com/hubtty/hubtty/issues/33"),
    act: async (stage) => review(stage, (await stage.pull()).number, { event: "APPROVE" }, stage.bot),
    status: 422,
    body: refused("Can not approve your own pull request"),
  },
  {
    name: "A request for changes needs a text",
    source: practice("https://github.com/hubtty/hubtty/issues/67"),
    act: async (stage) => review(stage, (await stage.pull()).number, { event: "REQUEST_CHANGES" }),
    status: 422,
    body: refused("You need to leave a comment indicating the requested changes."),
  },
  {
    name: "A person with a pending review cannot create another one",
    source: practice("https://github.com/max-sixty/tend/pull/1171"),
    async act(stage) {
      const { number } = await stage.pull();
      await review(stage, number, { body: "Later" });
      return review(stage, number, { body: "Now", event: "COMMENT" });
    },
    status: 422,
    body: refused("User can only have one pending review per pull request"),
  },
  {
    name: "A comment outside the diff is refused with its review",
    source: practice("https://github.com/The-PR-Agent/pr-agent/issues/592"),
    async act(stage) {
      const comments = [{ path: "side.txt", line: 108, body: "Here" }];
      return review(stage, (await stage.pull()).number, { event: "COMMENT", comments });
    },
    status: 422,
    body: refused(
      "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank",
    ),
  },
  {
    name: "A dismissed review cannot be dismissed again",
    source: practice("https://github.com/defenseunicorns/lula/issues/207"),
    async act(stage) {
      const { number } = await stage.pull();
      const { body } = await review(stage, number, { event: "APPROVE" });
      const dismissal = { ...stage.pullAt(number), review_id: (body as { id: number }).id, message: "No" };
      await stage.wim.rest.pulls.dismissReview(dismissal);
      return answer(stage.wim.rest.pulls.dismissReview(dismissal));
    },
    status: 422,
    body: { message: "Validation Failed", errors: ["Can not dismiss a dismissed pull request review"] },
  },
  {
    name: "A push that changes the diff dismisses an approval where the branch is set so",
    source: docs(
      "repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-pull-request-reviews-before-merging",
    ),
    async act(stage) {
      const { number } = await stage.pull();
      stage.protect("main", { requiredApprovals: 1, dismissStaleReviews: true });
      await review(stage, number, { event: "APPROVE" });
      await stage.commit("side", { "side.txt": "2\n" });
      return answer(stage.rea.rest.pulls.listReviews(stage.pullAt(number)));
    },
    status: 200,
    body: [{ state: "DISMISSED" }],
  },
  {
    name: "The author of a pull cannot be requested to review it",
    source: practice("https://github.com/kerthcet/github-workflow-as-kube/issues/16"),
    async act(stage) {
      const at = stage.pullAt((await stage.pull()).number);
      return answer(stage.wim.rest.pulls.requestReviewers({ ...at, reviewers: ["gate[bot]"] }));
    },
    status: 422,
    body: { message: "Review cannot be requested from pull request author." },
  },
  {
    name: "Only collaborators can be requested to review",
    source: practice("https://github.com/bkeepers/probot-owners/issues/21"),
    async act(stage) {
      const at = stage.pullAt((await stage.pull()).number);
      return answer(stage.wim.rest.pulls.requestReviewers({ ...at, reviewers: ["stranger"] }));
    },
    status: 422,
    body: {
      message:
        "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ada/shop repository.",
    },
  },
];
