/**
 * Sets up the GitHub of a run: a sandbox with the imported repository, Headgate installed and an issue that only lacks
 * the label. Each step reuses what an earlier run left in the same data folder.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { App, Repository } from "@headgate/github-sandbox";
import type { SandboxApart } from "@headgate/github-sandbox/process";
import { Octokit } from "@octokit/rest";
import { stringify } from "yaml";
import { type ModelWait, readToldModelWait } from "../../config/model-waits.ts";
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import { BadInput } from "../bad-input.ts";
import { cacheFolder } from "../folders.ts";
import { commitFolder } from "../git.ts";
import { npmSettings } from "../machine/npm-settings.ts";
import { loadSandboxProcess } from "../packages.ts";
import { appManifest, publishHeadgate, withFolder } from "../setup.ts";
import type { RunOptions } from "./options.ts";
import type { Source } from "./source.ts";
import { SETUP_BRANCH } from "./source.ts";

export const MAINTAINER = "you";

/** Octokit prints every refused request, also those that are tried again. Callers say what matters. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export interface Site {
  sandbox: SandboxApart;
  repository: Repository;
  /** A client that acts as the repository's owner. */
  owner: Octokit;
  ownerToken: string;
  app: App;
  privateKey: string;
  webhookSecret: string;
  base: string;
  issue: number;
  /** SHA of the base branch when the run began, or began again. */
  tip: string;
}

export interface ModelAccess {
  apiKey: string | null;
  baseUrl: string | null;
}

export async function openSite(
  options: RunOptions,
  source: Source,
  dataDir: string,
  access: ModelAccess,
  /** Called with each wait of an agent for a model that does not answer. */
  onWait: (wait: ModelWait) => void = () => {},
): Promise<Site> {
  const { startSandboxApart } = await loadSandboxProcess();
  const sandbox = await startSandboxApart({
    dataDir: join(dataDir, "sandbox"),
    port: options.port,
    // Agents and checks share the runners, as on GitHub. Reserves some, or the checks of the agents' changes would
    // starve.
    slots: options.maxParallel + 4,
    toolsDir: join(cacheFolder(process.env), "tools"),
    anyVersion: options.anyVersion,
    // Keeps these values from agents: only the jobs of checks get them.
    secretEnvironment: { values: options.jobEnv, notFor: [ATTEMPT_WORKFLOW] },
    npmrc: await npmSettings(),
    debugged({ workflow, text }) {
      const wait = workflow === ATTEMPT_WORKFLOW ? readToldModelWait(text) : null;
      if (wait !== null) onWait(wait);
    },
  });
  try {
    await publishHeadgate(sandbox);
    const { user, token } = await sandbox.createUser(MAINTAINER);
    const repository = await sandbox.createRepository({ owner: user, name: source.name });
    await importSetup(sandbox, repository, options);
    const known = await tip(sandbox, token, repository, source.branch);
    if (access.apiKey !== null) await sandbox.setSecret(repository, "ANTHROPIC_API_KEY", access.apiKey);
    await sandbox.setVariable(repository, "ANTHROPIC_BASE_URL", access.baseUrl ?? "");
    await sandbox.showBranch(repository, source.branch);
    const { app, privateKey } = await registerApp(sandbox);
    await sandbox.install(app, user, [repository]);
    const owner = new Octokit({ auth: token, baseUrl: sandbox.apiUrl, log: quiet });
    return {
      sandbox,
      repository,
      owner,
      ownerToken: token,
      app,
      privateKey,
      webhookSecret: randomBytes(20).toString("hex"),
      base: source.branch,
      issue: await openIssue(owner, repository, options),
      tip: known ?? (await importSource(sandbox, repository, source)),
    };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

async function importSource(sandbox: SandboxApart, repository: Repository, source: Source): Promise<string> {
  try {
    return await sandbox.importRepository(repository, source.url, source.ref, source.branch);
  } catch (error) {
    const said = (error as Error).message;
    const line = /(?:fatal|error): .*/.exec(said)?.[0] ?? said;
    throw new BadInput(`--repo: ${source.url} cannot be fetched: ${line}`, { cause: error });
  }
}

/**
 * Imports the repository. The sandbox repository's default branch holds only the attempt workflow, so that the imported
 * branch stays unchanged. Dispatches run from the default branch; pull requests target the imported branch.
 */
async function importSetup(sandbox: SandboxApart, repository: Repository, options: RunOptions): Promise<void> {
  await withFolder(async (folder) => {
    await mkdir(join(folder, ".github", "workflows"), { recursive: true });
    await writeFile(join(folder, ATTEMPT_WORKFLOW), attemptWorkflow(options));
    await commitFolder(folder, SETUP_BRANCH, "The attempt workflow");
    await sandbox.importRepository(repository, folder, `refs/heads/${SETUP_BRANCH}`, SETUP_BRANCH);
  });
}

/** Returns the content of a repository's `.github/workflows/headgate.yml`, with this run's engine. */
export function attemptWorkflow(options: Pick<RunOptions, "engine" | "agentCommand">): string {
  const input = { type: "string", required: true };
  return stringify({
    name: "Headgate",
    "run-name": "headgate ${{ inputs.attempt }}",
    on: { workflow_dispatch: { inputs: { protocol: input, attempt: input, brief: input } } },
    permissions: { contents: "read" },
    jobs: {
      attempt: {
        uses: "headgate/headgate/.github/workflows/attempt.yml@v1",
        with: {
          protocol: "${{ inputs.protocol }}",
          attempt: "${{ inputs.attempt }}",
          brief: "${{ inputs.brief }}",
          engine: options.engine,
          command: options.agentCommand,
          "anthropic-base-url": "${{ vars.ANTHROPIC_BASE_URL }}",
        },
        secrets: { ANTHROPIC_API_KEY: "${{ secrets.ANTHROPIC_API_KEY }}" },
      },
    },
  });
}

async function registerApp(sandbox: SandboxApart): Promise<{ app: App; privateKey: string }> {
  const known = await sandbox.findApp("headgate");
  // GitHub shows a private key once and never stores it. An App from an earlier run needs a new key.
  if (known !== undefined) return { app: known, privateKey: await sandbox.renewAppKey(known) };
  return sandbox.createApp(await appManifest());
}

async function openIssue(owner: Octokit, repository: Repository, options: RunOptions): Promise<number> {
  const where = { owner: repository.owner, repo: repository.name };
  // Takes the oldest issue: in a kept sandbox, people may have opened more.
  const oldest = { sort: "created", direction: "asc", per_page: 100 } as const;
  const { data } = await owner.rest.issues.listForRepo({ ...where, ...oldest, state: "all" });
  const known = data.find((issue) => issue.pull_request === undefined);
  if (known !== undefined) return known.number;
  const created = await owner.rest.issues.create({ ...where, title: options.issue.title, body: options.issue.body });
  return created.data.number;
}

async function tip(
  sandbox: SandboxApart,
  token: string,
  repository: Repository,
  branch: string,
): Promise<string | null> {
  const octokit = new Octokit({ auth: token, baseUrl: sandbox.apiUrl });
  const where = { owner: repository.owner, repo: repository.name };
  const { data } = await octokit.rest.git.listMatchingRefs({ ...where, ref: `heads/${branch}` });
  return data.find((ref) => ref.ref === `refs/heads/${branch}`)?.object.sha ?? null;
}
