import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(async () => await fixture.close());

const renamed = { owner: "ada", repo: "store" };

describe("a renamed repository", () => {
  it("redirects reads with 301 and writes with 307 to the same route by its id", async () => {
    const { owner, at, repository, sandbox } = fixture;
    await owner.rest.repos.update({ ...at, name: "store" });
    const byId = `${sandbox.apiUrl}/repositories/${repository.id}`;
    const asked = (method: "GET" | "POST", path: string) =>
      owner.request(`${method} /repos/ada/shop${path}`, { title: "One", request: { redirect: "manual" } });

    const read = await asked("GET", "/issues?state=all");
    expect([read.status, read.headers.location]).toEqual([301, expect.stringMatching(`^${byId}/issues\\?state=all`)]);
    const write = await asked("POST", "/issues");
    expect([write.status, write.headers.location]).toEqual([307, `${byId}/issues`]);
    expect(write.data).toMatchObject({ message: "Moved Permanently", url: `${byId}/issues` });
  });

  it("is found under its former name by clients that follow redirects, with its content", async () => {
    const { owner, bot, asApp, at, repository, sha, installationId } = fixture;
    await owner.rest.repos.update({ ...at, name: "store" });

    expect((await bot.rest.repos.get(at)).data).toMatchObject({ id: repository.id, full_name: "ada/store" });
    expect((await asApp.rest.apps.getRepoInstallation(at)).data.id).toBe(installationId);
    const made = await bot.rest.issues.create({ ...at, title: "Under the former name" });
    expect((await owner.rest.issues.get({ ...renamed, issue_number: made.data.number })).data.title).toBe(
      "Under the former name",
    );
    expect((await owner.rest.git.getRef({ ...at, ref: "heads/main" })).data.object.sha).toBe(sha);
  });

  it("loses its former name to a repository that takes it", async () => {
    const { owner, at, repository } = fixture;
    await owner.rest.repos.update({ ...at, name: "store" });
    const made = await owner.rest.repos.createForAuthenticatedUser({ name: "shop" });

    expect((await owner.rest.repos.get(at)).data.id).toBe(made.data.id);
    expect((await owner.rest.repos.get(renamed)).data.id).toBe(repository.id);
    await expect(owner.rest.repos.update({ ...renamed, name: "shop" })).rejects.toMatchObject({ status: 422 });
  });
});

it("an archived repository can be read and refuses every change until it is unarchived", async () => {
  const { owner, bot, at } = fixture;
  await owner.rest.repos.update({ ...at, archived: true });

  expect((await bot.rest.repos.get(at)).data.archived).toBe(true);
  const refused = { status: 403, message: expect.stringContaining("Repository was archived so is read-only.") };
  await expect(bot.rest.issues.create({ ...at, title: "No" })).rejects.toMatchObject(refused);
  await expect(owner.rest.git.createRef({ ...at, ref: "refs/heads/no", sha: fixture.sha })).rejects.toMatchObject(
    refused,
  );

  await owner.rest.repos.update({ ...at, archived: false });
  expect((await bot.rest.issues.create({ ...at, title: "Yes" })).status).toBe(201);
});

it("a suspended installation has no tokens, and those it had are refused, until that is lifted", async () => {
  const { sandbox, app, owner, bot, asApp, at, installationId } = fixture;
  await bot.rest.repos.get(at);
  const { data: account } = await owner.rest.users.getAuthenticated();
  const user = sandbox.findUser(account.login)!;
  sandbox.suspend(app, user, true);

  const refused = { status: 403, message: expect.stringContaining("This installation has been suspended") };
  await expect(bot.rest.repos.get(at)).rejects.toMatchObject(refused);
  await expect(
    asApp.rest.apps.createInstallationAccessToken({ installation_id: installationId }),
  ).rejects.toMatchObject(refused);
  expect((await asApp.rest.apps.getInstallation({ installation_id: installationId })).data.suspended_at).not.toBeNull();

  sandbox.suspend(app, user, false);
  expect((await bot.rest.repos.get(at)).status).toBe(200);
});

it("a deleted repository is gone, under its former names too", async () => {
  const { owner, at } = fixture;
  await owner.rest.repos.update({ ...at, name: "store" });
  await owner.rest.repos.delete(renamed);
  await expect(owner.rest.repos.get(at)).rejects.toMatchObject({ status: 404 });
  await expect(owner.rest.repos.get(renamed)).rejects.toMatchObject({ status: 404 });
});

it("the default branch can be any branch that exists", async () => {
  const { owner, at, sha } = fixture;
  await expect(owner.rest.repos.update({ ...at, default_branch: "trunk" })).rejects.toMatchObject({ status: 422 });
  await owner.rest.git.createRef({ ...at, ref: "refs/heads/trunk", sha });
  expect((await owner.rest.repos.update({ ...at, default_branch: "trunk" })).data.default_branch).toBe("trunk");
});
