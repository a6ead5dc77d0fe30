import { describe, expect, it } from "vitest";
import { api, failure, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("permission", () => {
  it("is the one GitHub reports", async () => {
    api().get(`${REPO}/collaborators/ann/permission`).reply(200, { permission: "write", role_name: "maintain" });

    expect(await githubWith().permission(repo, "ann")).toBe("write");
  });

  it("is none for an account GitHub does not know", async () => {
    api().get(`${REPO}/collaborators/gone/permission`).reply(404, { message: "gone is not a user" });

    expect(await githubWith().permission(repo, "gone")).toBe("none");
  });

  it("is nothing at all when GitHub is down", async () => {
    api().get(`${REPO}/collaborators/ann/permission`).reply(503, {});

    expect(await failure(githubWith().permission(repo, "ann"))).toMatchObject({ name: "Unavailable" });
  });
});

describe("readFile", () => {
  it("gives a file's text", async () => {
    const answer = { type: "file", encoding: "base64", content: `${base64("grüße")}\n`, sha: sha("a") };
    api().get(`${REPO}/contents/docs%2Fread%20me.md?ref=main`).reply(200, answer);

    expect(await githubWith().readFile(repo, "main", "docs/read me.md")).toBe("grüße");
  });

  it("fetches the blob of a file above 1 MB, whose content the contents API leaves out", async () => {
    const answer = { type: "file", encoding: "none", content: "", sha: sha("a") };
    api().get(`${REPO}/contents/big.txt?ref=main`).reply(200, answer);
    api()
      .get(`${REPO}/git/blobs/${sha("a")}`)
      .reply(200, { content: base64("big"), encoding: "base64" });

    expect(await githubWith().readFile(repo, "main", "big.txt")).toBe("big");
  });

  it.each([
    ["a missing file", 404, { message: "Not Found" }],
    ["a folder", 200, [{ type: "file", name: "a" }]],
    ["a submodule", 200, { type: "submodule", sha: sha("a") }],
  ])("is null for %s", async (_, status, answer) => {
    api().get(`${REPO}/contents/path?ref=main`).reply(status, answer);

    expect(await githubWith().readFile(repo, "main", "path")).toBeNull();
  });
});

it("listFiles leaves folders and submodules out and stops at its limit", async () => {
  const tree = [
    { path: "src", type: "tree" },
    { path: "src/a.ts", type: "blob" },
    { path: "vendor", type: "commit" },
    { path: "b.ts", type: "blob" },
    { path: "c.ts", type: "blob" },
  ];
  api()
    .get(`${REPO}/git/trees/${sha("c")}?recursive=1`)
    .reply(200, { tree, truncated: false });

  expect(await githubWith().listFiles(repo, sha("c"), 2)).toEqual(["src/a.ts", "b.ts"]);
});

describe("requiredChecks", () => {
  it("joins classic protection and rulesets, each check once per App", async () => {
    const checks = [
      { context: "test", app_id: 15_368 },
      { context: "lint", app_id: null },
      { context: "build", app_id: -1 },
    ];
    const protection = { required_status_checks: { contexts: ["test", "lint", "build", "legacy"], checks } };
    api().get(`${REPO}/branches/release%2F1`).reply(200, { name: "release/1", protection });
    const required = [{ context: "test", integration_id: 15_368 }, { context: "lint" }, { context: "scan" }];
    api()
      .get(`${REPO}/rules/branches/release%2F1?per_page=100`)
      .reply(200, [
        { type: "deletion" },
        { type: "required_status_checks", parameters: { required_status_checks: required } },
      ]);

    expect(await githubWith().requiredChecks(repo, "release/1")).toEqual([
      { name: "test", appId: 15_368 },
      { name: "lint", appId: null },
      { name: "build", appId: null },
      { name: "legacy", appId: null },
      { name: "scan", appId: null },
    ]);
  });

  it("is empty where nothing is protected and the server has no rulesets", async () => {
    api()
      .get(`${REPO}/branches/main`)
      .reply(200, { name: "main", protection: { enabled: false } });
    api().get(`${REPO}/rules/branches/main?per_page=100`).reply(404, { message: "Not Found" });

    expect(await githubWith().requiredChecks(repo, "main")).toEqual([]);
  });

  it("fails rather than forget a rule it cannot read", async () => {
    api().get(`${REPO}/branches/main`).reply(200, { name: "main" });
    api()
      .get(`${REPO}/rules/branches/main?per_page=100`)
      .reply(200, [{ type: "required_status_checks", parameters: {} }]);

    expect(await failure(githubWith().requiredChecks(repo, "main"))).toMatchObject({ name: "Unavailable" });
  });
});

describe("branchRules", () => {
  const rules = [
    { type: "creation", ruleset_id: 3, ruleset_source: "acme/app", ruleset_source_type: "Repository" },
    { type: "deletion", ruleset_id: 3 },
    { type: "update", ruleset_id: 4 },
  ];

  it("returns whose each rule is, and whether the App may bypass it", async () => {
    api().get(`${REPO}/rules/branches/headgate%2F1%2Fx?per_page=100`).reply(200, rules);
    api().get(`${REPO}/rulesets/3`).reply(200, { name: "tidy", current_user_can_bypass: "always" });
    // Of an organisation's ruleset a repository's App may not see more.
    api().get(`${REPO}/rulesets/4`).reply(404, { message: "Not Found" });

    expect(await githubWith().branchRules(repo, "headgate/1/x")).toEqual([
      { type: "creation", ruleset: "tidy", bypassed: true },
      { type: "deletion", ruleset: "tidy", bypassed: true },
      { type: "update", ruleset: "4", bypassed: false },
    ]);
  });

  it("are none where GitHub has no rulesets", async () => {
    api().get(`${REPO}/rules/branches/x?per_page=100`).reply(404, { message: "Not Found" });
    expect(await githubWith().branchRules(repo, "x")).toEqual([]);
  });

  it("are not taken for none when GitHub is down", async () => {
    api().get(`${REPO}/rules/branches/x?per_page=100`).reply(502, {});
    expect(await failure(githubWith().branchRules(repo, "x"))).toMatchObject({ name: "Unavailable" });
  });
});
