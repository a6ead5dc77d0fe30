import { afterEach, describe, expect, it } from "vitest";
import { type Limits, limitsOf } from "../src/limits/limits.ts";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
afterEach(() => fixture.close());

const start = async (wanted: Partial<Limits> = {}) => {
  fixture = await startFixture([], { limits: { ...limitsOf("generous"), ...wanted } });
};
const hourly = (number: number) => ({
  hourly: { anonymous: number, user: number, app: number, installation: number, job: number },
});
const refusedBy = (asked: Promise<unknown>) =>
  asked.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: { status: number; response: { headers: Record<string, string>; data: Record<string, unknown> } }) => error,
  );

describe("the primary limit", () => {
  it("A person without requests left is refused with GitHub's message until the next hour, others are not", async () => {
    await start(hourly(3));
    const { owner, bot, at } = fixture;
    for (const left of ["2", "1", "0"]) {
      expect((await owner.rest.repos.get(at)).headers["x-ratelimit-remaining"]).toBe(left);
    }
    const { status, response } = await refusedBy(owner.rest.repos.get(at));
    expect(status).toBe(403);
    expect(response.data.message).toMatch(
      /^API rate limit exceeded for user ID \d+\. If you reach out to GitHub Support for help, please include the request ID [0-9A-F:]+\.$/,
    );
    expect(response.headers).toMatchObject({
      "x-ratelimit-limit": "3",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-used": "3",
      "x-ratelimit-resource": "core",
    });
    expect(String(response.data.message)).toContain(response.headers["x-github-request-id"]);
    expect((await bot.rest.repos.get(at)).status).toBe(200);
    fixture.advance(3601);
    expect((await owner.rest.repos.get(at)).headers["x-ratelimit-remaining"]).toBe("2");
  });

  it("All tokens of an installation count together, and reading the limits is free", async () => {
    await start(hourly(5));
    const { bot, asApp, at, app, privateKey, installationId } = fixture;
    await bot.rest.repos.get(at);
    const other = fixture.installed(app, privateKey, installationId);
    expect((await other.rest.repos.get(at)).headers["x-ratelimit-used"]).toBe("2");
    const used = async () => (await bot.rest.rateLimit.get()).data.resources.core.used;
    expect([await used(), await used()]).toEqual([2, 2]);
    expect((await asApp.rest.apps.getAuthenticated()).headers["x-ratelimit-used"]).toBe("3");
  });

  it("Requests without a token or with a bad one count by their address", async () => {
    await start({ hourly: { ...hourly(100).hourly, anonymous: 2 } });
    const nobody = fixture.octokit(null);
    await nobody.rest.repos.get(fixture.at);
    expect((await refusedBy(fixture.octokit("ghp_nonsense").rest.repos.get(fixture.at))).status).toBe(401);
    const { response } = await refusedBy(nobody.rest.repos.get(fixture.at));
    expect(response.data).toMatchObject({
      message: expect.stringContaining("(But here's the good news: Authenticated requests get a higher rate limit."),
      documentation_url: "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api",
    });
  });
});

describe("secondary limits", () => {
  it("A read costs one point, a write five, and a refusal gives the time to wait", async () => {
    await start({ restPointsPerMinute: 7 });
    const { owner, at } = fixture;
    await owner.rest.issues.create({ ...at, title: "five" });
    await owner.rest.repos.get(at);
    await owner.rest.repos.get(at);
    const { status, response } = await refusedBy(owner.rest.repos.get(at));
    expect(status).toBe(403);
    expect(response.data.message).toBe(
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    );
    const wait = Number(response.headers["retry-after"]);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    fixture.advance(wait);
    expect((await owner.rest.repos.get(at)).status).toBe(200);
  });

  it("A client that creates too much content is refused, but can still read", async () => {
    await start({ contentPerMinute: 2 });
    const { owner, at } = fixture;
    const write = () => owner.rest.issues.create({ ...at, title: "more" });
    await write();
    await write();
    const { response } = await refusedBy(write());
    expect(response.data.message).toContain("temporarily blocked from content creation");
    expect((await owner.rest.issues.listForRepo(at)).data).toHaveLength(2);
    await owner.rest.issues.update({ ...at, issue_number: 1, title: "an edit is no new content" });
  });

  it("Only a limited number of requests run at the same time", async () => {
    await start({ concurrent: 2 });
    const { owner, at } = fixture;
    const asked = Array.from({ length: 8 }, () =>
      owner.rest.repos.listCommits(at).then(
        () => 200,
        (error) => error.status,
      ),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((status) => status === 403).length).toBeGreaterThan(0);
    expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect((await owner.rest.repos.listCommits(at)).status).toBe(200);
  });
});

describe("conditional requests", () => {
  it("A conditional request costs nothing if nothing changed, and returns what changed", async () => {
    await start();
    const { owner, at } = fixture;
    await owner.rest.issues.create({ ...at, title: "as it was" });
    const route = "GET /repos/{owner}/{repo}/issues/{issue_number}";
    const one = { ...at, issue_number: 1 };
    const first = await owner.request(route, one);
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^W\/"[0-9a-f]{64}"$/);
    const again = await refusedBy(owner.request(route, { ...one, headers: { "if-none-match": tag } }));
    expect(again.status).toBe(304);
    expect(again.response.headers).toMatchObject({ etag: tag, "x-ratelimit-used": first.headers["x-ratelimit-used"] });
    expect(again.response.headers["content-type"]).toBeUndefined();
    await owner.rest.issues.update({ ...one, title: "as it is" });
    const changed = await owner.request(route, { ...one, headers: { "if-none-match": tag } });
    expect(changed.data.title).toBe("as it is");
    // A tag of another token does not match.
    expect((await fixture.bot.request(route, { ...one, headers: { "if-none-match": tag } })).status).toBe(200);
  });

  it("A conditional request compares dates where GitHub gives one", async () => {
    await start();
    const { owner, at } = fixture;
    const { data } = await owner.rest.issues.create({ ...at, title: "dated" });
    const one = { ...at, issue_number: data.number };
    const route = "GET /repos/{owner}/{repo}/issues/{issue_number}";
    const modified = String((await owner.request(route, one)).headers["last-modified"]);
    expect(Date.parse(modified)).toBe(Date.parse(data.updated_at));
    const since = { ...one, headers: { "if-modified-since": modified } };
    expect((await refusedBy(owner.request(route, since))).status).toBe(304);
    fixture.advance(2);
    await owner.rest.issues.update({ ...one, title: "dated anew" });
    expect((await owner.request(route, since)).data.title).toBe("dated anew");
    expect((await owner.request("GET /repos/{owner}/{repo}/issues", at)).headers["last-modified"]).toBeUndefined();
  });
});
