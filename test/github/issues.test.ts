import { describe, expect, it } from "vitest";
import { api, failure, githubWith, playGitHub, REPO, repo } from "./fixture.ts";

playGitHub();

const MARKER = "<!-- headgate:status -->";
const COMMENTS = `${REPO}/issues/1/comments`;
const bot = { login: "headgate[bot]", type: "Bot" };
const person = { login: "mallory", type: "User" };

function comment(id: number, body: string, more: Record<string, unknown> = {}) {
  const at = { created_at: "2026-11-01T10:00:00Z", updated_at: "2026-11-01T10:00:00Z" };
  return { id, user: bot, body, ...at, performed_via_github_app: null, ...more };
}

describe("an issue", () => {
  const shown = { number: 1, title: "T", state: "open", labels: [], user: person };
  const there = { location: `https://api.github.com/repositories/2/issues/9` };

  it.each<[string, () => void, "transferred" | "deleted"]>([
    ["was deleted", () => api().get(`${REPO}/issues/1`).reply(410, { message: "This issue was deleted" }), "deleted"],
    [
      "was transferred to where the App sees it",
      () => {
        api().get(`${REPO}/issues/1`).reply(301, {}, there);
        api()
          .get("/repositories/2/issues/9")
          .reply(200, { ...shown, number: 9 });
      },
      "transferred",
    ],
    [
      "has the same number in the other repository",
      () => {
        const url = "https://api.github.com/repos/guild/other";
        api()
          .get(`${REPO}/issues/1`)
          .reply(200, { ...shown, repository_url: url });
        api().get("/repos/guild/other").reply(200, { id: 2 });
      },
      "transferred",
    ],
    [
      "was transferred to where the App does not see it",
      () => {
        api().get(`${REPO}/issues/1`).reply(301, {}, there);
        api().get("/repositories/2/issues/9").reply(404, { message: "Not Found" });
      },
      "transferred",
    ],
  ])("that %s is gone", async (_, answer, why) => {
    answer();
    expect(await failure(githubWith().issue(repo, 1))).toMatchObject({ name: "Gone", why });
  });

  it("is there where its repository was renamed, and where issues are only switched off", async () => {
    const url = "https://api.github.com/repos/acme/later";
    api()
      .get(`${REPO}/issues/1`)
      .reply(200, { ...shown, repository_url: url });
    api().get("/repos/acme/later").reply(200, { id: 1 });
    expect(await githubWith().issue(repo, 1)).toMatchObject({ number: 1 });
    api().get(`${REPO}/issues/1`).reply(410, { message: "Issues are disabled for this repo" });
    expect(await failure(githubWith().issue(repo, 1))).toMatchObject({ name: "Refused" });
  });
});

