import { Octokit } from "@octokit/rest";
import sodium from "libsodium-wrappers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueUserToken } from "../src/access/tokens.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
  await sodium.ready;
});
afterAll(() => fixture.close());

/** As GitHub's documents tell clients to do it. */
function sealed(key: string, value: string): string {
  const bytes = sodium.crypto_box_seal(
    sodium.from_string(value),
    sodium.from_base64(key, sodium.base64_variants.ORIGINAL),
  );
  return sodium.to_base64(bytes, sodium.base64_variants.ORIGINAL);
}

function stranger(): Octokit {
  const { store } = fixture.context;
  const eve = store.table("users").put({ ...fixture.owner, id: store.nextId(), login: "eve" });
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ baseUrl: fixture.context.apiUrl(), auth: issueUserToken(store, eve).id, log: silent });
}

describe("the environment of jobs", () => {
  it("A job has the machine's proxy, certificates and npm settings, and secret variables only where they are meant", async () => {
    vi.stubEnv("HTTPS_PROXY", "http://ada:proxy-password@proxy.example.test:3128");
    vi.stubEnv("NODE_EXTRA_CA_CERTS", "/etc/company.pem");
    const apart = await startFixture({
      npmrc: 'registry="https://npm.example.test/"\n',
      secretEnvironment: { values: { NPM_TOKEN: "token-of-ada" }, notFor: [".github/workflows/agent.yml"] },
    });
    try {
      const job =
        'runs-on: ubuntu-latest, steps: [{ run: "echo token=[$NPM_TOKEN] ca=$NODE_EXTRA_CA_CERTS proxy=$HTTPS_PROXY; cat ~/.npmrc" }]';
      const file = (name: string) => `on: workflow_dispatch\njobs: { ${name}: { ${job} } }\n`;
      await apart.commit({ check: file("check"), agent: file("agent") });
      await apart.dispatch("check");
      await apart.dispatch("agent");
      const check = await apart.log(apart.job("check"));
      expect(check).toContain("Z token=[***] ca=/etc/company.pem proxy=http://ada:***@proxy.example.test:3128\n");
      expect(check).toContain('Z registry="https://npm.example.test/"');
      expect(check).not.toMatch(/token-of-ada|proxy-password/);
      expect(await apart.log(apart.job("agent"))).toContain("Z token=[] ca=/etc/company.pem");
    } finally {
      vi.unstubAllEnvs();
      await apart.close();
    }
  });
});

