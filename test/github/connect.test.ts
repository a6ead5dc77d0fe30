import { generateKeyPairSync } from "node:crypto";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { connectApp, createGitHub } from "../../src/github/index.ts";
import { failure, playGitHub, repo, withSilentServer } from "./fixture.ts";

playGitHub();

const privateKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;
const HOST = "https://ghe.example";
const BASE = "/api/v3";
const isJwt = /^bearer eyJ/;

function ghe() {
  return nock(HOST);
}

function connect(more: Partial<Parameters<typeof connectApp>[0]> = {}) {
  ghe().get(`${BASE}/app`).matchHeader("authorization", isJwt).reply(200, { slug: "headgate", id: 7 });
  return connectApp({ appId: 7, privateKey, baseUrl: HOST + BASE, ...more });
}

function expectInstallation(id: number, token: string, times = 1) {
  ghe().get(`${BASE}/repos/acme/app/installation`).matchHeader("authorization", isJwt).reply(200, { id });
  expectToken(id, token, times);
  expectRead(token);
}

function expectToken(id: number, token: string, times = 1) {
  ghe()
    .post(`${BASE}/app/installations/${id}/access_tokens`)
    .matchHeader("authorization", isJwt)
    .times(times)
    .reply(201, { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} });
}

function expectRead(token: string) {
  return ghe()
    .get(`${BASE}/repos/acme/app`)
    .matchHeader("authorization", `token ${token}`)
    .reply(200, { id: 1, name: "app", owner: { login: "acme" }, default_branch: "main" });
}

