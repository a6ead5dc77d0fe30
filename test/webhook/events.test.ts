import { describe, expect, it } from "vitest";
import { FeatureEvent, LaneEvent } from "../../src/core/event.ts";
import { isLane } from "../../src/core/keys.ts";
import { eventsFrom } from "../../src/webhook/events.ts";
import {
  checkRun,
  comment,
  HEAD,
  installation,
  issues,
  label,
  ourselves,
  pull,
  push,
  repository,
  review,
  status,
  workflowRun,
} from "./payloads.ts";

const identity = { appId: 77, appSlug: "headgate", label: "headgate" };

function received(name: string, payload: unknown) {
  return eventsFrom(name, "guid-1", payload, identity);
}

describe("a webhook that states something for good", () => {
  it("is a label, with what the issue said at that moment", () => {
    expect(received("issues", issues("labeled", label("Headgate")))).toEqual({
      facts: [
        {
          aggregate: "1#12",
          key: "labelled:2026-11-23T07:01:00Z",
          event: {
            type: "feature.labelled",
            repo: { id: 1, owner: "acme", name: "tool" },
            issue: 12,
            title: "Read CSV",
            body: "Please.",
            by: "ada",
            labelledAt: Date.UTC(2026, 10, 23, 7, 1),
          },
        },
      ],
      hints: [],
    });
  });

  it("is a label on an issue without a body, by an account that is gone", () => {
    const [fact] = received("issues", issues("labeled", { ...label("headgate"), sender: null }, { body: null })).facts;
    expect(fact?.event).toMatchObject({ body: "", by: "ghost" });
  });

  it.each([
    ["a removed label", issues("unlabeled", label("headgate")), "unlabelled", "feature.unlabelled"],
    ["a closed issue", issues("closed"), "closed", "issue.closed"],
  ])("is %s", (_, payload, word, type) => {
    expect(received("issues", payload).facts).toEqual([
      { aggregate: "1#12", key: `${word}:2026-11-23T07:01:00Z`, event: { type, by: "ada" } },
    ]);
  });

  it("is a command in a comment", () => {
    expect(received("issue_comment", comment("Go on.\n\n/headgate retry quote")).facts).toEqual([
      {
        aggregate: "1#12",
        key: "comment:900:2026-11-23T07:02:00Z",
        event: {
          type: "command.given",
          comment: 900,
          by: "ada",
          writtenAt: Date.UTC(2026, 10, 23, 7, 2),
          command: { verb: "retry", task: "quote" },
        },
      },
    ]);
  });

  it("has the same key when it is delivered again", () => {
    const payload = comment("/headgate hold");
    const again = eventsFrom("issue_comment", "guid-2", payload, identity);
    expect(again).toEqual(received("issue_comment", payload));
  });

  it("fits what the core reads", () => {
    const facts = [
      ...received("issues", issues("labeled", label("headgate"))).facts,
      ...received("issues", issues("closed")).facts,
      ...received("issue_comment", comment("/headgate nonsense")).facts,
    ];
    expect(facts).toHaveLength(3);
    for (const { aggregate, event } of facts) {
      expect(isLane(aggregate)).toBe(false);
      expect(FeatureEvent.parse(event)).toEqual(event);
    }
  });
});

describe("a webhook about something that changes", () => {
  const onPull = { topic: "pull 1#4", about: { kind: "pull", pull: 4 } };
  const onCommit = { topic: `commit 1@${HEAD}`, about: { kind: "commit", sha: HEAD } };
  const onAttempt = (begins: boolean) => ({
    topic: "attempt 1 12/quote/2",
    about: { kind: "attempt", attempt: "12/quote/2", begins },
  });
  const onRepository = (deleted = false) => ({ topic: "repository 1", about: { kind: "repository", deleted } });
  const onIssue = { topic: "issue 1#12", about: { kind: "issue" } };
  const onBranch = (branch: string) => ({ topic: `branch 1:${branch}`, about: { kind: "branch", branch } });

  it.each([
    ["an edited issue", "issues", issues("edited"), onIssue],
    ["a comment without a command", "issue_comment", comment("Nice."), onIssue],
    ["a new head", "pull_request", pull("synchronize"), onPull],
    ["a merge", "pull_request", pull("closed"), onPull],
    ["a review", "pull_request_review", review("submitted"), onPull],
    ["a dismissed review", "pull_request_review", review("dismissed"), onPull],
    ["a push", "push", push("refs/heads/main"), onBranch("main")],
    ["a push to a branch with slashes", "push", push("refs/heads/headgate/12/quote"), onBranch("headgate/12/quote")],
    ["a deleted branch", "push", push("refs/heads/main", "0".repeat(40)), onBranch("main")],
    ["a check that ended", "check_run", checkRun("completed"), onCommit],
    ["a check that starts again", "check_run", checkRun("created"), onCommit],
    ["a commit status", "status", status("pending"), onCommit],
    ["a repository that was renamed", "repository", repository("renamed"), onRepository()],
    ["a repository that was transferred", "repository", repository("transferred"), onRepository()],
    ["a repository that was archived", "repository", repository("archived"), onRepository()],
    ["a repository that was unarchived", "repository", repository("unarchived"), onRepository()],
    ["a repository that was deleted", "repository", repository("deleted"), onRepository(true)],
    ["an installation that was suspended", "installation", installation("suspend", "repositories"), onRepository()],
    ["an App that was uninstalled", "installation", installation("deleted", "repositories"), onRepository()],
    [
      "a repository that was taken from the App",
      "installation_repositories",
      installation("removed", "repositories_removed"),
      onRepository(),
    ],
    ["an attempt that ended", "workflow_run", workflowRun("completed", "headgate 12/quote/2"), onAttempt(false)],
    ["an attempt that begins", "workflow_run", workflowRun("in_progress", "headgate 12/quote/2"), onAttempt(true)],
  ])("becomes a hint to observe: %s", (_, name, payload, { topic, about }) => {
    const { facts, hints } = received(name, payload);
    expect(facts).toEqual([]);
    expect(hints).toEqual([{ topic, key: `hint:guid-1:${topic}`, event: { type: "hinted", topic: about } }]);
    for (const { event } of hints) {
      expect(FeatureEvent.parse(event)).toEqual(event);
      expect(LaneEvent.parse(event)).toEqual(event);
    }
  });

  it.each(["headgate 12/quote", "headgate 12/quote/2 and more", "not headgate 12/quote/2", "headgate 12/QUOTE/2"])(
    "does not take a run named '%s' for an attempt",
    (title) => {
      expect(received("workflow_run", workflowRun("completed", title)).hints).toEqual([]);
    },
  );
});

