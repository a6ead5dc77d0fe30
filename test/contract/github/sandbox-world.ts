/** The contract's world in a sandbox: people act over REST with tokens of their own, the adapter as an installed App. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Sandbox } from "@headgate/github-sandbox";
import { startSandbox } from "@headgate/github-sandbox";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import { connectApp, createGitHub } from "../../../src/github/index.ts";
import type { ContractWorld } from "./kit.ts";
import { WORKFLOW } from "./kit.ts";

const APP_PERMISSIONS = {
  actions: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  metadata: "read",
  pull_requests: "write",
  statuses: "read",
  workflows: "write",
} as const;

/** Its job leaves in the artifact what the brief holds: file names and their texts. */
const ATTEMPT_WORKFLOW = `name: Headgate
run-name: headgate \${{ inputs.attempt }}
on:
  workflow_dispatch:
    inputs:
      protocol: { type: string, required: true }
      attempt: { type: string, required: true }
      brief: { type: string, required: true }
permissions:
  contents: read
jobs:
  attempt:
    runs-on: ubuntu-latest
    steps:
      - env:
          BRIEF: \${{ inputs.brief }}
        run: |
          mkdir -p result/files
          node -e '
            const fs = require("node:fs");
            for (const [name, text] of Object.entries(JSON.parse(process.env.BRIEF))) fs.writeFileSync("result/" + name, text);
          '
      - uses: actions/upload-artifact@v4
        with:
          name: headgate-result
          path: result
          if-no-files-found: ignore
`;

/** A repository with a first commit, for the sandbox to fetch. */
async function begin(folder: string): Promise<void> {
  const files = { "README.md": "# App\n", [WORKFLOW]: ATTEMPT_WORKFLOW };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const git = (...words: string[]) => promisify(execFile)("git", words, { cwd: folder });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", ".");
  await git("-c", "user.name=Maya", "-c", "user.email=maya@example.com", "commit", "--quiet", "-m", "Begin");
}

export interface SandboxWorld extends ContractWorld {
  sandbox: Sandbox;
  maintainerToken: string;
}

export async function makeSandboxWorld(): Promise<SandboxWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), "github-contract-"));
  const sandbox = await startSandbox({ dataDir, slots: 2 });
  const silent = () => {};
  const log = { debug: silent, info: silent, warn: silent, error: silent };

  const owner = sandbox.createOrganization("acme");
  const maintainer = sandbox.createUser("maya");
  const stranger = sandbox.createUser("sam");
  const repository = await sandbox.createRepository({ owner, name: "app" });
  sandbox.addCollaborator(repository, maintainer.user, "admin");
  const at = { owner: "acme", repo: "app" };
  const person = new Octokit({ baseUrl: sandbox.apiUrl, auth: maintainer.token, log });

  async function appNamed(slug: string) {
    const { app, privateKey } = await sandbox.createApp({ slug, name: slug, permissions: APP_PERMISSIONS, events: [] });
    const installation = sandbox.install(app, owner, "all");
    return { appId: app.id, privateKey, installationId: installation.id };
  }

  async function push(branch: string, files: Record<string, string | null>): Promise<string> {
    const tip = await person.git.getRef({ ...at, ref: `heads/${branch}` }).catch(() => null);
    const parent = (tip ?? (await person.git.getRef({ ...at, ref: "heads/main" }))).data.object.sha;
    const sha = Object.keys(files).length === 0 ? parent : await commit(parent, files);
    if (tip === null) await person.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha });
    else await person.git.updateRef({ ...at, ref: `heads/${branch}`, sha });
    return sha;
  }

  async function commit(parent: string, files: Record<string, string | null>): Promise<string> {
    const base = await person.git.getCommit({ ...at, commit_sha: parent });
    const tree = Object.entries(files).map(([path, content]) => {
      const common = { path, mode: "100644", type: "blob" } as const;
      return content === null ? { ...common, sha: null } : { ...common, content };
    });
    const written = await person.git.createTree({ ...at, base_tree: base.data.tree.sha, tree });
    const message = `Change ${Object.keys(files).join(", ")}`;
    return (await person.git.createCommit({ ...at, message, tree: written.data.sha, parents: [parent] })).data.sha;
  }

  await begin(join(dataDir, "source"));
  await sandbox.importRepository(repository, join(dataDir, "source"), "main", "main");
  const headgate = await appNamed("headgate");
  const ci = new Octokit({ baseUrl: sandbox.apiUrl, authStrategy: createAppAuth, auth: await appNamed("ci"), log });
  const connection = await connectApp({ ...headgate, baseUrl: sandbox.apiUrl });

  return {
    sandbox,
    maintainerToken: maintainer.token,
    github: createGitHub(connection, readWorkflow),
    repo: { id: repository.id, owner: "acme", name: "app" },
    maintainer: maintainer.user.login,
    stranger: stranger.user.login,
    push,
    async openIssue(issue) {
      return (await person.issues.create({ ...at, ...issue })).data.number;
    },
    async label(issue, label) {
      await person.issues.addLabels({ ...at, issue_number: issue, labels: [label] });
    },
    async unlabel(issue, label) {
      await person.issues.removeLabel({ ...at, issue_number: issue, name: label });
    },
    async comment(issue, body) {
      return (await person.issues.createComment({ ...at, issue_number: issue, body })).data.id;
    },
    async report(sha, name, conclusion) {
      const outcome = conclusion === null ? { status: "in_progress" as const } : { conclusion };
      await ci.checks.create({ ...at, name, head_sha: sha, ...outcome });
    },
    async requireChecks(branch, names) {
      const checks = names.map((context) => ({ context, appId: null }));
      sandbox.setProtection(repository, branch, { requiredStatusChecks: { strict: false, checks } });
    },
    async demand(branch) {
      sandbox.setProtection(repository, branch, {
        requiredApprovals: 2,
        requiredConversationResolution: true,
        requiredLinearHistory: true,
      });
    },
    async review(pull, by, event) {
      const reviewer = new Octokit({ baseUrl: sandbox.apiUrl, auth: sandbox.createUser(by).token, log });
      await reviewer.pulls.createReview({ ...at, pull_number: pull, event, body: "Seen" });
    },
    briefLeaving: (files) => JSON.stringify(files),
    settle: () => sandbox.idle(),
    async close() {
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
