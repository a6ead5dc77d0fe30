import { createSign, generateKeyPairSync } from "node:crypto";
import type { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

function jwt(claims: object, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
}

const now = () => Math.floor(Date.now() / 1000);

describe("an App with its private key", () => {
  it("learns who it is, by its number and by its client id", async () => {
    const { data } = await fixture.asApp.rest.apps.getAuthenticated();
    expect(data).toMatchObject({ slug: "gate", id: fixture.app.id, installations_count: 1 });
    const byClientId = jwt({ iss: fixture.app.clientId, iat: now(), exp: now() + 300 }, fixture.privateKey);
    const answer = await fixture.octokit(byClientId).rest.apps.getAuthenticated();
    expect(answer.data).toMatchObject({ slug: "gate" });
  });

  it("finds its installation by repository and by account", async () => {
    const { data } = await fixture.asApp.rest.apps.getRepoInstallation(fixture.at);
    expect(data).toMatchObject({ id: fixture.installationId, app_slug: "gate", repository_selection: "selected" });
    const byUser = await fixture.asApp.rest.apps.getUserInstallation({ username: "ada" });
    expect(byUser.data.id).toBe(fixture.installationId);
  });

  it.each([
    ["too late", () => ({ iat: now() - 700, exp: now() - 5 }), /'Expiration time' claim \('exp'\) must be a numeric/],
    ["too long", () => ({ iat: now(), exp: now() + 3600 }), /\('exp'\) is too far in the future/],
    ["from the future", () => ({ iat: now() + 900, exp: now() + 1000 }), /'Issued at' claim/],
  ])("is refused with GitHub's words when its assertion is %s", async (_, claims, message) => {
    const text = jwt({ iss: fixture.app.id, ...claims() }, fixture.privateKey);
    await expect(fixture.octokit(text).rest.apps.getAuthenticated()).rejects.toMatchObject({
      status: 401,
      message: expect.stringMatching(message),
    });
  });

  it("is refused when another key signed", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const text = jwt({ iss: fixture.app.id, iat: now(), exp: now() + 300 }, privateKey);
    await expect(fixture.octokit(text).rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
  });
});

describe("an installation token", () => {
  async function tokenFor(wanted: object): Promise<Octokit> {
    const { data } = await fixture.asApp.rest.apps.createInstallationAccessToken({
      installation_id: fixture.installationId,
      ...wanted,
    });
    return fixture.octokit(data.token);
  }

  it("acts as the App's bot", async () => {
    const { data } = await fixture.bot.rest.issues.create({ ...fixture.at, title: "by the bot" });
    expect(data.user).toMatchObject({ login: "gate[bot]", type: "Bot" });
  });

  it("reaches only the repositories it was installed on", async () => {
    const other = await fixture.sandbox.createRepository({
      owner: fixture.sandbox.createUser("ada").user,
      name: "hidden",
      private: true,
    });
    const { data } = await fixture.bot.rest.apps.listReposAccessibleToInstallation();
    expect(data.repositories.map((each) => each.name)).toEqual(["shop"]);
    await expect(fixture.bot.rest.repos.get({ owner: "ada", repo: other.name })).rejects.toMatchObject({ status: 404 });
  });

  it("with fewer permissions is refused what it lacks", async () => {
    const reader = await tokenFor({ permissions: { issues: "read" } });
    expect((await reader.rest.issues.listForRepo(fixture.at)).status).toBe(200);
    await expect(reader.rest.issues.create({ ...fixture.at, title: "no" })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration"),
    });
  });

  it.each([
    [{ permissions: { administration: "write" } }, /permissions requested are not granted/],
    [{ repositories: ["nothing"] }, /does not exist or is not accessible/],
  ])("cannot be asked for more than the installation has: %j", async (wanted, message) => {
    await expect(tokenFor(wanted)).rejects.toMatchObject({ status: 422, message: expect.stringMatching(message) });
  });

  it("ends after an hour", async () => {
    const octokit = await tokenFor({});
    fixture.advance(3599);
    expect((await octokit.rest.repos.get(fixture.at)).status).toBe(200);
    fixture.advance(2);
    await expect(octokit.rest.repos.get(fixture.at)).rejects.toMatchObject({ status: 401 });
    fixture.advance(-3601);
  });

  it("can be given back", async () => {
    const octokit = await tokenFor({});
    await octokit.rest.apps.revokeInstallationAccessToken();
    await expect(octokit.rest.repos.get(fixture.at)).rejects.toMatchObject({ status: 401 });
  });
});

describe("people", () => {
  it("are told 401 for a token nobody was given", async () => {
    await expect(fixture.octokit("ghp_nobody").rest.repos.get(fixture.at)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining("Bad credentials"),
    });
  });

  it("see themselves", async () => {
    expect((await fixture.owner.rest.users.getAuthenticated()).data.login).toBe("ada");
  });

  it("may open issues and comment where they can only read, and no more", async () => {
    const reader = fixture.octokit(fixture.sandbox.createUser("rita").token);
    const { data: issue } = await reader.rest.issues.create({ ...fixture.at, title: "hello", labels: ["bug"] });
    expect(issue.labels).toEqual([]);
    const labelling = reader.rest.issues.addLabels({ ...fixture.at, issue_number: issue.number, labels: ["bug"] });
    await expect(labelling).rejects.toMatchObject({ status: 403 });
  });

  it("without a token may read what is public, and write nothing", async () => {
    const nobody = fixture.octokit(null);
    expect((await nobody.rest.repos.get(fixture.at)).data.full_name).toBe("ada/shop");
    await expect(nobody.rest.issues.create({ ...fixture.at, title: "no" })).rejects.toMatchObject({ status: 401 });
  });
});

describe("every answer", () => {
  it("has a request id and the rate limit", async () => {
    const { headers } = await fixture.owner.rest.repos.get(fixture.at);
    expect(headers["x-github-request-id"]).toMatch(/^[0-9A-F]{4}(:[0-9A-F]+){4}$/);
    const remaining = Number(headers["x-ratelimit-remaining"]);
    const next = await fixture.owner.rest.repos.get(fixture.at);
    expect(Number(next.headers["x-ratelimit-remaining"])).toBe(remaining - 1);
  });

  it("of an unknown route is GitHub's 404", async () => {
    await expect(fixture.owner.request("GET /no/such/route")).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "Not Found", status: "404" } },
    });
  });

  it("to a body that is no JSON is 400", async () => {
    const answer = await fetch(`${fixture.sandbox.apiUrl}/repos/ada/shop/issues`, {
      method: "POST",
      headers: { authorization: `token ${fixture.sandbox.createUser("ada").token}` },
      body: "{",
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: "Problems parsing JSON" });
  });
});
