import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attemptIn, briefAt, commitAll, git, repositoryOf, tempFolder, write } from "./support/lab.ts";

const FILES = { "src/a.ts": "one\n", "src/b.ts": "two\n" };

test("what the command leaves in the checkout is the change", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const attempt = await attemptIn(folder, briefAt(commit), { command: "echo three > src/c.ts; rm src/b.ts" });
  expect(attempt.result).toMatchObject({
    outcome: "completed",
    attempt: "12/parser/1",
    engine: "command",
    model: null,
    usage: null,
  });
  expect(attempt.result.manifest).toMatchObject([
    { change: "delete", path: "src/b.ts" },
    { change: "write", path: "src/c.ts", mode: "100644", bytes: 6 },
  ]);
  expect(attempt.content("src/c.ts")).toBe("three\n");
  expect(attempt.outputs).toMatch(/^path=.*headgate-result\n$/);
});

test("the command sees its own variables and nothing of the job's environment", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const seen = join(tempFolder(), "environment");
  const brief = briefAt(commit, { kind: "repair", attempt: 2 });
  await attemptIn(folder, brief, {
    command: `env > ${seen}; cp "$HEADGATE_BRIEF_FILE" ${seen}.json`,
    provider: { apiKey: "sk-secret", baseUrl: "http://localhost" },
  });
  const variables = Object.fromEntries(
    readFileSync(seen, "utf8")
      .split("\n")
      .map((line) => line.split("=", 2) as [string, string]),
  );
  const ofBash = ["PWD", "SHLVL", "_", ""];
  expect(
    Object.keys(variables)
      .filter((name) => !ofBash.includes(name))
      .sort(),
  ).toEqual([
    "CI",
    "HEADGATE_ATTEMPT_KIND",
    "HEADGATE_BRIEF_FILE",
    "HEADGATE_RESULT_FILE",
    "HEADGATE_TASK_ID",
    "HOME",
    "LANG",
    "PATH",
    "TMPDIR",
  ]);
  expect(variables).toMatchObject({ HEADGATE_TASK_ID: "parser", HEADGATE_ATTEMPT_KIND: "repair" });
  expect(variables.HOME).not.toBe(process.env.HOME);
  expect(JSON.parse(readFileSync(`${seen}.json`, "utf8"))).toEqual(brief);
});

test("the command reaches the network through the machine's proxy and registry, without the tokens of the job's home", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const home = tempFolder();
  write(
    home,
    ".npmrc",
    "registry=https://npm.example.test/\n//npm.example.test/:_authToken=secret\ncafile=/etc/ca.pem\n",
  );
  const attempt = await attemptIn(folder, briefAt(commit), {
    command: 'echo "$HTTPS_PROXY" > seen.txt; cat ~/.npmrc >> seen.txt',
    network: { HTTPS_PROXY: "http://proxy.example.test:3128" },
    home,
  });
  expect(attempt.content("seen.txt")).toBe(
    "http://proxy.example.test:3128\nregistry=https://npm.example.test/\ncafile=/etc/ca.pem\n",
  );
});

test("a command that fails is a failed result with the end of its output, and hands in nothing", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const command = "echo three > src/c.ts; echo starting; echo no such luck >&2; exit 3";
  const { result, log } = await attemptIn(folder, briefAt(commit), { command });
  expect(result).toMatchObject({ outcome: "failed", manifest: [] });
  expect(result.summary).toMatch(/^exit code 3: no such luck\nstarting\n/);
  expect(result.summary).toContain("no such luck");
  expect(log).toContain("starting");
});

test("the summary of a command that prints much and fails begins with how it ended", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const command = "yes 'noise of a build' | head -n 2000; echo '\\033[31mboom\\033[0m' | sed 's/.033/\\x1b/g'; exit 3";
  const { result } = await attemptIn(folder, briefAt(commit), { command });
  expect(result.summary.split("\n")[0]).toBe("exit code 3: boom");
  expect(result.summary.length).toBeLessThanOrEqual(4_000);
});

test("a command that hangs is ended with all its processes when its time is over", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const alive = join(tempFolder(), "child");
  const brief = briefAt(commit, { limits: { minutes: 0.01, files: 5, bytes: 1000 } });
  const { result } = await attemptIn(folder, brief, { command: `sleep 600 & echo $! > ${alive}; echo waiting; wait` });
  expect(result).toMatchObject({ outcome: "timed-out", manifest: [] });
  expect(result.summary).toContain("waiting");
  await expectEnded(Number(readFileSync(alive, "utf8")));
});

