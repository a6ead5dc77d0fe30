/** The adapter reads what two heads change and merges it by itself; git's own merge says whether it is right. */
import { type ExecFileException, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type SandboxApart, startSandboxApart } from "@headgate/github-sandbox/process";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import { createGitHub } from "../../../src/github/index.ts";

/** A file's text, with another mode, or null: it is taken away. */
type Content = string | Buffer | { mode: string; text: string } | null;
type Files = Record<string, Content>;

const exec = (text: string) => ({ mode: "100755", text });
const link = (text: string) => ({ mode: "120000", text });
const ten = (...changed: [number, string][]) =>
  Array.from({ length: 10 }, (_, line) => `${changed.find(([at]) => at === line)?.[1] ?? `line ${line}`}\n`).join("");
const bytes = (...values: number[]) => Buffer.from([0, ...values]);

const cases: [name: string, base: Files, ours: Files, theirs: Files][] = [
  ["different files", { a: ten(), b: ten() }, { a: ten([1, "x"]) }, { b: ten([1, "y"]) }],
  ["disjoint hunks", { a: ten() }, { a: ten([1, "x"]) }, { a: ten([7, "y"]) }],
  ["the same hunk", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "y"]) }],
  ["the same hunk alike", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "x"]) }],
  ["the same hunk alike, and another", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([4, "x"], [8, "y"]) }],
  ["adjacent lines", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([5, "y"]) }],
  ["lines with one between", { a: ten() }, { a: ten([4, "x"]) }, { a: ten([6, "y"]) }],
  ["a new file alike", {}, { n: ten() }, { n: ten() }],
  ["a new file differently", {}, { n: ten() }, { n: ten([1, "x"]) }],
  ["a new file, empty on one side", {}, { n: "" }, { n: ten() }],
  ["a new file with two modes", {}, { n: ten() }, { n: exec(ten()) }],
  ["a new file and a new link", {}, { n: ten() }, { n: link("a") }],
  ["a deletion and a change", { a: ten() }, { a: null }, { a: ten([1, "x"]) }],
  ["a deletion on both sides", { a: ten(), b: "b" }, { a: null }, { a: null, b: "c" }],
  ["a rename and a change", { a: ten() }, { a: null, z: ten() }, { a: ten([1, "x"]) }],
  ["a rename with a change, and a change elsewhere", { a: ten() }, { a: null, z: ten([8, "x"]) }, { a: ten([1, "y"]) }],
  ["a rename with a change, and a change there", { a: ten() }, { a: null, z: ten([1, "x"]) }, { a: ten([1, "y"]) }],
  ["a rename and a deletion", { a: ten() }, { a: null, z: ten() }, { a: null }],
  ["a rename on both sides alike", { a: ten() }, { a: null, z: ten() }, { a: null, z: ten() }],
  ["a rename on both sides, to two names", { a: ten() }, { a: null, y: ten() }, { a: null, z: ten() }],
  ["a rename onto a new file", { a: ten() }, { a: null, z: ten() }, { z: "something else\n" }],
  ["two renames to one name", { a: ten(), b: "1\n2\n3\n" }, { a: null, z: ten() }, { b: null, z: "1\n2\n3\n" }],
  ["binary files", { a: bytes(1) }, { a: bytes(2) }, { a: bytes(3) }],
  ["binary files alike", { a: bytes(1) }, { a: bytes(2) }, { a: bytes(2) }],
  ["a mode and a content", { a: ten() }, { a: exec(ten()) }, { a: ten([1, "x"]) }],
  ["a mode and a content on one side", { a: ten() }, { a: exec(ten([8, "y"])) }, { a: ten([1, "x"]) }],
  ["a mode on both sides", { a: ten() }, { a: exec(ten()) }, { a: exec(ten()) }],
  ["a file that becomes a link, and a change", { a: ten() }, { a: link("b") }, { a: ten([1, "x"]) }],
  ["links", { a: link("x") }, { a: link("y") }, { a: link("z") }],
  ["a file where the other puts a folder", {}, { n: ten() }, { "n/one": ten() }],
  ["a file that becomes a folder, and a change", { a: ten() }, { a: null, "a/one": "new\n" }, { a: ten([1, "x"]) }],
  ["folders of one name", {}, { "n/one": ten() }, { "n/two": ten() }],
];

const run = promisify(execFile);

