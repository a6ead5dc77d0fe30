import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openArtifacts } from "../src/actions/built-in/artifacts/store.ts";
import type { WorkflowRun } from "../src/store/entities.ts";
import { Store } from "../src/store/store.ts";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
let token: string;
beforeAll(async () => {
  fixture = await startFixture();
  token = fixture.sandbox.createUser("ada").token;
  for (let count = 0; count < 5; count += 1)
    await fixture.owner.rest.issues.create({ ...fixture.at, title: `${count}` });
});
afterAll(() => fixture.close());

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: { message?: string; status?: string; documentation_url?: string } & unknown[];
}

/** Sends the path unchanged. `fetch` would normalise it. */
function send(method: string, path: string, body: string | null = null): Promise<Answer> {
  const url = new URL(fixture.sandbox.url);
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const sent = request({ host: url.hostname, port: url.port, method, path, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      const isJson = String(response.headers["content-type"]).includes("json");
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: isJson ? JSON.parse(text) : [] });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const repo = "/api/v3/repos/ada/shop";

describe("unknown paths", () => {
  it.each([
    ["GET", "/api/v3/nothing"],
    ["GET", `${repo}/releases`],
    ["POST", `${repo}/merge-queue`],
    ["DELETE", `${repo}/issues/1`],
    ["GET", `${repo}/issues/abc`],
    ["GET", `${repo}/issues/99999999999999999999`],
    ["GET", "/api/v3/repos/%zz/shop"],
    ["GET", "/api/v3/repos/%E0%A4%A/shop"],
  ])("An unknown path gets GitHub's 404: %s %s", async (method, path) => {
    const { status, headers, body } = await send(method, path);
    expect({ status, body }).toMatchObject({
      status: 404,
      body: { message: "Not Found", documentation_url: expect.stringContaining("docs.github.com"), status: "404" },
    });
    expect(headers["x-github-request-id"]).toMatch(/^[0-9A-F:]+$/);
  });
});

describe("bodies", () => {
  it.each(["{", "[]", "null", '"text"', "title=x"])("A body that is no JSON object gets 400: %s", async (text) => {
    const { status, body } = await send("POST", `${repo}/issues`, text);
    expect({ status, body }).toMatchObject({ status: 400, body: { message: "Problems parsing JSON", status: "400" } });
  });

  it.each([
    ["{}", '"title" wasn\'t supplied.'],
    ['{"title":{}}', "For 'properties/title'"],
    ['{"title":"x","labels":[7]}', "For 'properties/labels/0'"],
  ])("A body with a wrong field gets 422 with the field's name: %s", async (text, words) => {
    const { status, body } = await send("POST", `${repo}/issues`, text);
    expect(status).toBe(422);
    expect(body.message).toContain("Invalid request.");
    expect(body.message).toContain(words);
  });
});

describe("pages", () => {
  it.each(["0", "-5", "abc", "1e999", "NaN", ""])(
    "A malformed page number gets the first page: page=%s",
    async (page) => {
      const { status, body } = await send("GET", `${repo}/issues?per_page=2&page=${page}`);
      expect([status, body.length]).toEqual([200, 2]);
    },
  );

  it("A page never holds more than a hundred items", async () => {
    const { headers } = await send("GET", `${repo}/issues?per_page=100000`);
    expect(headers.link).toBeUndefined();
    const small = await send("GET", `${repo}/issues?per_page=2`);
    expect(small.headers.link).toMatch(/page=2>; rel="next", <[^>]+page=3>; rel="last"/);
  });

  it.each(["99", "9007199254740993", "99999999999999999999999"])(
    "A page far behind the last one is empty and links back: %s",
    async (page) => {
      const { status, headers, body } = await send("GET", `${repo}/issues?per_page=2&page=${page}`);
      expect([status, body]).toEqual([200, []]);
      expect(headers.link).toMatch(/page=3>; rel="prev", <[^>]+page=1>; rel="first"/);
    },
  );
});

describe("paths that leave their folder", () => {
  it.each([
    `${repo}/contents/..%2f..%2fworld.sqlite`,
    `${repo}/contents/a/../../../world.sqlite`,
    `${repo}/contents/%2e%2e/%2e%2e/world.sqlite`,
    `${repo}/git/ref/..%2f..%2f..%2fworld.sqlite`,
    `${repo}/git/ref/heads/../../HEAD`,
    `${repo}/branches/..%2f..%2fconfig`,
    `${repo}/commits/..%2f..%2fHEAD`,
    "/api/v3/repos/ada/..%2fshop",
    "/api/v3/repos/..%2f../shop",
    "/api/v3/../../etc/passwd",
    "/ada/..%2f1.git/info/refs?service=git-upload-pack",
    `${repo}/actions/artifacts/..%2f1/zip`,
    `${repo}/actions/workflows/..%2f..%2fx.yml/runs`,
    `${repo}/actions/jobs/..%2f1/logs`,
  ])("A path with .. finds nothing: %s", async (path) => {
    expect([404, 422]).toContain((await send("GET", path)).status);
  });

  it.each([".", "..", "x.git", "a/b", "a b", ""])("A repository cannot have the name '%s'", async (name) => {
    const { status } = await send("POST", "/api/v3/user/repos", JSON.stringify({ name }));
    expect(status).toBe(422);
    await expect(
      fixture.sandbox.createRepository({ owner: fixture.sandbox.createUser("ada").user, name }),
    ).rejects.toThrow("cannot name a repository");
  });

  it.each(["refs/heads/../../x", "refs/heads/a..b", "refs/heads/.lock", "refs/../HEAD", "HEAD", "refs/heads/-x y"])(
    "A ref cannot have the name %s",
    async (ref) => {
      const { status } = await send("POST", `${repo}/git/refs`, JSON.stringify({ ref, sha: fixture.sha }));
      expect(status).toBe(422);
    },
  );

  it.each([".", "..", "", "a/b", "..\\x"])("An artifact cannot have the name '%s'", async (name) => {
    const folder = mkdtempSync(join(tmpdir(), "artifacts-"));
    const store = new Store(folder, { now: () => new Date() });
    onTestFinished(() => {
      store.close();
      rmSync(folder, { recursive: true });
    });
    const artifact = { name, entries: [], overwrite: false, retentionDays: null };
    const run = { id: 1, repositoryId: 1 } as WorkflowRun;
    await expect(openArtifacts(store, folder).save(run, artifact)).rejects.toThrow("The artifact name is not valid");
  });
});

describe("texts that exceed GitHub's limit", () => {
  const long = "x".repeat(65_537);
  const tooLong = (resource: string, field: string, most: number) => ({
    status: 422,
    response: {
      data: {
        message: "Validation Failed",
        errors: [{ resource, field, code: "custom", message: `${field} is too long (maximum is ${most} characters)` }],
      },
    },
  });

  it("A too long text is refused in an issue, a pull and a comment, new or changed", async () => {
    const { owner, at } = fixture;
    const one = { ...at, issue_number: 1 };
    const { issues, pulls } = owner.rest;
    const body = tooLong("Issue", "body", 65_536);
    await expect(issues.create({ ...at, title: "t", body: long })).rejects.toMatchObject(body);
    await expect(issues.update({ ...one, body: long })).rejects.toMatchObject(body);
    const title = tooLong("Issue", "title", 256);
    await expect(issues.create({ ...at, title: "x".repeat(257) })).rejects.toMatchObject(title);
    const pull = tooLong("PullRequest", "body", 65_536);
    await expect(pulls.create({ ...at, title: "t", head: "a", base: "main", body: long })).rejects.toMatchObject(pull);
    await expect(issues.createComment({ ...one, body: long })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("Body is too long (maximum is 65536 characters)"),
    });
    expect((await issues.update({ ...one, body: long.slice(1) })).data.body).toHaveLength(65_536);
  });
});
