import type nock from "nock";
import { describe, expect, it } from "vitest";
import { Refused, Unavailable } from "../../src/loop/github-port.ts";
import { api, failure, githubWith, NOW, playGitHub, REPO, repo, withSilentServer } from "./fixture.ts";

playGitHub();

const seconds = (later: number) => String(NOW / 1_000 + later);

describe("a failure GitHub will get over is Unavailable", () => {
  it.each<[string, number, unknown, Record<string, string>, number | null]>([
    ["a server error", 500, { message: "Server Error" }, {}, null],
    ["a gateway's page", 502, "<html>Bad gateway</html>", { "content-type": "text/html" }, null],
    ["maintenance with a time", 503, { message: "Unavailable" }, { "retry-after": "120" }, 120_000],
    ["too many requests", 429, { message: "Too many" }, { "retry-after": "7" }, 7_000],
    ["too many requests without a time", 429, { message: "Too many" }, {}, 60_000],
    [
      "the secondary limit with a time",
      403,
      { message: "You have exceeded a secondary rate limit." },
      { "retry-after": "61" },
      61_000,
    ],
    ["the secondary limit without a time", 403, { message: "You have exceeded a secondary rate limit." }, {}, 60_000],
    [
      "the primary limit, until its reset",
      403,
      { message: "API rate limit exceeded for installation ID 1." },
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": seconds(90) },
      90_000,
    ],
    ["a conflict with itself", 409, { message: "Conflict" }, {}, null],
  ])("%s", async (_, status, body, headers, afterMs) => {
    api()
      .get(`${REPO}/issues/1`)
      .reply(status, body as nock.Body, headers);

    const error = await failure(githubWith().issue(repo, 1));

    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ afterMs });
    expect(String(error)).toContain(`issue: `);
  });

  it("no answer in time", async () => {
    await withSilentServer(async (baseUrl) => {
      expect(await failure(githubWith(baseUrl, 20).issue(repo, 1))).toBeInstanceOf(Unavailable);
    });
  });

  it("a broken connection", async () => {
    api().get(`${REPO}/issues/1`).replyWithError("socket hang up");

    expect(await failure(githubWith().issue(repo, 1))).toMatchObject({
      name: "Unavailable",
      message: expect.stringContaining("socket hang up"),
    });
  });

  it.each([
    ["a body that is not JSON", "{ truncated"],
    ["a body without the fields it documents", { number: 1, title: null }],
    ["an empty body", ""],
  ])("%s", async (_, body) => {
    api().get(`${REPO}/issues/1`).reply(200, body, { "content-type": "application/json; charset=utf-8" });

    expect(await failure(githubWith().issue(repo, 1))).toMatchObject({
      name: "Unavailable",
      message: expect.stringContaining("not what it documents"),
    });
  });

  it("an empty body or a conflict in place of a list, which octokit would take for an empty list", async () => {
    api().get(`${REPO}/issues/1/comments?per_page=100`).reply(200, "", { "content-type": "application/json" });
    api().get(`${REPO}/issues/1/comments?per_page=100`).reply(409, { message: "Conflict" });

    expect(await failure(githubWith().comments(repo, 1, null))).toBeInstanceOf(Unavailable);
    expect(await failure(githubWith().comments(repo, 1, null))).toBeInstanceOf(Unavailable);
  });

  it("something missing that may just not be visible yet", async () => {
    api().get(`${REPO}/pulls/3`).reply(404, { message: "Not Found" });

    expect(await failure(githubWith().pull(repo, 3))).toBeInstanceOf(Unavailable);
  });
});

describe("a failure that stays is Refused, and says what to do", () => {
  it.each<[number, unknown, Record<string, string>, string]>([
    [401, { message: "Bad credentials" }, {}, "issue: Bad credentials (HTTP 401). Check the App's id and private key."],
    [
      403,
      { message: "Resource not accessible by integration" },
      { "x-accepted-github-permissions": "issues=read", "x-ratelimit-remaining": "0x" },
      "issue: Resource not accessible by integration (HTTP 403). Grant the App issues=read and accept it for the installation.",
    ],
    [
      404,
      { message: "Not Found" },
      {},
      "issue: Not Found (HTTP 404). It does not exist, or the App is not installed there or lacks the permission to see it.",
    ],
    [410, { message: "Issues are disabled for this repo" }, {}, "issue: Issues are disabled for this repo (HTTP 410)."],
    [
      422,
      {
        message: "Validation Failed",
        errors: [{ message: "No commits between main and x" }, "plain", { code: "custom" }],
      },
      {},
      'issue: Validation Failed: No commits between main and x: plain: {"code":"custom"} (HTTP 422).',
    ],
  ])("%i", async (status, body, headers, message) => {
    api()
      .get(`${REPO}/issues/1`)
      .reply(status, body as nock.Body, headers);

    const error = await failure(githubWith().issue(repo, 1));

    expect(error).toBeInstanceOf(Refused);
    expect((error as Error).message).toBe(message);
  });
});
