/** Which changes of a pull wait for a person, and whose review approves their content, on a GitHub in memory. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readPolicy } from "../../src/config/policy-file.ts";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { type GuardedChange, MAX_GUARDED, ReviewedChange } from "../../src/core/promotion/guarded.ts";
import type { TreeFile } from "../../src/core/promotion/tree.ts";
import { readGuarded, readShown } from "../../src/loop/effects/guarded/index.ts";
import type { Approval, GitHub } from "../../src/loop/github-port.ts";

const repo = { id: 1, owner: "ada", name: "shop" };

type Files = Record<string, string | Uint8Array>;

/** Commits on one base branch and one topic branch. `*path` is executable. */
class MemoryGitHub {
  readonly reads: string[] = [];
  main: string | null = null;
  readonly #commits = new Map<string, { files: Map<string, { file: TreeFile; bytes: Uint8Array }>; past: string[] }>();

  commit(name: string, files: Files, parents: string[] = []): string {
    const sha = createHash("sha1").update(name).digest("hex");
    const stored = Object.entries(files).map(([path, content]) => {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      const blob = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
      const mode = path.startsWith("*") ? "100755" : "100644";
      return [path.replace("*", ""), { file: { mode, sha: blob, bytes: bytes.length }, bytes }] as const;
    });
    const past = [sha, ...parents.flatMap((parent) => this.#commits.get(parent)?.past ?? [])];
    this.#commits.set(sha, { files: new Map(stored), past });
    return sha;
  }

  forget(sha: string): void {
    this.#commits.delete(sha);
  }

  fork(base: string, head: string): string | null {
    const past = this.#commits.get(base)?.past ?? [];
    return this.#commits.get(head)?.past.find((sha) => past.includes(sha)) ?? null;
  }

  readonly port = {
    tree: async (_: unknown, sha: string) => {
      this.reads.push(`tree ${sha}`);
      const entries = [...(this.#commits.get(sha)?.files ?? [])];
      return new Map(entries.map(([path, { file }]) => [path, file]));
    },
    blob: async (_: unknown, sha: string) => {
      this.reads.push(`blob ${sha}`);
      for (const { files } of this.#commits.values()) {
        for (const { file, bytes } of files.values()) if (file.sha === sha) return bytes;
      }
      throw new Error(`no blob ${sha}`);
    },
    listFiles: async (_: unknown, sha: string) => [...(this.#commits.get(sha)?.files.keys() ?? [])],
    readFile: async (_: unknown, sha: string, path: string) => {
      const found = this.#commits.get(sha)?.files.get(path);
      return found === undefined ? null : new TextDecoder().decode(found.bytes);
    },
    mergeBase: async (_: unknown, base: string, head: string) =>
      this.fork(base === "main" ? (this.main ?? "") : base, head),
  } as unknown as GitHub;
}

const CI = ".github/workflows/ci.yml";
const ci = (steps: string, more = "") =>
  `on: pull_request\n${more}jobs:\n  unit:\n    runs-on: x\n    steps:\n${steps.replace(/^/gm, "      ")}\n`;

const BASE: Files = {
  [CI]: ci("- run: npm test\n- run: ./check.sh\n  working-directory: tools"),
  "package.json": '{ "scripts": { "test": "bash scripts/test.sh", "demo": "node demo.js" } }',
  "tools/check.sh": "node more/verify.mjs\n",
  "tools/more/verify.mjs": "verify();\n",
  "scripts/test.sh": "vitest\n",
  "src/a.ts": "export {};\n",
  "src/a.test.ts": 'it("a", () => expect(1).toBe(1));\nit("b", () => expect(2).toBe(2));\n',
  ".npmrc": "audit=false\n",
};

interface Asked {
  rule?: "approve" | "warn" | "ignore";
  approvals?: Approval[];
  base?: string;
  checks?: { name: string; appId: number | null }[];
}

function scene(base: Files = BASE) {
  const github = new MemoryGitHub();
  const main = github.commit("base", base);
  github.main = main;
  const outside = {
    github: github.port,
    readWorkflow,
    readPolicy: (text: string | null) => readPolicy(text, defaultPolicy),
  };
  async function guarded(headSha: string, { rule = "approve", approvals = [], base = main, checks }: Asked = {}) {
    const required = checks ?? [{ name: "unit", appId: null }];
    const mergeBase = github.fork(base, headSha) ?? expect.fail("no merge base");
    const effect = { repo, branch: "main", checks: required, gateSurface: rule };
    const producers = required.map(({ name }) => ({
      check: name,
      producer: { kind: "job" as const, workflows: null },
    }));
    // Only these fields of a pull are read.
    const seen = { baseSha: base, mergeBase, headSha, approvals } as Parameters<typeof readGuarded>[2];
    return readGuarded(outside, effect, seen, producers);
  }
  const head = (name: string, files: Files, parents = [main]) => github.commit(name, files, parents);
  return { github, main, head, guarded, outside };
}

const kinds = (changes: readonly GuardedChange[]) => changes.map(({ path, kind }) => [path, kind]);
const approvers = (changes: readonly { approvedBy: string | null }[]) => changes.map(({ approvedBy }) => approvedBy);

describe("the guarded changes of a head", () => {
  it.each<[string, Files, string[][]]>([
    ["a script of a manifest", { "package.json": '{ "scripts": { "test": "true" } }' }, [["package.json", "scripts"]]],
    [
      "a script that a check starts in its own folder",
      { "tools/check.sh": "true\n" },
      [["tools/check.sh", "run-by-check"]],
    ],
    ["what that script runs", { "tools/more/verify.mjs": "" }, [["tools/more/verify.mjs", "run-by-check"]]],
    ["what a manifest's script runs", { "scripts/test.sh": "true\n" }, [["scripts/test.sh", "run-by-check"]]],
    ["a skipped test", { "src/a.test.ts": 'it.skip("a", f);\nit("b", g);\n' }, [["src/a.test.ts", "test-skipped"]]],
    ["a protected path", { "pkg/.NPMRC": "x" }, [["pkg/.NPMRC", "protected"]]],
    [
      "a workflow",
      { [CI]: "on: push\n", ".github/CODEOWNERS": "*" },
      [
        [".github/CODEOWNERS", "workflow"],
        [CI, "workflow"],
      ],
    ],
    [
      "a script that turns into a program",
      { "*tools/check.sh": "node more/verify.mjs\n" },
      [["tools/check.sh", "run-by-check"]],
    ],
    [
      "a test that is too large to read",
      { "src/a.test.ts": `${BASE["src/a.test.ts"]}// ${"x".repeat(1_000_000)}` },
      [["src/a.test.ts", "test-removed"]],
    ],
    [
      "a test that is no text any more",
      { "src/a.test.ts": `${BASE["src/a.test.ts"]}// \0` },
      [["src/a.test.ts", "test-removed"]],
    ],
  ])("are %s", async (_, files, expected) => {
    const { head, guarded } = scene();
    const { [Object.keys(files)[0]?.replace("*", "") ?? ""]: _old, ...rest } = BASE;
    expect(kinds(await guarded(head("head", { ...rest, ...files })))).toEqual(expected);
  });

  it.each<[string, Files]>([
    ["code", { "src/a.ts": "export const a = 1;\n" }],
    ["new tests", { "src/b.test.ts": 'it("c", () => expect(3));\n', "test/image.png": new Uint8Array([137, 0, 1]) }],
    [
      "dependencies",
      { "package.json": `${String(BASE["package.json"]).slice(0, -2)}, "dependencies": { "a": "1" } }` },
    ],
    ["a script that no check names", { "scripts/other.sh": "true\n" }],
    ["a lock file", { "package-lock.json": "{}" }],
  ])("are not %s", async (_, files) => {
    const { head, guarded } = scene();
    expect(await guarded(head("head", { ...BASE, ...files }))).toEqual([]);
  });

  it("are those of the pull alone, not what the base brought since", async () => {
    const { github, main, head, guarded } = scene();
    const later = github.commit("later", { ...BASE, "scripts/test.sh": "vitest --all\n" }, [main]);
    const first = head("first", { ...BASE, "src/a.ts": "a" });
    const updated = head("updated", { ...BASE, "src/a.ts": "a", "scripts/test.sh": "vitest --all\n" }, [later, first]);
    expect(await guarded(updated, { base: later })).toEqual([]);
  });

  it("leave out the gate surface, but no protected path and no workflow, where the policy only warns or ignores", async () => {
    const { head, guarded } = scene();
    const changed = head("head", { ...BASE, "package.json": "{}", ".npmrc": "x", ".github/a.md": "x" });
    for (const rule of ["warn", "ignore"] as const) {
      expect(kinds(await guarded(changed, { rule }))).toEqual([
        [".github/a.md", "workflow"],
        [".npmrc", "protected"],
      ]);
    }
  });

  it("hold what the jobs run that a required job needs, uses or calls, and not what others run", async () => {
    const files: Files = {
      [CI]: JSON.stringify({
        on: "pull_request",
        jobs: {
          build: { steps: [{ run: "sh build.sh" }] },
          unit: { needs: "build", uses: "./.github/workflows/called.yml" },
          docs: { steps: [{ run: "sh docs.sh" }] },
        },
      }),
      ".github/workflows/called.yml": JSON.stringify({
        on: "workflow_call",
        jobs: { inner: { steps: [{ uses: "./tools/setup" }, { run: "cd deep && ./inner.sh" }] } },
      }),
      "tools/setup/action.yml": "runs:\n  using: composite\n  steps:\n    - run: sh composite.sh\n",
    };
    const scripts = ["build.sh", "docs.sh", "deep/inner.sh", "composite.sh", "tools/setup/index.js", "other.sh"];
    const all = { ...files, ...Object.fromEntries(scripts.map((path) => [path, "old\n"])) };
    const { head, guarded } = scene(all);
    const changed = head("head", { ...all, ...Object.fromEntries(scripts.map((path) => [path, "new\n"])) });
    const paths = async (name: string) =>
      (await guarded(changed, { checks: [{ name, appId: null }] })).map(({ path }) => path);
    const ofUnit = ["build.sh", "composite.sh", "deep/inner.sh", "tools/setup/index.js"];
    expect(await paths("unit / inner")).toEqual(ofUnit);
    expect(await paths("docs")).toEqual(["docs.sh"]);
    // No job is known to yield it, so that each could.
    expect(await paths("deploy")).toEqual([...ofUnit, "docs.sh"].sort());
    expect(await guarded(changed, { checks: [{ name: "unit", appId: 99 }] })).toEqual([]);
  });

  it("fit into an observation however many they are, and change whenever one of them does", async () => {
    const { head, guarded } = scene();
    const many = (text: string) =>
      Object.fromEntries(
        Array.from({ length: 80 }, (_, at) => [`p${at}/${"long/".repeat(80)}.npmrc`, `${text} ${at}`]),
      );
    const first = await guarded(head("one", { ...BASE, ...many("a") }));
    expect(first).toHaveLength(MAX_GUARDED);
    expect(new Set(first.map(({ path }) => path)).size).toBe(MAX_GUARDED);
    expect(() => ReviewedChange.array().parse(first)).not.toThrow();
    const [more, other] = [
      first.at(-1),
      (await guarded(head("two", { ...BASE, ...many("a"), ...{ "z/.npmrc": "b" } }))).at(-1),
    ];
    expect(more).toMatchObject({ kind: "more", approvedBy: null });
    expect(other?.content).not.toBe(more?.content);
  });

  it.each(["CODEOWNERS", "CLAUDE.md", ".husky/pre-commit", ".gitmodules", "sub/.claude/settings.json"])(
    "include %s, which a job's token pushed after the change was judged",
    async (path) => {
      const { head, guarded } = scene();
      for (const rule of ["approve", "warn", "ignore"] as const) {
        expect(kinds(await guarded(head(path, { ...BASE, [path]: "x" }), { rule }))).toEqual([[path, "protected"]]);
      }
    },
  );
});

describe("an approval of guarded changes", () => {
  const changed = { ...BASE, "package.json": "{}", ".npmrc": "x" };

  it("counts for the head that was reviewed, and for later heads that leave the content as it is", async () => {
    const { github, main, head, guarded } = scene();
    const first = head("first", changed);
    const approvals = [{ by: "ann", head: first }];
    expect(approvers(await guarded(first, { approvals }))).toEqual(["ann", "ann"]);
    const later = github.commit("later", { ...BASE, "src/a.ts": "later" }, [main]);
    const updated = head("updated", { ...changed, "src/a.ts": "later" }, [later, first]);
    expect(approvers(await guarded(updated, { approvals, base: later }))).toEqual(["ann", "ann"]);
    const again = head("again", { ...changed, ".npmrc": "y" }, [updated]);
    expect(await guarded(again, { approvals, base: later })).toMatchObject([
      { path: ".npmrc", approvedBy: null },
      { path: "package.json", approvedBy: "ann" },
    ]);
    const both = [{ by: "bob", head: again }, ...approvals];
    expect(approvers(await guarded(again, { approvals: both, base: later }))).toEqual(["bob", "bob"]);
  });

  it("does not count for a deletion of what the reviewed head never had", async () => {
    const { github, main, head, guarded } = scene();
    const reviewed = head("first", { ...BASE, "src/a.ts": "new" });
    const later = github.commit("later", { ...BASE, "src/new.test.ts": 'it("n", f);' }, [main]);
    const deleting = head("deleting", { ...BASE, "src/a.ts": "new" }, [later, reviewed]);
    expect(await guarded(deleting, { approvals: [{ by: "ann", head: reviewed }], base: later })).toMatchObject([
      { path: "src/new.test.ts", kind: "test-removed", approvedBy: null },
    ]);
  });

  it.each<[string, Files]>([
    ["the same content", { ...BASE, "src/a.test.ts": 'it("a", () => expect(1).toBe(1));\n' }],
    ["a deletion", Object.fromEntries(Object.entries(BASE).filter(([path]) => path !== "src/a.test.ts"))],
  ])("does not count for %s that takes away what the base gained since", async (_, files) => {
    const { github, main, head, guarded } = scene();
    const reviewed = head("first", files);
    const approvals = [{ by: "ann", head: reviewed }];
    expect(approvers(await guarded(reviewed, { approvals }))).toEqual(["ann"]);
    const grown = `${BASE["src/a.test.ts"]}it("c", () => expect(3).toBe(3));\n`;
    const later = github.commit("later", { ...BASE, "src/a.test.ts": grown }, [main]);
    const resolved = head("resolved", files, [later, reviewed]);
    expect(await guarded(resolved, { approvals, base: later })).toMatchObject([
      { path: "src/a.test.ts", kind: "test-removed", approvedBy: null },
    ]);
  });

  it("does not count for the same content in another mode", async () => {
    const { head, guarded } = scene();
    const reviewed = head("first", { ...BASE, "tools/check.sh": "true" });
    const { "tools/check.sh": _, ...rest } = BASE;
    const executable = head("second", { ...rest, "*tools/check.sh": "true" }, [reviewed]);
    expect(approvers(await guarded(executable, { approvals: [{ by: "ann", head: reviewed }] }))).toEqual([null]);
  });

  it("does not count where the reviewed commit is gone", async () => {
    const { github, head, guarded } = scene();
    const [gone, present] = [head("gone", changed), head("present", changed)];
    github.forget(gone);
    expect(approvers(await guarded(present, { approvals: [{ by: "ann", head: gone }] }))).toEqual([null, null]);
  });

  it("counts for changes beyond those that are listed only where it covers all of them", async () => {
    const { head, guarded } = scene();
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`p${at}/.npmrc`, "x"]));
    const first = head("first", { ...BASE, ...many });
    const approvals = [{ by: "ann", head: first }];
    expect((await guarded(first, { approvals })).at(-1)).toMatchObject({ kind: "more", approvedBy: "ann" });
    const second = head("second", { ...BASE, ...many, "p9/.npmrc": "y" }, [first]);
    expect((await guarded(second, { approvals })).at(-1)).toMatchObject({ kind: "more", approvedBy: null });
  });
});

describe("the changes that a pull's text names", () => {
  const files = { ...BASE, "package.json": "{}", ".npmrc": "x", "yarn.lock": "x" };
  const shown = (rule: "approve" | "warn" | "ignore", base = "main") => {
    const { head, outside } = scene();
    const effect = { repo, base, checks: [{ name: "unit", appId: null }], gateSurface: rule };
    return readShown(outside, effect, head("head", files));
  };

  it("hold the gate surface also where the policy only warns, and dependencies", async () => {
    for (const rule of ["approve", "warn", "ignore"] as const) {
      const { guarded, dependencies } = await shown(rule);
      expect(kinds(guarded)).toEqual([
        [".npmrc", "protected"],
        ...(rule === "ignore" ? [] : [["package.json", "scripts"]]),
      ]);
      expect(dependencies).toEqual(["yarn.lock"]);
    }
  });

  it("are none where the base is gone", async () => {
    expect(await shown("approve", "gone")).toEqual({ guarded: [], dependencies: [] });
  });
});

it("the changes of a commit are read once, and again after a failure", async () => {
  const { github, head, guarded } = scene();
  const changed = head("head", { ...BASE, "package.json": "{}" });
  const { blob } = github.port;
  github.port.blob = () => Promise.reject(new Error("GitHub is down"));
  await expect(guarded(changed)).rejects.toThrow("GitHub is down");
  github.port.blob = blob;
  await guarded(changed);
  const reads = github.reads.length;
  expect(await guarded(changed)).toHaveLength(1);
  expect(github.reads).toHaveLength(reads);
});
