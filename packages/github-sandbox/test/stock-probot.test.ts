/**
 * Runs an unchanged Probot app on the sandbox, started by Probot's own command with the settings for a GitHub
 * Enterprise Server.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Repository, type Sandbox, sandbox as started, type User } from "../src/index.ts";
import { silent } from "./rest-fixture.ts";

const permissions = {
  checks: "write",
  contents: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
} as const;
const events = ["issues", "pull_request", "check_suite"];
const workflow = `
name: CI
on: pull_request
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test "$(cat fixed.txt)" = fixed
`;

let folder: string;
let sandbox: Sandbox;
const endings: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stock-probot-"));
  sandbox = await started();
});
afterAll(async () => {
  for (const end of endings.reverse()) await end();
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const run = promisify(execFile);
async function git(...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  return (await run("git", ["-C", folder, ...identity, ...args])).stdout.trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts `probot run` and resolves once it listens. */
async function startProbot(app: { id: number; privateKey: string }, port: number): Promise<void> {
  const command = fileURLToPath(new URL("../bin/probot.js", import.meta.resolve("probot")));
  const child = spawn(process.execPath, [command, "run", join(import.meta.dirname, "fixtures", "stock-app.mjs")], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      NODE_ENV: "production",
      APP_ID: String(app.id),
      PRIVATE_KEY: app.privateKey,
      WEBHOOK_SECRET: "s3cret",
      GHE_HOST: sandbox.url.replace("http://", ""),
      GHE_PROTOCOL: "http",
      HOST: "127.0.0.1",
      PORT: String(port),
    },
  });
  const ended = once(child, "exit");
  endings.push(() => {
    child.kill();
    return ended;
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text: Buffer) => {
        said += text;
        if (said.includes("Listening on")) resolve();
      });
    }
    void ended.then(() => reject(new Error(`Probot ended:\n${said}`)));
  });
}

/** Resolves with the number of the next merged pull, from the webhook of another App. */
async function nextMerge(owner: User, repository: Repository): Promise<{ merged: Promise<number> }> {
  const merged = Promise.withResolvers<number>();
  const server = createServer(async (request, response) => {
    const payload = (await json(request)) as { action?: string; pull_request?: { number: number; merged: boolean } };
    response.end();
    const { action, pull_request: pull } = payload;
    if (action === "closed" && pull?.merged) merged.resolve(pull.number);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  endings.push(async () => server.close());
  const { app } = await sandbox.createApp({ slug: "watcher", name: "Watcher", permissions, events: ["pull_request"] });
  sandbox.install(app, owner, [repository]);
  sandbox.setWebhook(app, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, "other");
  return { merged: merged.promise };
}

it("A stock Probot app comments, opens a pull, checks it and merges it when it is green", {
  timeout: 120_000,
}, async () => {
  const { user, token } = sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "shop" });
  const octokit = new Octokit({ baseUrl: sandbox.apiUrl, auth: token, log: silent });
  const at = { owner: "ada", repo: "shop" };
  await git("init", "--quiet", "--initial-branch=main");
  mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
  writeFileSync(join(folder, ".github", "workflows", "ci.yml"), workflow);
  await git("add", ".");
  await git("commit", "--quiet", "--message=Begin");
  const remote = sandbox.url.replace("//", `//ada:${token}@`);
  await git("push", "--quiet", `${remote}/ada/shop.git`, "main");

  const { app, privateKey } = await sandbox.createApp({ slug: "fixer", name: "Fixer", permissions, events });
  sandbox.install(app, user, [repository]);
  const port = await freePort();
  await startProbot({ id: app.id, privateKey }, port);
  sandbox.setWebhook(app, `http://127.0.0.1:${port}/api/github/webhooks`, "s3cret");

  const merge = await nextMerge(user, repository);
  const { data: issue } = await octokit.rest.issues.create({ ...at, title: "It is broken" });
  await octokit.rest.issues.addLabels({ ...at, issue_number: issue.number, labels: ["fix"] });
  const { data: pull } = await octokit.rest.pulls.get({ ...at, pull_number: await merge.merged });

  expect(pull).toMatchObject({ title: "Fix: It is broken", user: { login: "fixer[bot]" }, head: { ref: "fix/1" } });
  const { data: comments } = await octokit.rest.issues.listComments({ ...at, issue_number: issue.number });
  expect(comments).toMatchObject([{ body: "On it, @ada.", user: { login: "fixer[bot]", type: "Bot" } }]);
  const { data: checks } = await octokit.rest.checks.listForRef({ ...at, ref: pull.head.sha });
  expect(checks.check_runs.map((each) => [each.name, each.app?.slug, each.conclusion]).sort()).toEqual([
    ["one-file", "fixer", "success"],
    ["unit", "github-actions", "success"],
  ]);
  const closed = await octokit.rest.issues.get({ ...at, issue_number: issue.number });
  expect(closed.data.state).toBe("closed");
  await git("fetch", "--quiet", `${remote}/ada/shop.git`, "main");
  expect(await git("show", "FETCH_HEAD:fixed.txt")).toBe("fixed");
});