describe("heads that change", () => {
  let folder: string;
  let sandbox: SandboxApart;
  let octokit: Octokit;
  let commits = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "merge-tree-"));
    sandbox = await startSandboxApart({ dataDir: join(folder, "sandbox"), slots: 1 });
    const { user, token } = await sandbox.createUser("ada");
    await sandbox.createRepository({ owner: user, name: "shop" });
    octokit = new Octokit({ auth: token, baseUrl: sandbox.apiUrl });
    await run("git", ["init", "--quiet", "--initial-branch=main", clone()]);
    await git("remote", "add", "origin", `${sandbox.url.replace("://", `://ada:${token}@`)}/ada/shop.git`);
  });
  afterAll(async () => {
    await sandbox?.close();
    rmSync(folder, { recursive: true });
  });

  const clone = () => join(folder, "clone");

  async function git(...args: string[]): Promise<string> {
    return (await run("git", ["-C", clone(), ...args])).stdout.trim();
  }

  /** On a branch of its own, in the clone alone. */
  async function commit(parent: string | null, files: Files): Promise<string> {
    commits += 1;
    const ref = `refs/heads/change-${commits}`;
    // Alike in content, two heads are still two commits.
    const lines: (string | Buffer)[] = [
      `commit ${ref}`,
      "committer Ada <ada@example.org> 1767225600 +0000",
      ...data(`Change ${commits}`),
    ];
    if (parent !== null) lines.push(`from ${parent}`);
    for (const [path, content] of Object.entries(files)) if (content === null) lines.push(`D ${path}`);
    for (const [path, content] of Object.entries(files)) {
      if (content === null) continue;
      const plain = typeof content === "string" || Buffer.isBuffer(content);
      const { mode, text } = plain ? { mode: "100644", text: content } : content;
      lines.push(`M ${mode} inline ${path}`, ...data(text));
    }
    const importing = run("git", ["-C", clone(), "fast-import", "--quiet"]);
    importing.child.stdin?.end(
      Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from("\n")])),
    );
    await importing;
    return git("rev-parse", ref);
  }

  /** Whether git itself finds a conflict. */
  async function collides(ours: string, theirs: string): Promise<boolean> {
    return git("merge-tree", "--write-tree", ours, theirs).then(
      () => false,
      (error: ExecFileException) => {
        if (error.code === 1) return true;
        throw error;
      },
    );
  }

  /** Gives the sandbox both, each on a branch that is named by it. */
  async function push(ours: string, theirs: string): Promise<void> {
    await git("push", "--quiet", "origin", `${ours}:refs/heads/${ours}`, `${theirs}:refs/heads/${theirs}`);
  }

  async function conflicts(ours: string, theirs: string): Promise<string[] | "unknown"> {
    const app = { appId: 1, appSlug: "gate", now: () => 0, calls: () => ({ reads: 0, writes: 0 }) };
    const github = createGitHub(
      { ...app, octokit: async () => octokit, present: async (repo) => repo, granted: async () => ({}) },
      readWorkflow,
    );
    return github.conflicts({ id: 1, owner: "ada", name: "shop" }, ours, theirs);
  }

  it.each(cases)("%s conflict where git says so", async (_, base, ours, theirs) => {
    const start = await commit(null, base);
    const [left, right] = [await commit(start, ours), await commit(start, theirs)];
    await push(left, right);

    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const found = await conflicts(one, other);
      expect(found !== "unknown" && found.length > 0).toBe(await collides(one, other));
      expect(found).not.toBe("unknown");
    }
  });

  it("too much at once are not known to conflict", async () => {
    const many = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`many/${index}`, "x"]));
    const first = await commit(null, {});
    const [left, right] = [await commit(first, many), await commit(first, { "README.md": "x" })];
    await push(left, right);
    expect(await conflicts(left, right)).toBe("unknown");
    const large = ten() + "x".repeat(300_000);
    const start = await commit(first, { large });
    const [above, below] = [
      await commit(start, { large: `a\n${large}` }),
      await commit(start, { large: `b\n${large}` }),
    ];
    await push(above, below);
    expect(await conflicts(above, below)).toBe("unknown");
  });
});

/** A `data` command of `git fast-import`. */
function data(content: string | Buffer): (string | Buffer)[] {
  const bytes = Buffer.from(content as string);
  return [`data ${bytes.length}`, bytes];
}
