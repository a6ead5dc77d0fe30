import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { SandboxOptions } from "../src/index.ts";
import { startSandboxApart } from "../src/process.ts";

const STEP = `echo ::add-mask::hidden; echo "::debug::{\\"a\\": \\"100%25 hidden\\"}"; echo done`;
const CI = JSON.stringify({
  on: "workflow_dispatch",
  jobs: { say: { "runs-on": "ubuntu-latest", steps: [{ run: STEP }] } },
});

it("what a job says with ::debug:: reaches the process that started the sandbox, with its masks, and not the log", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-debug-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  const source = join(folder, "source");
  mkdirSync(join(source, ".github", "workflows"), { recursive: true });
  writeFileSync(join(source, ".github", "workflows", "ci.yml"), CI);
  const git = (...words: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...words], { cwd: source });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "-m", "first");

  const heard: Parameters<NonNullable<SandboxOptions["debugged"]>>[0][] = [];
  const sandbox = await startSandboxApart({
    dataDir: join(folder, "data"),
    slots: 1,
    debugged: (message) => void heard.push(message),
  });
  onTestFinished(() => sandbox.close());
  const { user, token } = await sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "shop" });
  await sandbox.importRepository(repository, source, "main", "main");
  const at = `${sandbox.apiUrl}/repos/ada/shop/actions`;
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ ref: "main" });
  expect((await fetch(`${at}/workflows/ci.yml/dispatches`, { method: "POST", headers, body })).status).toBeLessThan(
    300,
  );
  await sandbox.idle();

  expect(heard).toEqual([{ workflow: ".github/workflows/ci.yml", text: '{"a": "100% ***"}' }]);
  const { workflow_runs: runs } = (await (await fetch(`${at}/runs`, { headers })).json()) as {
    workflow_runs: { id: number }[];
  };
  const { jobs } = (await (await fetch(`${at}/runs/${runs[0]?.id}/jobs`, { headers })).json()) as {
    jobs: { id: number }[];
  };
  const log = await (await fetch(`${at}/jobs/${jobs[0]?.id}/logs`, { headers })).text();
  expect(log).toContain("done");
  expect(log.split("\n").filter((line) => line.includes("::debug::") && !line.includes("echo"))).toEqual([]);
});
