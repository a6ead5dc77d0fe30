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
  it("An App signs in by its id and by its client id", async () => {
    const { data } = await fixture.asApp.rest.apps.getAuthenticated();
    expect(data).toMatchObject({ slug: "gate", id: fixture.app.id, installations_count: 1 });
    const byClientId = jwt({ iss: fixture.app.clientId, iat: now(), exp: now() + 300 }, fixture.privateKey);
    const answer = await fixture.octokit(byClientId).rest.apps.getAuthenticated();
    expect(answer.data).toMatchObject({ slug: "gate" });
  });

  it("An App finds its installation by repository and by account", async () => {
    const { data } = await fixture.asApp.rest.apps.getRepoInstallation(fixture.at);
    expect(data).toMatchObject({ id: fixture.installationId, app_slug: "gate", repository_selection: "selected" });
    const byUser = await fixture.asApp.rest.apps.getUserInstallation({ username: "ada" });
    expect(byUser.data.id).toBe(fixture.installationId);
  });

  it.each([
    ["too late", () => ({ iat: now() - 700, exp: now() - 5 }), /'Expiration time' claim \('exp'\) must be a numeric/],
    ["too long", () => ({ iat: now(), exp: now() + 3600 }), /\('exp'\) is too far in the future/],
    ["from the future", () => ({ iat: now() + 900, exp: now() + 1000 }), /'Issued at' claim/],
  ])("A JWT is refused with GitHub's message if it is %s", async (_, claims, message) => {
    const text = jwt({ iss: fixture.app.id, ...claims() }, fixture.privateKey);
    await expect(fixture.octokit(text).rest.apps.getAuthenticated()).rejects.toMatchObject({
      status: 401,
      message: expect.stringMatching(message),
    });
  });

  it("A JWT signed with another key is refused", async () => {
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

  it("An installation token acts as the App's bot", async () => {
    const { data } = await fixture.bot.rest.issues.create({ ...fixture.at, title: "by the bot" });
    expect(data.user).toMatchObject({ login: "gate[bot]", type: "Bot" });
  });

  it("An installation token reaches only the repositories of its installation", async () => {
    const other = await fixture.sandbox.createRepository({
      owner: fixture.sandbox.createUser("ada").user,
      name: "hidden",
      private: true,
    });
    const { data } = await fixture.bot.rest.apps.listReposAccessibleToInstallation();
    expect(data.repositories.map((each) => each.name)).toEqual(["shop"]);
    await expect(fixture.bot.rest.repos.get({ owner: "ada", repo: other.name })).rejects.toMatchObject({ status: 404 });
  });

  it("An installation token with fewer permissions is refused the others", async () => {
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
  ])("An installation token cannot exceed its installation: %j", async (wanted, message) => {
    await expect(tokenFor(wanted)).rejects.toMatchObject({ status: 422, message: expect.stringMatching(message) });
  });

  it("An installation token expires after an hour", async () => {
    const octokit = await tokenFor({});
    fixture.advance(3599);
    expect((await octokit.rest.repos.get(fixture.at)).status).toBe(200);
    fixture.advance(2);
    await expect(octokit.rest.repos.get(fixture.at)).rejects.toMatchObject({ status: 401 });
    fixture.advance(-3601);
  });

  it("An installation token can be revoked", async () => {
    const octokit = await tokenFor({});
    await octokit.rest.apps.revokeInstallationAccessToken();
    await expect(octokit.rest.repos.get(fixture.at)).rejects.toMatchObject({ status: 401 });
  });
});

describe("people", () => {
  it("An unknown token gets 401", async () => {
    await expect(fixture.octokit("ghp_nobody").rest.repos.get(fixture.at)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining("Bad credentials"),
    });
  });

  it("A person reads their own account", async () => {
    expect((await fixture.owner.rest.users.getAuthenticated()).data.login).toBe("ada");
  });

  it("A reader opens issues and comments, and no more", async () => {
    const reader = fixture.octokit(fixture.sandbox.createUser("rita").token);
    const { data: issue } = await reader.rest.issues.create({ ...fixture.at, title: "hello", labels: ["bug"] });
    expect(issue.labels).toEqual([]);
    const labelling = reader.rest.issues.addLabels({ ...fixture.at, issue_number: issue.number, labels: ["bug"] });
    await expect(labelling).rejects.toMatchObject({ status: 403 });
  });

  it("A client without a token reads what is public and writes nothing", async () => {
    const nobody = fixture.octokit(null);
    expect((await nobody.rest.repos.get(fixture.at)).data.full_name).toBe("ada/shop");
    await expect(nobody.rest.issues.create({ ...fixture.at, title: "no" })).rejects.toMatchObject({ status: 401 });
  });
});

describe("every answer", () => {
  it("Every answer has a request id and the rate limit", async () => {
    const { headers } = await fixture.owner.rest.repos.get(fixture.at);
    expect(headers["x-github-request-id"]).toMatch(/^[0-9A-F]{4}(:[0-9A-F]+){4}$/);
    const remaining = Number(headers["x-ratelimit-remaining"]);
    const next = await fixture.owner.rest.repos.get(fixture.at);
    expect(Number(next.headers["x-ratelimit-remaining"])).toBe(remaining - 1);
  });

  it("An unknown route gets GitHub's 404", async () => {
    await expect(fixture.owner.request("GET /no/such/route")).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "Not Found", status: "404" } },
    });
  });

  it("A body that is no JSON gets 400", async () => {
    const answer = await fetch(`${fixture.sandbox.apiUrl}/repos/ada/shop/issues`, {
      method: "POST",
      headers: { authorization: `token ${fixture.sandbox.createUser("ada").token}` },
      body: "{",
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: "Problems parsing JSON" });
  });
});