describe("upsertComment", () => {
  it("writes the comment when there is none of ours, whatever others wrote", async () => {
    api()
      .get(`${COMMENTS}?per_page=100`)
      .reply(200, [
        comment(1, `${MARKER}\nforged`, { user: person }),
        comment(2, `${MARKER}\nforged`, { user: { login: "headgate[bot]", type: "User" } }),
        comment(3, `${MARKER}\nother App`, {
          user: { login: "ci[bot]", type: "Bot" },
          performed_via_github_app: { id: 8 },
        }),
        comment(4, `Quoting\n${MARKER}`),
        comment(5, null as unknown as string, { user: null }),
      ]);
    api()
      .post(COMMENTS, { body: `${MARKER}\nhello` })
      .reply(201, comment(9, `${MARKER}\nhello`));

    expect(await githubWith().upsertComment(repo, 1, MARKER, "hello")).toBe(9);
  });

  it("changes the comment when its words differ, found through all pages", async () => {
    const next = `https://api.github.com${COMMENTS}?per_page=100&page=2`;
    api()
      .get(`${COMMENTS}?per_page=100`)
      .reply(200, [comment(1, "hi", { user: person })], { link: `<${next}>; rel="next"` });
    api()
      .get(`${COMMENTS}?per_page=100&page=2`)
      .reply(200, [
        comment(2, `${MARKER}\nold`, { user: { login: "x", type: "Bot" }, performed_via_github_app: { id: 7 } }),
      ]);
    api()
      .patch(`${REPO}/issues/comments/2`, { body: `${MARKER}\nnew` })
      .reply(200, {});

    expect(await githubWith().upsertComment(repo, 1, MARKER, `${MARKER}\nnew`)).toBe(2);
  });

  it("leaves a comment alone that has the text already, whatever ends its lines", async () => {
    api()
      .get(`${COMMENTS}?per_page=100`)
      .reply(200, [comment(2, `${MARKER}\r\nsame\r\n`)]);

    expect(await githubWith().upsertComment(repo, 1, MARKER, "same")).toBe(2);
  });

  it("changes a comment that it wrote before without reading it", async () => {
    api().get(`${COMMENTS}?per_page=100`).reply(200, []);
    api().post(COMMENTS).reply(201, comment(3, ""));
    api()
      .patch(`${REPO}/issues/comments/3`, { body: `${MARKER}\nlater` })
      .reply(200, {});
    const github = githubWith();
    await github.upsertComment(repo, 1, MARKER, "hello");

    expect(await github.upsertComment(repo, 1, MARKER, "hello")).toBe(3);
    expect(await github.upsertComment(repo, 1, MARKER, "later")).toBe(3);
  });

  it("writes a comment anew that a person deleted", async () => {
    api().get(`${COMMENTS}?per_page=100`).twice().reply(200, []);
    api().post(COMMENTS).reply(201, comment(3, ""));
    api().patch(`${REPO}/issues/comments/3`).reply(404, { message: "Not Found" });
    api().post(COMMENTS).reply(201, comment(4, ""));
    const github = githubWith();
    await github.upsertComment(repo, 1, MARKER, "hello");

    expect(await github.upsertComment(repo, 1, MARKER, "later")).toBe(4);
  });
});

it("labelledIssues leaves pull requests out and reads both forms of labels", async () => {
  const issue = { title: "T", state: "open", labels: ["a", { name: "headgate" }], user: null, body: null };
  api()
    .get(`${REPO}/issues?per_page=100&labels=headgate&state=open&sort=created&direction=asc`)
    .reply(200, [
      { ...issue, number: 1 },
      { ...issue, number: 2, pull_request: {} },
    ]);

  expect(await githubWith().labelledIssues(repo, "headgate")).toEqual([
    { number: 1, title: "T", body: "", state: "open", labels: ["a", "headgate"], author: "ghost", closedBy: null },
  ]);
});

describe("labelledBy", () => {
  const event = (kind: string, login: string, name: string, at: string) => ({
    event: kind,
    actor: { login },
    created_at: at,
    label: { name },
  });

  it.each([
    ["nobody", [], null],
    [
      "the last one who put it on",
      [
        event("labeled", "ann", "headgate", "1"),
        event("unlabeled", "bob", "headgate", "2"),
        event("labeled", "cid", "Headgate", "3"),
        event("labeled", "dan", "other", "4"),
        { event: "closed", actor: null, created_at: "5" },
      ],
      { login: "cid", at: "3" },
    ],
    [
      "nobody once it is off",
      [event("labeled", "ann", "headgate", "1"), event("unlabeled", "bob", "headgate", "2")],
      null,
    ],
  ])("is %s", async (_, events, expected) => {
    api().get(`${REPO}/issues/1/events?per_page=100`).reply(200, events);

    expect(await githubWith().labelledBy(repo, 1, "headgate")).toEqual(expected);
  });
});

it("reads comments since a time, and marks those of bots", async () => {
  api()
    .get(`${COMMENTS}?per_page=100&since=2026-11-01T09%3A00%3A00Z`)
    .reply(200, [comment(1, "/headgate retry", { user: person }), comment(2, "done")]);

  const comments = await githubWith().comments(repo, 1, "2026-11-01T09:00:00Z");

  expect(comments.map(({ author, authorIsBot, body }) => ({ author, authorIsBot, body }))).toEqual([
    { author: "mallory", authorIsBot: false, body: "/headgate retry" },
    { author: "headgate[bot]", authorIsBot: true, body: "done" },
  ]);
});

it("closeIssue gives its reason", async () => {
  api().patch(`${REPO}/issues/1`, { state: "closed", state_reason: "not_planned" }).reply(200, {});

  await githubWith().closeIssue(repo, 1, "not_planned");
});