describe("connectApp", () => {
  it("asks the given server for everything: who it is, the installation, its token and the repository", async () => {
    const connection = await connect();
    expectInstallation(5, "ghs_five");
    expectRead("ghs_five");

    const branch = await createGitHub(connection, readWorkflow).defaultBranch(repo);

    expect(connection.appSlug).toBe("headgate");
    expect(branch).toBe("main");
  });

  it("looks an installation up once and keeps its token", async () => {
    const connection = await connect();
    expectInstallation(5, "ghs_five");
    expectRead("ghs_five");
    expectRead("ghs_five");
    const github = createGitHub(connection, readWorkflow);

    await github.defaultBranch(repo);
    await github.defaultBranch({ id: 1, owner: "Acme", name: "Former" });

    // GET /app, the installation, its token; the repository once for its name, and twice for its branch.
    expect(github.calls()).toEqual({ reads: 5, writes: 1 });
  });

  it("looks it up again after the App was installed anew", async () => {
    const connection = await connect();
    const github = createGitHub(connection, readWorkflow);
    ghe().get(`${BASE}/repos/acme/app/installation`).reply(200, { id: 5 });
    ghe().post(`${BASE}/app/installations/5/access_tokens`).reply(404, { message: "Not Found" });
    await failure(github.defaultBranch(repo));

    expectInstallation(6, "ghs_six");
    expectRead("ghs_six");

    expect(await github.defaultBranch(repo)).toBe("main");
  });

  it("says where the App is not installed", async () => {
    const connection = await connect();
    ghe().get(`${BASE}/repos/acme/app/installation`).reply(404, { message: "Not Found" });
    ghe().get(`${BASE}/app/installations?per_page=100`).reply(200, []);

    expect(await failure(createGitHub(connection, readWorkflow).defaultBranch(repo))).toMatchObject({
      name: "Closed",
      why: "removed",
      message: "The App is not installed on acme/app. Install it there.",
    });
  });

  it("follows a repository to its new name, and uses that from then on", async () => {
    const connection = await connect();
    ghe()
      .get(`${BASE}/repos/acme/former/installation`)
      .reply(301, {}, { location: `${HOST}${BASE}/repositories/1/installation` });
    ghe().get(`${BASE}/repositories/1/installation`).matchHeader("authorization", isJwt).reply(200, { id: 5 });
    expectToken(5, "ghs_five");
    ghe()
      .get(`${BASE}/repos/acme/former`)
      .reply(301, {}, { location: `${HOST}${BASE}/repositories/1` });
    ghe()
      .get(`${BASE}/repositories/1`)
      .reply(200, { id: 1, name: "app", owner: { login: "acme" } });
    ghe().post(`${BASE}/repos/acme/app/issues/comments/1/reactions`).times(2).reply(201, {});
    const github = createGitHub(connection, readWorkflow);

    await github.react({ ...repo, name: "former" }, 1, "eyes");
    await github.react({ ...repo, name: "former" }, 1, "+1");
  });

  it("looks the name up again once GitHub redirects a request", async () => {
    const connection = await connect({ spacingMs: 0 });
    expectInstallation(5, "ghs_five");
    ghe()
      .get(`${BASE}/repos/acme/app`)
      .reply(301, {}, { location: `${HOST}${BASE}/repositories/1` });
    ghe().get(`${BASE}/repositories/1`).reply(200, { default_branch: "main" });
    ghe().get(`${BASE}/repos/acme/app/installation`).reply(200, { id: 5 });
    ghe()
      .get(`${BASE}/repos/acme/app`)
      .reply(200, { id: 1, name: "later", owner: { login: "acme" } });
    ghe().post(`${BASE}/repos/acme/later/issues/comments/1/reactions`).reply(201, {});
    const github = createGitHub(connection, readWorkflow);

    expect(await github.defaultBranch(repo)).toBe("main");
    await github.react(repo, 1, "eyes");
  });

  it("asks another installation once the repository was transferred to where that one sees it", async () => {
    const connection = await connect({ spacingMs: 0 });
    expectInstallation(5, "ghs_five");
    const moved = { location: `${HOST}${BASE}/repositories/1/issues/comments/1/reactions` };
    ghe().post(`${BASE}/repos/acme/app/issues/comments/1/reactions`).reply(307, {}, moved);
    ghe().post(`${BASE}/repositories/1/issues/comments/1/reactions`).reply(404, { message: "Not Found" });
    ghe().get(`${BASE}/repos/acme/app/installation`).reply(200, { id: 6 });
    expectToken(6, "ghs_six");
    ghe()
      .get(`${BASE}/repos/acme/app`)
      .matchHeader("authorization", "token ghs_six")
      .reply(200, { id: 1, name: "app", owner: { login: "guild" } });
    ghe()
      .post(`${BASE}/repos/acme/app/issues/comments/1/reactions`)
      .matchHeader("authorization", "token ghs_six")
      .reply(201, {});

    await createGitHub(connection, readWorkflow).react(repo, 1, "eyes");
    expect(await connection.present(repo)).toEqual({ id: 1, owner: "guild", name: "app" });
  });

  it("writes nothing to another repository that has taken the name", async () => {
    const connection = await connect();
    ghe().get(`${BASE}/repos/acme/app/installation`).reply(200, { id: 5 });
    expectToken(5, "ghs_five");
    ghe()
      .get(`${BASE}/repos/acme/app`)
      .reply(200, { id: 2, name: "app", owner: { login: "acme" } });
    ghe()
      .get(`${BASE}/app/installations?per_page=100`)
      .reply(200, [{ id: 5 }]);
    ghe()
      .get(`${BASE}/installation/repositories?per_page=100`)
      .reply(200, {
        repositories: [2, 1].map((id) => ({ id, name: id === 1 ? "later" : "app", owner: { login: "acme" } })),
      });
    ghe().post(`${BASE}/repos/acme/later/issues/comments/1/reactions`).reply(201, {});

    await createGitHub(connection, readWorkflow).react(repo, 1, "eyes");
  });

  it("does not start with a key GitHub does not know", async () => {
    ghe().get(`${BASE}/app`).reply(401, { message: "A JSON web token could not be decoded" });

    expect(await failure(connectApp({ appId: 7, privateKey, baseUrl: HOST + BASE }))).toMatchObject({
      name: "Refused",
      message: "connect: A JSON web token could not be decoded (HTTP 401). Check the App's id and private key.",
    });
  });

  it("lists the repositories of all installations, page by page, without suspended and archived ones", async () => {
    const connection = await connect();
    ghe()
      .get(`${BASE}/app/installations?per_page=100`)
      .reply(200, [
        { id: 1, suspended_at: "2026-01-01T00:00:00Z" },
        { id: 2, suspended_at: null },
      ]);
    expectToken(2, "ghs_two");
    const second = `${HOST}${BASE}/installation/repositories?per_page=100&page=2`;
    ghe()
      .get(`${BASE}/installation/repositories?per_page=100`)
      .reply(
        200,
        { total_count: 3, repositories: [{ id: 1, name: "app", owner: { login: "acme" } }] },
        { link: `<${second}>; rel="next", <${second}>; rel="last"` },
      );
    ghe()
      .get(`${BASE}/installation/repositories?per_page=100&page=2`)
      .matchHeader("authorization", "token ghs_two")
      .reply(200, {
        total_count: 3,
        repositories: [
          { id: 2, name: "old", owner: { login: "acme" }, archived: true },
          { id: 3, name: "web", owner: { login: "acme" } },
        ],
      });

    expect(await connection.installedRepositories()).toEqual([repo, { id: 3, owner: "acme", name: "web" }]);

    // The sweep has taught it where the repository is installed.
    expectRead("ghs_two");
    expect(await createGitHub(connection, readWorkflow).defaultBranch(repo)).toBe("main");
  });

  it("starts the writes of an installation a second apart; reads and tokens do not wait", async () => {
    let clock = 1_000_000;
    const waits: number[] = [];
    const wait = async (ms: number) => {
      waits.push(ms);
      clock += ms;
    };
    const connection = await connect({ now: () => clock, wait });
    const github = createGitHub(connection, readWorkflow);
    expectInstallation(5, "ghs_five");
    expectRead("ghs_five");
    ghe().post(`${BASE}/repos/acme/app/issues/comments/1/reactions`).times(3).reply(201, {});

    await github.defaultBranch(repo);
    await github.react(repo, 1, "eyes");
    clock += 400;
    await github.react(repo, 1, "+1");
    clock += 5_000;
    await github.react(repo, 1, "-1");

    expect(waits).toEqual([600]);
  });

  it("does not space writes on loopback", async () => {
    nock("http://127.0.0.1:4000").get("/api/v3/app").reply(200, { slug: "headgate" });
    nock("http://127.0.0.1:4000").get("/api/v3/repos/acme/app/installation").reply(200, { id: 5 });
    nock("http://127.0.0.1:4000")
      .post("/api/v3/app/installations/5/access_tokens")
      .reply(201, { token: "ghs_five", expires_at: "2100-01-01T00:00:00Z", permissions: {} });
    nock("http://127.0.0.1:4000")
      .get("/api/v3/repos/acme/app")
      .reply(200, { id: 1, name: "app", owner: { login: "acme" } });
    nock("http://127.0.0.1:4000").post("/api/v3/repos/acme/app/issues/comments/1/reactions").times(2).reply(201, {});
    const wait = async (ms: number) => expect.fail(`it waited ${ms} ms`);
    const connection = await connectApp({ appId: 7, privateKey, baseUrl: "http://127.0.0.1:4000/api/v3", wait });

    await createGitHub(connection, readWorkflow).react(repo, 1, "eyes");
    await createGitHub(connection, readWorkflow).react(repo, 1, "+1");
  });

  it("gives a request up after its time", async () => {
    await withSilentServer(async (baseUrl) => {
      const connecting = connectApp({ appId: 7, privateKey, baseUrl, timeoutMs: 20 });

      expect(await failure(connecting)).toMatchObject({ name: "Unavailable" });
    });
  });

  it("logs requests and their status, and no secrets", async () => {
    const lines: unknown[] = [];
    const log = { debug: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const connection = await connect({ log });
    expectInstallation(5, "ghs_five");
    expectRead("ghs_five");

    await createGitHub(connection, readWorkflow).defaultBranch(repo);

    expect(lines).toContainEqual(expect.stringContaining("GET /repos/acme/app - 200"));
    expect(JSON.stringify(lines)).not.toMatch(/ghs_five|eyJ|PRIVATE/);
  });
});