test("what a command leaves running in the background is ended before the change is read", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const alive = join(tempFolder(), "child");
  const { result } = await attemptIn(folder, briefAt(commit), { command: `sleep 600 & echo $! > ${alive}` });
  expect(result.outcome).toBe("completed");
  await expectEnded(Number(readFileSync(alive, "utf8")));
});

test("a command may report its summary, notes and usage in the result file", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, usd: 0.5 };
  const said = JSON.stringify({ summary: "I did it.", notes: ["mind the gap"], usage });
  const { result } = await attemptIn(folder, briefAt(commit), { command: `echo '${said}' > "$HEADGATE_RESULT_FILE"` });
  expect(result).toMatchObject({ outcome: "completed", summary: "I did it.", notes: ["mind the gap"], usage });
});

test("a result file of another form is ignored, and the log says so", async () => {
  for (const said of ["not json", '{"notes":"none"}', '{"usage":{"usd":-1}}']) {
    const { folder, commit } = repositoryOf(FILES);
    const { result, log } = await attemptIn(folder, briefAt(commit), {
      command: `echo three > c; echo '${said}' > "$HEADGATE_RESULT_FILE"`,
    });
    expect(result).toMatchObject({ outcome: "completed", notes: [], usage: null, manifest: [{ path: "c" }] });
    expect(log).toContain("HEADGATE_RESULT_FILE is ignored");
  }
});

test("commands to the runner that an agent prints are inert", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const { log } = await attemptIn(folder, briefAt(commit), { command: "echo '::error::fooled'" });
  const [, token = ""] = /^::stop-commands::(\S+)$/m.exec(log) ?? [];
  expect(log.indexOf("::error::fooled")).toBeGreaterThan(log.indexOf(token));
  expect(log.indexOf("::error::fooled")).toBeLessThan(log.lastIndexOf(`::${token}::`));
});

test("a resolve attempt finds the unfinished merge, and its change is listed against the base", async () => {
  const { folder, base, head } = conflict();
  const brief = briefAt(head, { kind: "resolve", merge: base, against: base });
  const command = "grep -q '<<<<<<<' src/a.ts && test -f .git/MERGE_HEAD && echo both > src/a.ts";
  const attempt = await attemptIn(folder, brief, { command });
  expect(attempt.result).toMatchObject({ outcome: "completed", manifest: [{ change: "write", path: "src/a.ts" }] });
  expect(attempt.content("src/a.ts")).toBe("both\n");
});

test("a resolve attempt that leaves conflict markers has failed", async () => {
  const { folder, base, head } = conflict();
  const brief = briefAt(head, { kind: "resolve", merge: base, against: base });
  const { result } = await attemptIn(folder, brief, { command: "true" });
  expect(result).toMatchObject({ outcome: "failed", summary: "conflict markers are left in src/a.ts", manifest: [] });
});

test("a research attempt hands in words and no change", async () => {
  const { folder, commit } = repositoryOf(FILES);
  const said = JSON.stringify({ summary: "It is a matter of taste." });
  const { result } = await attemptIn(folder, briefAt(commit, { kind: "research" }), {
    command: `echo x > x; echo '${said}' > "$HEADGATE_RESULT_FILE"`,
  });
  expect(result).toMatchObject({ outcome: "completed", notes: ["It is a matter of taste."], manifest: [] });
});

test("a checkout of another commit than the brief's is the job's trouble, not a result", async () => {
  const { folder } = repositoryOf(FILES);
  await expect(attemptIn(folder, briefAt("0".repeat(40)))).rejects.toThrow("not at the brief's");
});

/** Two commits that change the same line: `base` on main, and `head`, which is checked out. */
function conflict(): { folder: string; base: string; head: string } {
  const { folder } = repositoryOf(FILES);
  git(folder, "branch", "task");
  write(folder, "src/a.ts", "theirs\n");
  const base = commitAll(folder, "theirs");
  git(folder, "checkout", "--quiet", "task");
  write(folder, "src/a.ts", "ours\n");
  return { folder, base, head: commitAll(folder, "ours") };
}

async function expectEnded(pid: number): Promise<void> {
  // A killed process whose parent has gone stays in the table until init has collected it.
  const isAlive = () => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  await expect.poll(isAlive).toBe(false);
}
