/** Git LFS files in jobs: pointers stay pointers, whatever the machine's git does with them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Fixture, startFixture } from "./actions-fixture.ts";

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12\n`;
const machine = mkdtempSync(join(tmpdir(), "sandbox-lfs-"));
const trace = join(machine, "ran");
let fixture: Fixture;

beforeAll(async () => {
  // As `git lfs install --system` sets it, with a program that does harm.
  const filter = (verb: string) => `\t${verb} = "sh -c 'echo ${verb} >> ${trace}; echo corrupted'"\n`;
  const settings = `[filter "lfs"]\n${["clean", "smudge", "process"].map(filter).join("")}\trequired = true\n`;
  writeFileSync(join(machine, "gitconfig"), settings);
  fixture = await startFixture({ environment: { GIT_CONFIG_SYSTEM: join(machine, "gitconfig") } });
});
afterAll(async () => {
  await fixture.close();
  rmSync(machine, { recursive: true });
});

function workflow(checkout: string, run = "true"): string {
  return `on: [workflow_dispatch, pull_request]\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - { uses: actions/checkout@v7${checkout} }\n      - run: ${run}\n`;
}
const withLfs = ", with: { lfs: true }";
const files = {
  ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
  "model.bin": POINTER,
  "page.md": POINTER.replace("size", "\nsize"),
};

it("a job's checkout holds pointers, also after git has worked on them", async () => {
  const run = `git status --porcelain && touch model.bin && git add -A && git stash -q || true; git checkout -q -- . ; cat model.bin`;
  await fixture.commit({ ...files, ci: workflow("", JSON.stringify(run)) });
  expect((await fixture.dispatch("ci")).conclusion).toBe("success");
  const log = await fixture.log(fixture.job("one"));
  expect(log).toContain(`oid sha256:${"a".repeat(64)}`);
  expect(log).not.toContain("corrupted");
  expect(existsSync(trace)).toBe(false);
});

it("lfs: true ends a job as not run here, and such a job is foreseen as judging nothing", async () => {
  await fixture.commit({ ...files, ci: workflow(withLfs) });
  expect((await fixture.dispatch("ci")).conclusion).toBe("neutral");
  const log = await fixture.log(fixture.job("one"));
  expect(log).toContain("##[warning]Not run here: it checks out Git LFS files, which are not here.");
  const [check] = await fixture.actions.foresee(fixture.repository, { base: "main", head: "task" });
  expect(check).toMatchObject({
    name: "one",
    unless: { kind: "cannot-run", why: "it checks out Git LFS files, which are not here" },
  });
});

it("lfs: true asks for nothing where no file is stored by Git LFS", async () => {
  await fixture.commit({ ...files, ".gitattributes": "# none\n", ci: workflow(withLfs) });
  expect((await fixture.dispatch("ci")).conclusion).toBe("success");
  const [check] = await fixture.actions.foresee(fixture.repository, { base: "main", head: "task" });
  expect(check).toMatchObject({ name: "one", unless: { kind: "inert" } });
});
