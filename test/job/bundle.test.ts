import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startScriptedModel } from "@headgate/scripted-model";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { attemptId, type Brief, Result } from "../../src/core/attempt.ts";
import { briefAt, PATH, repositoryOf, tempFolder } from "./support/lab.ts";

const ROOT = join(import.meta.dirname, "../..");
let bundle = "";

beforeAll(() => {
  bundle = mkdtempSync(join(tmpdir(), "headgate-bundle-"));
  execFileSync(process.execPath, [join(ROOT, "tools/build.mjs"), bundle], { cwd: ROOT });
});
afterAll(() => rmSync(bundle, { recursive: true, force: true }));

/** Starts the bundle as a runner would, in a fresh checkout. */
function start(variables: Record<string, string>, changes: Partial<Brief> = {}) {
  const { folder, commit } = repositoryOf({ "a.txt": "one\n" });
  const temp = tempFolder();
  const brief = briefAt(commit, changes);
  const child = spawn(process.execPath, [join(bundle, "index.js")], {
    env: {
      PATH,
      INPUT_PROTOCOL: "1",
      INPUT_ATTEMPT: attemptId(brief.issue.number, brief.task, brief.attempt),
      INPUT_BRIEF: JSON.stringify(brief),
      INPUT_ENGINE: "command",
      GITHUB_WORKSPACE: folder,
      GITHUB_OUTPUT: join(temp, "output"),
      GITHUB_RUN_ATTEMPT: "1",
      GITHUB_TOKEN: "ghs_secret",
      RUNNER_TEMP: temp,
      ANTHROPIC_API_KEY: "sk-secret",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const result = (): Result => {
    const path = /^path=(.*)$/m.exec(readFileSync(join(temp, "output"), "utf8"))?.[1] ?? "";
    return Result.parse(JSON.parse(readFileSync(join(path, "result.json"), "utf8")));
  };
  return { child, ended, temp, result, log: () => printed };
}

test("the bundled action runs a command, and ends well although the command fails", async () => {
  const good = start({ INPUT_COMMAND: "env > seen.txt" });
  expect(await good.ended, good.log()).toBe(0);
  expect(good.result()).toMatchObject({ outcome: "completed", manifest: [{ path: "seen.txt" }] });

  const bad = start({ INPUT_COMMAND: "exit 1" });
  expect(await bad.ended).toBe(0);
  expect(bad.result()).toMatchObject({ outcome: "failed", manifest: [] });
});

test("the bundled action runs the built-in agent, whose shell sees no secret of the job", async () => {
  const look = { tool: "bash", input: { command: "env > seen.txt; ! grep -E 'sk-secret|ghs_secret|INPUT_' seen.txt" } };
  const model = await startScriptedModel({
    script: { thinkMs: 0, tasks: { parser: { build: [{ use: [look] }, { say: "Looked." }] } } },
  });
  onTestFinished(() => model.close());
  const run = start({ INPUT_ENGINE: "builtin", ANTHROPIC_BASE_URL: model.url });
  expect(await run.ended, run.log()).toBe(0);
  expect(run.result()).toMatchObject({ outcome: "completed", summary: "Looked.", manifest: [{ path: "seen.txt" }] });
  expect(JSON.stringify(model.requests()[1]?.body.messages)).not.toContain('"is_error":true');
});

test("trouble of the job itself ends it badly, with an annotation and no result", async () => {
  const run = start({ INPUT_COMMAND: "true", INPUT_PROTOCOL: "2" });
  expect(await run.ended).toBe(1);
  expect(run.log()).toMatch(/^::error::this action speaks protocol 1/m);
  expect(existsSync(join(run.temp, "headgate-result"))).toBe(false);
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a job that gets %s leaves nothing of its command running",
  async (signal) => {
    const alive = join(tempFolder(), "child");
    const run = start({ INPUT_COMMAND: `sleep 600 & echo $! > ${alive}; echo ready; wait` });
    await expect.poll(run.log).toContain("ready");
    run.child.kill(signal);
    expect(await run.ended).toBe(signal === "SIGTERM" ? 1 : null);
    const pid = Number(readFileSync(alive, "utf8"));
    const isAlive = () =>
      existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    await expect.poll(isAlive).toBe(false);
  },
);
