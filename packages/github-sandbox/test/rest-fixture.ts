/** Starts a sandbox in a temporary folder with one repository, its maintainer, and an App installed on it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { type App, type Repository, type Sandbox, type SandboxOptions, startSandbox } from "../src/index.ts";

export interface Fixture {
  sandbox: Sandbox;
  repository: Repository;
  /** Path parameters of the repository. */
  at: { owner: string; repo: string };
  /** The only commit on `main`. */
  sha: string;
  /** The repository owner's Octokit. */
  owner: Octokit;
  app: App;
  privateKey: string;
  installationId: number;
  /** Octokit as the App itself, by JWT. */
  asApp: Octokit;
  /** Octokit as the App's installation. */
  bot: Octokit;
  /** Moves the sandbox's clock. */
  advance(seconds: number): void;
  octokit(token: string | null): Octokit;
  /** Octokit as an installation of another App. */
  installed(app: App, privateKey: string, installationId: number): Octokit;
  close(): Promise<void>;
}

const permissions = { contents: "write", issues: "write", checks: "write", statuses: "write" } as const;

export async function startFixture(
  events: readonly string[] = [],
  options: Partial<SandboxOptions> = {},
): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  let shift = 0;
  const clock = { now: () => new Date(Date.now() + shift) };
  const sandbox = await startSandbox({ dataDir: join(folder, "data"), slots: 1, clock, ...options });
  const { user, token } = sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "shop" });
  const sha = await sandbox.importRepository(repository, smallRepository(join(folder, "source")), "main", "main");
  const { app, privateKey } = await sandbox.createApp({ slug: "gate", name: "Gate", permissions, events });
  const installationId = sandbox.install(app, user, [repository]).id;
  const octokit = (text: string | null) =>
    new Octokit({ baseUrl: sandbox.apiUrl, log: silent, ...(text === null ? {} : { auth: text }) });
  const appOctokit = (auth: object) =>
    new Octokit({ baseUrl: sandbox.apiUrl, log: silent, authStrategy: createAppAuth, auth });
  return {
    sandbox,
    repository,
    at: { owner: "ada", repo: "shop" },
    sha,
    owner: octokit(token),
    app,
    privateKey,
    installationId,
    asApp: appOctokit({ appId: app.id, privateKey }),
    bot: appOctokit({ appId: app.id, privateKey, installationId }),
    installed: (other, key, id) => appOctokit({ appId: other.id, privateKey: key, installationId: id }),
    advance(seconds) {
      shift += seconds * 1000;
    },
    octokit,
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const silent = { debug() {}, info() {}, warn() {}, error() {} };

function smallRepository(folder: string): string {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", folder]);
  writeFileSync(join(folder, "README.md"), "# shop\n");
  execFileSync("git", ["-C", folder, "add", "."]);
  execFileSync("git", ["-C", folder, ...identity, "commit", "--quiet", "--message=Begin"]);
  return folder;
}