it.each(["deleted", "transferred"] as const)("an issue that is %s is gone for its feature", (why) => {
  expect(received("issues", issues(why)).facts).toEqual([
    { aggregate: "1#12", key: "gone:2026-11-23T07:01:00Z", event: { type: "issue.gone", why, by: "ada" } },
  ]);
});

it.each([{ forced: true }, { deleted: true }])(
  "a push that rewrites a branch is also for the features on it: %o",
  (how) => {
    const { hints } = received("push", { ...push("refs/heads/main"), ...how });
    const event = { type: "hinted", topic: { kind: "branch", branch: "main" } };
    expect(hints.map(({ topic }) => topic)).toEqual(["branch 1:main", "rewritten 1:main"]);
    for (const hint of hints) expect(hint.event).toEqual(event);
  },
);

it("an issue that is opened again is a fact", () => {
  expect(received("issues", issues("reopened")).facts).toMatchObject([{ event: { type: "issue.reopened" } }]);
});

it.each(["closed", "reopened", "deleted", "transferred"])(
  "an issue that is %s is also a hint for the feature that it may be a task of",
  (action) => {
    const topic = "sub-issue 1#12";
    const event = { type: "hinted", topic: { kind: "sub-issue", issue: 12 } };
    expect(received("issues", issues(action)).hints).toEqual([{ topic, key: `hint:guid-1:${topic}`, event }]);
    expect(received("issues", issues(action, { sender: ourselves })).hints).toEqual([]);
  },
);

it("a command on a pull request goes to the feature that opened it, once however often it arrives", () => {
  const { facts, hints } = received("issue_comment", comment("/headgate hold", {}, { pull_request: { url: "x" } }));
  expect(facts).toEqual([]);
  expect(hints).toMatchObject([
    {
      topic: "conversation 1#12",
      key: "comment:900:2026-11-23T07:02:00Z",
      event: { command: { verb: "hold" }, pull: 12 },
    },
  ]);
});

describe("a webhook that concerns nothing", () => {
  it.each<[string, string, unknown]>([
    ["another label", "issues", issues("labeled", label("bug"))],
    ["the label on a closed issue", "issues", issues("labeled", label("headgate"), { state: "closed" })],
    ["another label's removal", "issues", issues("unlabeled", label("bug"))],
    ["our own closing of an issue", "issues", issues("closed", { sender: ourselves })],
    ["an edited comment", "issue_comment", { ...comment("/headgate hold"), action: "edited" }],
    ["a bot's comment", "issue_comment", comment("/headgate hold", { user: { login: "x[bot]", type: "Bot" } })],
    ["our App's comment", "issue_comment", comment("/headgate hold", { performed_via_github_app: { id: 77 } })],
    ["talk on a pull request", "issue_comment", comment("looks good", {}, { pull_request: { url: "x" } })],
    ["a pushed tag", "push", push("refs/tags/v1")],
    ["our own check", "check_run", checkRun("completed", 77)],
    ["a check asked for again", "check_run", checkRun("rerequested")],
    [
      "another workflow's run, whose checks count instead",
      "workflow_run",
      workflowRun("completed", "Merge everything"),
    ],
    ["a run that was asked for", "workflow_run", workflowRun("requested", "headgate 12/quote/2")],
    ["an event we know nothing of", "sponsorship", { action: "created" }],
    ["a ping", "ping", { zen: "Half measures are as bad as nothing at all." }],
  ])("is %s", (_, name, payload) => {
    expect(received(name, payload)).toEqual({ facts: [], hints: [] });
  });
});

describe("a payload that is not as GitHub documents it", () => {
  it.each<[string, unknown, RegExp]>([
    ["issues", { ...issues("labeled", label("headgate")), issue: { number: "12" } }, /webhook issues .*issue\.number/s],
    ["push", { ref: "refs/heads/main" }, /webhook push .*repository/s],
    ["check_run", { ...checkRun("completed"), check_run: { head_sha: "x" } }, /check_run\.head_sha/],
    ["pull_request", null, /webhook pull_request does not parse/],
  ])("is refused with the webhook's name and the field: %s", (name, payload, message) => {
    expect(() => received(name, payload)).toThrow(message);
  });
});
