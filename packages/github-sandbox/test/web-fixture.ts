/**
 * Starts a sandbox with content: an issue with a status comment, a pull with a failed and a passed check, a run with
 * logs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { type Sandbox, sandbox as startedSandbox } from "../src/index.ts";
import { silent } from "./rest-fixture.ts";

export interface WebFixture {
  sandbox: Sandbox;
  at: { owner: string; repo: string };
  owner: Octokit;
  bot: Octokit;
  /** The pull's head. */
  head: string;
  close(): Promise<void>;
}

const workflow = `
name: CI
on: pull_request
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Run the tests
        run: |
          printf '\\033[31mFAIL\\033[0m cart.test.js: expected <b>3</b> but got 4\\n'
          exit 1
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: echo all clean
`;

const files: Record<string, string> = {
  "README.md": "# Shop\n\nSee [the guide](docs/guide.md).\n",
  "docs/guide.md": "# Guide\n\n[back](../README.md)\n",
  "cart.js": "export const items = 1;\nexport const price = 2;\n",
  ".github/workflows/ci.yml": workflow,
};

/** A status comment in Headgate's form. */
const statusComment = `<!-- headgate:status -->
> [!IMPORTANT]
> **\`cart\` waits for a person.**
> What to do: \`/headgate retry cart\`.

\`\`\`mermaid
flowchart LR
  t0["✅ parser<br/>Parse dates"]:::done
  t1["🔧 cart #2<br/>Hold several items"]:::parked
  t0 --> t1
  classDef done fill:#dafbe1,stroke:#1a7f37,color:#116329
  classDef parked fill:#ffebe9,stroke:#cf222e,color:#82071e
\`\`\`

| Task | State | Pull request |
|---|---|---|
| \`cart\` | parked | #2 |
`;

export async function startWebFixture(): Promise<WebFixture> {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-web-"));
  const sandbox = await startedSandbox();
  const { user, token } = sandbox.createUser("ada");
  const at = { owner: "ada", repo: "shop" };
  const described = { name: "shop", description: "Where Ada sells things", private: true };
  const repository = await sandbox.createRepository({ owner: user, ...described });
  await sandbox.importRepository(repository, committed(folder), "main", "main");
  sandbox.setProtection(repository, "main", {
    requiredStatusChecks: { strict: true, checks: [{ context: "unit", appId: null }] },
  });
  const permissions = { checks: "write", issues: "write", contents: "write", statuses: "write" } as const;
  const { app, privateKey } = await sandbox.createApp({ slug: "headgate", name: "Headgate", permissions, events: [] });
  const installationId = sandbox.install(app, user, [repository]).id;
  const client = { baseUrl: sandbox.apiUrl, log: silent };
  const owner = new Octokit({ ...client, auth: token });
  const auth = { appId: app.id, privateKey, installationId };
  const bot = new Octokit({ ...client, authStrategy: createAppAuth, auth });

  await owner.rest.issues.create({
    ...at,
    title: "Carts should hold <several> items",
    body: "As a buyer, @ada wants it.",
  });
  await owner.rest.issues.addLabels({ ...at, issue_number: 1, labels: ["headgate"] });
  await bot.rest.issues.createComment({ ...at, issue_number: 1, body: statusComment });
  const { data: main } = await owner.rest.git.getRef({ ...at, ref: "heads/main" });
  const branch = "headgate/1/cart";
  await owner.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: main.object.sha });
  const { data: old } = await owner.rest.repos.getContent({ ...at, path: "cart.js" });
  const { data: changed } = await owner.rest.repos.createOrUpdateFileContents({
    ...at,
    path: "cart.js",
    branch,
    message: "Hold several items",
    content: Buffer.from("export const items = [];\nexport const price = 2;\n").toString("base64"),
    sha: (old as { sha: string }).sha,
  });
  const head = changed.commit.sha ?? "";
  await owner.rest.pulls.create({ ...at, title: "Hold several items", head: branch, base: "main", body: "For #1." });
  await bot.rest.checks.create({
    ...at,
    head_sha: head,
    name: "Headgate",
    conclusion: "neutral",
    details_url: "javascript:alert(1)",
    output: { title: "In the lane", summary: "**Second** in the lane." },
  });
  await sandbox.idle();
  return {
    sandbox,
    at,
    owner,
    bot,
    head,
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function committed(folder: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { stdio: "ignore" });
  git("init", "--initial-branch=main");
  git("add", ".");
  git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--message=Open the shop");
  return folder;
}
