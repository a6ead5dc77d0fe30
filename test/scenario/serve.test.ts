/** `headgate sandbox` and `headgate serve` as two processes, and a person with git and an Octokit. */
import type { ChildProcess } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import type { ScriptedModel } from "@headgate/scripted-model";
import { startScriptedModel } from "@headgate/scripted-model";
import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attemptWorkflow } from "../../src/cli/run/site.ts";
import { ATTEMPT_WORKFLOW } from "../../src/core/attempt.ts";
import { checkedRepository, Workplace } from "./run.ts";

let place: Workplace;
let model: ScriptedModel;

beforeEach(async () => {
  place = new Workplace(checkedRepository("cat *.txt"));
  model = await startScriptedModel({
    script: {
      planner: {
        tasks: [
          { id: "one", title: "Make one" },
          { id: "two", title: "Make two", dependsOn: ["one"] },
        ],
      },
    },
  });
});
afterEach(async () => {
  await model.close();
  place.remove();
});

describe("headgate serve, on a headgate sandbox", () => {
  it("lands a feature that a plain Octokit labels; SIGTERM in the middle of it loses nothing", async () => {
    const appPort = await freePort();
    const sandbox = place.start(["sandbox", "--data-dir", "sandbox", "--app-port", String(appPort)]);
    const greeting = await printed(sandbox.child, "Ctrl-C");
    const environment = {
      ...Object.fromEntries([...greeting.matchAll(/\b([A-Z][A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value])),
      ANTHROPIC_BASE_URL: model.url,
    };
    expect(environment).toMatchObject({ PORT: String(appPort), WEBHOOK_SECRET: expect.any(String) });
    const [, apiUrl = ""] = /REST API +(\S+)/.exec(greeting) ?? [];
    const [, token = ""] = /Your token +(\S+)/.exec(greeting) ?? [];

    const octokit = new Octokit({ auth: token, baseUrl: apiUrl });
    const where = { owner: "you", repo: "tool" };
    await octokit.rest.repos.createForAuthenticatedUser({ name: "tool" });
    const agent = `[ $HEADGATE_TASK_ID = one ] || until [ -e '${place.path("go")}' ]; do sleep 0.1; done; echo made > $HEADGATE_TASK_ID.txt`;
    place.write({ [ATTEMPT_WORKFLOW]: attemptWorkflow({ engine: "command", agentCommand: agent }) }, place.repo);
    place.commit("the attempt workflow");
    place.git(
      "push",
      "--quiet",
      `${apiUrl.replace("/api/v3", "").replace("//", `//you:${token}@`)}/you/tool.git`,
      "main",
    );
    await octokit.rest.repos.updateBranchProtection({
      ...where,
      branch: "main",
      required_status_checks: { strict: true, contexts: ["unit"] },
      enforce_admins: false,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    const { data: issue } = await octokit.rest.issues.create({ ...where, title: "Two files", body: "Make two files." });

    const first = place.start(["serve"], environment);
    await ready(appPort);
    await octokit.rest.issues.addLabels({ ...where, issue_number: issue.number, labels: ["headgate"] });
    await eventually(async () => {
      const { data } = await octokit.rest.actions.listWorkflowRunsForRepo({ ...where, status: "in_progress" });
      expect(data.workflow_runs.map((run) => run.display_title)).toContain(`headgate ${issue.number}/two/1`);
    });
    first.child.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ code: 0, signal: null });

    place.write({ go: "" });
    const second = place.start(["serve"], environment);
    await eventually(async () => {
      const { data } = await octokit.rest.issues.get({ ...where, issue_number: issue.number });
      expect(data.state).toBe("closed");
    });
    const { data: commits } = await octokit.rest.repos.listCommits(where);
    expect(commits.map((commit) => commit.commit.message.split("\n")[0])).toEqual([
      "Make two (#3)",
      "Make one (#2)",
      "the attempt workflow",
      "first",
    ]);
    second.child.kill("SIGTERM");
    sandbox.child.kill("SIGTERM");
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(await sandbox.ended).toMatchObject({ code: 0 });
  });
});

describe("headgate", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const good = {
    APP_ID: "1",
    PRIVATE_KEY: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    WEBHOOK_SECRET: "long and random",
    ANTHROPIC_API_KEY: "key",
    HEADGATE_DATA_DIR: "data",
  };

  it.each<[string[], Record<string, string>, RegExp]>([
    [["serve"], { WEBHOOK_SECRET: "" }, /^WEBHOOK_SECRET is not set: .*$/],
    [["serve"], { APP_ID: "mine", PORT: "99999" }, /^APP_ID is not a number: .*\nPORT is not a port: .*$/],
    [["sandbox", "--app-port", "none"], {}, /^--app-port: 'none' is not a whole number from 0 to 65535$/],
    [["run"], {}, /^--repo is needed: .*$/],
  ])("%j with %j ends with 1 and a line that names what is wrong", async (parameters, environment, line) => {
    const { code, output } = await place.run(parameters, { ...good, ...environment });
    expect(output.trim()).toMatch(line);
    expect(code).toBe(1);
  });
});

/** Everything it has printed up to the first appearance of `text`. */
async function printed(child: ChildProcess, text: string): Promise<string> {
  let all = "";
  if (child.stdout === null) throw new Error("its output is not to be had");
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    all += chunk;
    if (all.includes(text)) return all;
  }
  throw new Error(`it ended with: ${all}`);
}

async function ready(port: number): Promise<void> {
  await eventually(async () => {
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });
}

/** What happens in other processes can only be asked for. */
function eventually(condition: () => Promise<void>): Promise<void> {
  return vi.waitFor(condition, { timeout: 30_000, interval: 100 });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
