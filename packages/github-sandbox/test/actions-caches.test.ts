import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openArtifacts } from "../src/actions/built-in/artifacts/store.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(async () => {
  await fixture.close();
});

/** A job that restores or makes a folder with a link in it, and tells what it found. */
function file(key = "k-${{ hashFiles('README.md') }}"): string {
  return `
on: [push, pull_request, workflow_dispatch]

jobs:
  it:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - id: cache
        uses: actions/cache@v4
        with: { path: "deps\\n~/.tool", key: "${key}", restore-keys: "k-" }
      - run: |
          echo "hit=[\${{ steps.cache.outputs.cache-hit }}] deps=[$(cat deps/link 2>/dev/null)] tool=[$(cat ~/.tool 2>/dev/null)]"
          mkdir -p deps && echo "of $GITHUB_REF_NAME" > deps/file && ln -sf file deps/link && echo tool > ~/.tool
`;
}

async function said(): Promise<string> {
  const log = await fixture.log(fixture.job("it"));
  return /Z (hit=.*)/.exec(log)?.[1] ?? log;
}

describe("actions/cache", () => {
  it("actions/cache restores what an earlier job saved, by key or by a key's prefix, if the branch may see it", async () => {
    await fixture.commit({ ci: file() });
    await fixture.settle();
    expect(await said()).toBe("hit=[] deps=[] tool=[]");
    await fixture.dispatch("ci");
    expect(await said()).toBe("hit=[true] deps=[of main] tool=[tool]");

    await fixture.commit({ "README.md": "changed" }, "topic");
    await fixture.settle();
    expect(await said()).toBe("hit=[false] deps=[of main] tool=[tool]");
    await fixture.dispatch("ci", {}, "topic");
    expect(await said()).toBe("hit=[true] deps=[of topic] tool=[tool]");

    // What a branch kept is not seen by the others.
    await fixture.commit({ "README.md": "changed" }, "other");
    await fixture.settle();
    expect(await said()).toBe("hit=[false] deps=[of main] tool=[tool]");
    expect([...fixture.context.store.table("caches").all()].map(({ ref }) => ref)).toEqual([
      "refs/heads/main",
      "refs/heads/topic",
      "refs/heads/other",
    ]);
  });

  it.each([
    ["read", "hit=[true] deps=[of main] tool=[tool]", false],
    ["write-only", "hit=[] deps=[] tool=[]", true],
    ["none", "hit=[] deps=[] tool=[]", false],
  ])(
    "actions/cache with cache-mode %s does only what the mode allows, in a called workflow too",
    async (mode, found, saves) => {
      const called = file().replace("[push, pull_request, workflow_dispatch]", "workflow_call");
      await fixture.commit({ ci: file() });
      await fixture.settle();
      await fixture.commit({
        ci: "on: workflow_call\njobs: { x: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }",
        called: called.replace("on:", "cache-mode: write\non:"),
        caller: `on: workflow_dispatch\ncache-mode: ${mode}\njobs: { call: { uses: ./.github/workflows/called.yml } }`,
      });
      const caches = fixture.context.store.table("caches");
      await fixture.dispatch("caller");
      const log = await fixture.log(fixture.job("call / it"));
      expect(/Z (hit=.*)/.exec(log)?.[1]).toBe(found);
      for (const cache of [...caches.all()]) fixture.actions.caches.remove(cache);
      await fixture.dispatch("caller");
      expect([...caches.all()]).toHaveLength(saves ? 1 : 0);
      expect((await fixture.log(fixture.job("call / it"))).includes("does not allow saving caches")).toBe(!saves);
    },
  );

  it("A job whose actions/cache has an input that this machine cannot do is not run, and names it in its log", async () => {
    await fixture.commit({ ci: file().replace("~/.tool", "**/x") });
    await fixture.settle();
    expect(await fixture.log(fixture.job("it"))).toContain(
      "Not run here: it uses actions/cache with 'path: **/x', which this machine cannot do.",
    );
  });
});

describe("the package cache of setup actions", () => {
  it("What a pull that changes nothing saves is seen by every pull, and what another saves only by itself", async () => {
    const put = "mkdir -p ~/.npm; cat ~/.npm/seen 2>/dev/null || true; echo kept by $GITHUB_HEAD_REF >> ~/.npm/seen";
    await fixture.commit({
      "package-lock.json": "{}",
      ci: `
on: pull_request
jobs:
  it:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - { uses: actions/setup-node@v6, with: { cache: npm } }
      - run: "${put}"
`,
    });
    const refs = async (head: string, files: Record<string, string>) => {
      await fixture.commit(files, head);
      await fixture.octokit.rest.pulls.create({ ...fixture.at, title: head, head, base: "main" });
      await fixture.settle();
      return [...fixture.context.store.table("caches").all()].map(({ ref }) => ref);
    };
    expect(await refs("changed", { "a.txt": "a" })).toEqual(["refs/pull/1/merge"]);
    expect(await refs("same", {})).toEqual(["refs/pull/1/merge", "refs/heads/main"]);
    await refs("later", { "b.txt": "b" });
    expect(await fixture.log(fixture.job("it"))).toContain("Z kept by same");
    expect(await fixture.log(fixture.job("it"))).not.toContain("kept by changed");
  });
});

describe("artifact names", () => {
  it.each(["", ".", "..", "a/b", "a\\b", "a:b", "../x"])(
    "An artifact cannot be named %j, which would be a path",
    async (name) => {
      const folder = mkdtempSync(join(tmpdir(), "artifact-names-"));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "x"), "x");
      const artifacts = openArtifacts(fixture.context.store, folder);
      const saved = artifacts.save({ id: 1 } as never, { name, entries: [], overwrite: false, retentionDays: null });
      await expect(saved).rejects.toThrow("The artifact name is not valid");
      rmSync(folder, { recursive: true });
    },
  );
});
