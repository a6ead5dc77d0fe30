import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitIn, type GitFixture, readme, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

const tip = (branch: string) => fixture.context.git.resolve(fixture.repository, `refs/heads/${branch}`);

describe("git clone and fetch", () => {
  it("Anyone can clone a public repository, with or without .git in its URL", async () => {
    const cloned = await fixture.git(fixture.folder, "clone", "--quiet", `${fixture.url}/ada/shop`, "open");
    expect(cloned).toEqual({ ok: true, text: "" });
    expect(readFileSync(join(fixture.folder, "open", "README.md"), "utf8")).toBe(readme);
  });

  it("A clone of a private repository asks for credentials and gets 404 without access", async () => {
    const { store } = fixture.context;
    store.table("repositories").put({ ...fixture.repository, private: true, collaborators: {} });
    const anonymous = await fetch(`${fixture.url}/ada/shop.git/info/refs?service=git-upload-pack`);
    expect([anonymous.status, anonymous.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="GitHub"']);
    await expect(fixture.clone(fixture.tokens.rea)).rejects.toThrow(/repository .* not found/i);
    await expect(fixture.clone("ghp_wrong", "wrong")).rejects.toThrow(/Authentication failed/);
    expect(existsSync(join(await fixture.clone(fixture.tokens.bot, "bot"), "README.md"))).toBe(true);
  });

  it("A fetch gets a single commit by its SHA, as checkout does", async () => {
    await fixture.git(fixture.folder, "init", "--quiet", "bare");
    const into = join(fixture.folder, "bare");
    const fetched = await fixture.git(
      into,
      "fetch",
      "--quiet",
      "--depth=1",
      `${fixture.url}/ada/shop.git`,
      fixture.sha,
    );
    expect(fetched).toEqual({ ok: true, text: "" });
  });
});

describe("git push", () => {
  it("A push moves the branch and announces push with its commits", async () => {
    const clone = await fixture.clone(fixture.tokens.wim);
    await fixture.git(clone, "switch", "--quiet", "--create", "feature/a");
    const first = await commitIn(fixture, clone, { "a.txt": "a\n", "README.md": "less\n" }, "Add a");
    const second = await commitIn(fixture, clone, { "b/c.txt": "c\n" }, "Add c");
    expect((await fixture.git(clone, "push", "--quiet", "origin", "feature/a")).ok).toBe(true);
    expect(await tip("feature/a")).toBe(second);
    const [push] = fixture.announced;
    expect(push).toMatchObject({ event: "push", sender: { login: "wim" }, byJobToken: false });
    expect(push?.payload).toMatchObject({
      ref: "refs/heads/feature/a",
      before: "0".repeat(40),
      after: second,
      created: true,
      deleted: false,
      forced: false,
      commits: [
        { id: first, message: "Add a", added: ["a.txt"], modified: ["README.md"], removed: [] },
        { id: second, added: ["b/c.txt"] },
      ],
      head_commit: { id: second },
      pusher: { name: "wim" },
    });
    expect(fixture.heard()).toEqual(["push", "create"]);
  });

  it("A forced push, a tag and a deletion are announced as such", async () => {
    const old = await fixture.commit("side", { "a.txt": "1\n" });
    const clone = await fixture.clone(fixture.tokens.job);
    const other = await commitIn(fixture, clone, { "a.txt": "2\n" });
    fixture.announced.length = 0;
    await fixture.git(clone, "tag", "v1");
    expect((await fixture.git(clone, "push", "origin", "+HEAD:side", "v1")).ok).toBe(true);
    expect(fixture.announced[0]).toMatchObject({
      byJobToken: true,
      payload: { before: old, after: other, forced: true },
    });
    expect(fixture.heard()).toEqual(["push", "push", "create"]);
    expect((await fixture.git(clone, "push", "origin", ":side")).ok).toBe(true);
    expect(fixture.announced[0]?.payload).toMatchObject({ deleted: true, head_commit: null, commits: [] });
    expect(fixture.heard()).toEqual(["push", "delete"]);
  });

  it("A large push arrives in chunks", async () => {
    const clone = await fixture.clone(fixture.tokens.wim);
    const noise = Array.from({ length: 60_000 }, (_, index) => ((index * 2654435761) % 2 ** 32).toString(36));
    const sha = await commitIn(fixture, clone, { "large.txt": noise.join(" ") });
    const pushed = await fixture.git(clone, "-c", "http.postBuffer=65536", "push", "--quiet", "origin", "HEAD:large");
    expect(pushed).toEqual({ ok: true, text: "" });
    expect(await tip("large")).toBe(sha);
  });

  it("A push by a reader or without a token is refused and changes nothing", async () => {
    const clone = await fixture.clone(fixture.tokens.rea);
    await commitIn(fixture, clone, { "a.txt": "a\n" });
    const denied = await fixture.git(clone, "push", "origin", "HEAD:main");
    expect(denied.text).toContain("Permission to ada/shop.git denied to rea.");
    const unknown = await fixture.git(clone, "push", `${fixture.url}/ada/shop.git`, "HEAD:main");
    expect(unknown.text).toMatch(/could not read Username|Authentication failed/);
    expect(await tip("main")).toBe(fixture.sha);
    expect(fixture.heard()).toEqual([]);
  });

  it("A push cannot write refs/pull nor delete the default branch", async () => {
    const clone = await fixture.clone(fixture.tokens.ada);
    const own = await fixture.git(clone, "push", "origin", "HEAD:refs/pull/1/head");
    expect(own.text).toContain("deny updating a hidden ref");
    const gone = await fixture.git(clone, "push", "origin", ":main");
    expect(gone.ok).toBe(false);
    expect(await tip("main")).toBe(fixture.sha);
  });

  it("A push of a client that disconnects half-way blocks no other change", async () => {
    const line = `${fixture.sha} ${"1".repeat(40)} refs/heads/main\0 report-status`;
    const start = `${(line.length + 4).toString(16).padStart(4, "0")}${line}0000PACK`;
    const authorization = `Basic ${Buffer.from(`x:${fixture.tokens.wim}`).toString("base64")}`;
    const headers = { authorization, "content-type": "application/x-git-receive-pack-request", "content-length": 9999 };
    const sent = request(`${fixture.url}/ada/shop.git/git-receive-pack`, { method: "POST", headers });
    const gone = new Promise((resolve) => sent.on("error", resolve));
    sent.write(start, () => sent.destroy());
    await gone;
    expect(await fixture.commit("main", { "a.txt": "1\n" })).toBe(await tip("main"));
  });

  it("A push with malformed commands is refused before git starts", async () => {
    const authorization = `Basic ${Buffer.from(`x:${fixture.tokens.wim}`).toString("base64")}`;
    const push = (body: string) =>
      fetch(`${fixture.url}/ada/shop.git/git-receive-pack`, {
        method: "POST",
        headers: { authorization, "content-type": "application/x-git-receive-pack-request" },
        body,
      });
    expect((await push("00ff short")).status).toBe(400);
    expect((await push("not a packet line")).status).toBe(400);
  });

  it("A path that leaves the folder of repositories finds none", async () => {
    for (const path of ["/../shop.git", "/ada/..%2f1.git", "/ada/%2e%2e"]) {
      const { status } = await fetch(`${fixture.url}${path}/info/refs?service=git-upload-pack`);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe("git push to a protected branch", () => {
  it("A forced push is refused for everyone, with GitHub's message", async () => {
    fixture.protect("main", { enforceAdmins: false });
    await fixture.commit("main", { "a.txt": "1\n" });
    const before = await tip("main");
    const clone = await fixture.clone(fixture.tokens.ada);
    await fixture.git(clone, "reset", "--quiet", "--hard", "HEAD~1");
    await commitIn(fixture, clone, { "a.txt": "2\n" });
    const pushed = await fixture.git(clone, "push", "--force", "origin", "HEAD:main");
    expect(pushed.ok).toBe(false);
    expect(pushed.text).toContain("remote: error: GH006: Protected branch update failed for refs/heads/main.");
    expect(pushed.text).toContain("remote: - Cannot force-push to this branch");
    expect(await tip("main")).toBe(before);
  });

  it("Only a commit whose required checks passed is accepted, except from admins who are not bound", async () => {
    const requiredStatusChecks = { strict: false, checks: [{ context: "ci", appId: null }] };
    fixture.protect("main", { requiredStatusChecks });
    const clone = await fixture.clone(fixture.tokens.wim);
    const sha = await commitIn(fixture, clone, { "a.txt": "1\n" });
    const refused = await fixture.git(clone, "push", "origin", "HEAD:main", "HEAD:side");
    expect(refused.text).toContain('remote: - Required status check "ci" is expected.');
    expect([await tip("main"), await tip("side")]).toEqual([fixture.sha, sha]);
    await fixture.passes(sha, "ci", "failure");
    expect((await fixture.git(clone, "push", "origin", "HEAD:main")).text).toContain('"ci" is failing.');
    await fixture.passes(sha, "ci");
    expect((await fixture.git(clone, "push", "origin", "HEAD:main")).ok).toBe(true);

    const byAdmin = await fixture.clone(fixture.tokens.ada, "admin");
    await commitIn(fixture, byAdmin, { "a.txt": "2\n" });
    expect((await fixture.git(byAdmin, "push", "origin", "HEAD:main")).ok).toBe(true);
    fixture.protect("main", { requiredStatusChecks, enforceAdmins: true });
    await commitIn(fixture, byAdmin, { "a.txt": "3\n" });
    expect((await fixture.git(byAdmin, "push", "origin", "HEAD:main")).ok).toBe(false);
  });

  it("A merge commit is refused where history must be linear, a linear push accepted", async () => {
    fixture.protect("main", { requiredLinearHistory: true });
    const clone = await fixture.clone(fixture.tokens.wim);
    await commitIn(fixture, clone, { "a.txt": "1\n" });
    expect((await fixture.git(clone, "push", "origin", "HEAD:main")).ok).toBe(true);
    await fixture.git(clone, "switch", "--quiet", "--create", "side", "HEAD~1");
    await commitIn(fixture, clone, { "b.txt": "1\n" });
    await fixture.git(clone, "merge", "--quiet", "--no-edit", "main");
    const refused = await fixture.git(clone, "push", "origin", "HEAD:main");
    expect(refused.text).toContain("remote: - This branch must not contain merge commits.");
  });
});