describe("secrets", () => {
  it("A secret arrives sealed, is masked in every form in logs, and is never returned", async () => {
    const { actions } = fixture.octokit.rest;
    const { data: key } = await actions.getRepoPublicKey(fixture.at);
    const value = 'first "line"\nsecond line & more';
    const secret = { ...fixture.at, secret_name: "deploy_key", key_id: key.key_id };
    const made = await actions.createOrUpdateRepoSecret({ ...secret, encrypted_value: sealed(key.key, "old") });
    expect(made.status).toBe(201);
    const changed = await actions.createOrUpdateRepoSecret({ ...secret, encrypted_value: sealed(key.key, value) });
    expect(changed.status).toBe(204);
    const { data } = await actions.listRepoSecrets(fixture.at);
    expect(data).toEqual({
      total_count: 1,
      secrets: [{ name: "DEPLOY_KEY", created_at: expect.any(String), updated_at: expect.any(String) }],
    });

    await fixture.commit({
      show: `
on: workflow_dispatch
jobs:
  show:
    runs-on: ubuntu-latest
    outputs: { line: "\${{ steps.show.outputs.line }}" }
    steps:
      - id: show
        env: { KEY: "\${{ secrets.DEPLOY_KEY }}" }
        run: |
          echo "length=\${#KEY}"
          echo "$KEY"
          printf 'raw %s' "$KEY" | tail -1; echo
          echo "base64=$(printf '%s' "$KEY" | base64 -w0)"
          node -p 'JSON.stringify(process.env.KEY)'
          node -p 'encodeURIComponent(process.env.KEY)'
          echo "::add-mask::whispered%0Atwice"
          echo "whispered and twice"
          echo "line=$(printf '%s' "$KEY" | tail -1)" >> "$GITHUB_OUTPUT"
`,
    });
    await fixture.dispatch("show");
    const log = await fixture.log(fixture.job("show"));
    expect(log).toContain(`length=${value.length}`);
    expect(log).toContain("Z base64=***");
    expect(log).toContain("Z *** and ***");
    // Before it stands the script, in which only the secret itself can be hidden.
    expect(log.split("##[endgroup]").at(-1)).not.toMatch(/first|second|whispered|Zmlyc3|%20line/);
    expect(fixture.job("show").outputs).toEqual({});

    await actions.deleteRepoSecret({ ...fixture.at, secret_name: "DEPLOY_KEY" });
    await expect(actions.getRepoSecret({ ...fixture.at, secret_name: "DEPLOY_KEY" })).rejects.toMatchObject({
      status: 404,
    });
  });

  it.each([
    ["another key's id", "ok", { key_id: "1" }, 422],
    ["a value that is not sealed", "ok", { encrypted_value: "aGVsbG8=" }, 422],
    ["a value that is not base64", "ok", { encrypted_value: "***" }, 422],
    ["a reserved name", "github_token", {}, 422],
    ["an invalid name", "1st-key", {}, 422],
  ])("A secret is refused with %s", async (_, name, wrong, status) => {
    const { actions } = fixture.octokit.rest;
    const { data: key } = await actions.getRepoPublicKey(fixture.at);
    const body = { key_id: key.key_id, encrypted_value: sealed(key.key, "x"), ...wrong };
    const put = actions.createOrUpdateRepoSecret({ ...fixture.at, secret_name: name, ...body });
    await expect(put).rejects.toMatchObject({ status });
  });

  it("Secrets and variables are hidden from people without write access", async () => {
    const { actions } = stranger().rest;
    await expect(actions.listRepoSecrets(fixture.at)).rejects.toMatchObject({ status: 403 });
    await expect(actions.listRepoVariables(fixture.at)).rejects.toMatchObject({ status: 403 });
    const anonymous = await fetch(`${fixture.context.apiUrl()}/repos/ada/shop/actions/secrets`);
    expect(anonymous.status).toBe(401);
  });
});

describe("variables", () => {
  it("A variable is created, listed, changed, renamed, seen by jobs and deleted", async () => {
    const { actions } = fixture.octokit.rest;
    await actions.createRepoVariable({ ...fixture.at, name: "color", value: "red" });
    const again = actions.createRepoVariable({ ...fixture.at, name: "COLOR", value: "blue" });
    await expect(again).rejects.toMatchObject({ status: 409 });
    await actions.updateRepoVariable({ ...fixture.at, name: "color", value: "green" });
    await fixture.commit({
      paint: `on: workflow_dispatch\njobs: { paint: { runs-on: ubuntu-latest, steps: [{ run: "echo in \${{ vars.COLOR }}" }] } }`,
    });
    await fixture.dispatch("paint");
    expect(await fixture.log(fixture.job("paint"))).toContain("Z in green");
    const route = "PATCH /repos/{owner}/{repo}/actions/variables/{name}";
    await fixture.octokit.request(route, { ...fixture.at, name: "COLOR", data: { name: "SHADE" } });
    const { data } = await actions.listRepoVariables(fixture.at);
    expect(data.variables.map(({ name, value }) => [name, value])).toEqual([["SHADE", "green"]]);
    await actions.deleteRepoVariable({ ...fixture.at, name: "shade" });
    await expect(actions.getRepoVariable({ ...fixture.at, name: "SHADE" })).rejects.toMatchObject({ status: 404 });
  });
});

it("A repository says whether its jobs may approve pulls, and keeps the default permissions as they are", async () => {
  const { actions } = fixture.octokit.rest;
  const read = async () => (await actions.getGithubActionsDefaultWorkflowPermissionsRepository(fixture.at)).data;
  const change = (body: object) =>
    fixture.octokit.request("PUT /repos/{owner}/{repo}/actions/permissions/workflow", { ...fixture.at, ...body });
  const fresh = { default_workflow_permissions: "read", can_approve_pull_request_reviews: false };
  expect(await read()).toEqual(fresh);
  expect((await change({ can_approve_pull_request_reviews: true })).status).toBe(204);
  expect(await read()).toEqual({ ...fresh, can_approve_pull_request_reviews: true });
  await expect(change({ default_workflow_permissions: "write" })).rejects.toMatchObject({ status: 409 });
});
