/** Sets the sessions up: a running sandbox, people and an App with recorded Octokits, and repositories. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { App, Sandbox, User } from "../../src/index.ts";
import type { Events } from "../judge/webhook.ts";

/** A type alias: an interface is not assignable to Octokit's parameters. */
export type Place = { owner: string; repo: string };

export interface Stage {
  sandbox: Sandbox;
  /** Owns every repository. */
  ada: Octokit;
  /** May write in every repository. */
  wim: Octokit;
  /** May read every repository. */
  rea: Octokit;
  /** Signed out. */
  nobody: Octokit;
  app: App;
  /** The App itself, by its JWT. */
  asApp: Octokit;
  /**
   * Returns an Octokit of the App's installation on ada's account. Its token reaches the repositories that exist by
   * now.
   */
  bot(): Octokit;
  installationId: number;
  /** Returns an Octokit of an App without subscriptions. It gets only webhooks meant for it alone. */
  quiet(): Octokit;
  /** An organisation and the App's installation on it. */
  organization: User;
  /** An Octokit for a token. */
  octokit(token: string): Octokit;
  /** Sends a request of ada's that Octokit would not send. */
  raw(method: string, path: string, body?: string): Promise<Response>;
  /** Makes a repository of ada's with a first commit on `main`. */
  repository(name: string, files?: Files): Promise<Place>;
  /** Commits the files to a branch and returns the SHA. A new branch starts at `main`. */
  commit(place: Place, branch: string, files: Files): Promise<string>;
}

export type Files = Record<string, string>;

const permissions = {
  actions: "write",
  administration: "write",
  checks: "write",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  statuses: "write",
  workflows: "write",
} as const;

export interface Wiring {
  sandbox: Sandbox;
  fetch: typeof fetch;
  /** The target of webhooks. */
  webhookUrl: string;
  events: Events;
}

export async function setStage({ sandbox, fetch, webhookUrl, events }: Wiring): Promise<Stage> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const common = { baseUrl: sandbox.apiUrl, log: silent, request: { fetch } };
  const octokit = (token: string) => new Octokit({ ...common, auth: token });
  const person = (login: string) => {
    const { user, token } = sandbox.createUser(login);
    return { user, token, octokit: octokit(token) };
  };
  const [owner, writer, reader] = [person("ada"), person("wim"), person("rea")];
  const organization = sandbox.createOrganization("guild");
  const target = { permissions, webhookUrl, webhookSecret: "s3cret" };
  const manifest = { slug: "gate", name: "Gate", events: events.ofApps, ...target };
  const { app, privateKey } = await sandbox.createApp(manifest, owner.user);
  const installed = sandbox.install(app, owner.user, "all");
  sandbox.install(app, organization, "all");
  // Subscribes to what the first App cannot, so that each webhook arrives once.
  const ear = await sandbox.createApp({ slug: "ear", name: "Ear", events: events.others, ...target }, owner.user);
  sandbox.install(ear.app, owner.user, "all");
  sandbox.install(ear.app, organization, "all");
  const still = await sandbox.createApp({ slug: "quiet", name: "Quiet", events: [], ...target }, owner.user);
  const stillInstalled = sandbox.install(still.app, owner.user, "all");
  const signed = (auth: object) => new Octokit({ ...common, authStrategy: createAppAuth, auth });
  const ada = owner.octokit;

  async function commit(place: Place, branch: string, files: Files): Promise<string> {
    const tip = async (name: string) => {
      const { data } = await ada.rest.git.listMatchingRefs({ ...place, ref: `heads/${name}` });
      return data.find((each) => each.ref === `refs/heads/${name}`)?.object.sha;
    };
    const there = await tip(branch);
    const parent = there ?? (await tip("main"));
    const tree = Object.entries(files).map(([path, content]) => ({
      path,
      content,
      mode: "100644" as const,
      type: "blob" as const,
    }));
    const from = parent === undefined ? {} : { base_tree: parent };
    const { data: root } = await ada.rest.git.createTree({ ...place, ...from, tree });
    const parents = parent === undefined ? [] : [parent];
    const message = `Change ${Object.keys(files).join(", ")}`;
    const { data: made } = await ada.rest.git.createCommit({ ...place, message, tree: root.sha, parents });
    if (there === undefined) await ada.rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: made.sha });
    else await ada.rest.git.updateRef({ ...place, ref: `heads/${branch}`, sha: made.sha });
    return made.sha;
  }

  return {
    sandbox,
    ada,
    wim: writer.octokit,
    rea: reader.octokit,
    nobody: new Octokit(common),
    app,
    asApp: signed({ appId: app.id, privateKey }),
    bot: () => signed({ appId: app.id, privateKey, installationId: installed.id }),
    installationId: installed.id,
    quiet: () => signed({ appId: still.app.id, privateKey: still.privateKey, installationId: stillInstalled.id }),
    organization,
    octokit,
    raw(method, path, body) {
      const headers = { authorization: `Bearer ${owner.token}` };
      return fetch(`${sandbox.apiUrl}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    },
    commit,
    async repository(name, files = {}) {
      const repository = await sandbox.createRepository({ owner: owner.user, name });
      sandbox.addCollaborator(repository, writer.user, "write");
      sandbox.addCollaborator(repository, reader.user, "read");
      const place = { owner: "ada", repo: name };
      await commit(place, "main", { "README.md": `# ${name}\n`, ...files });
      return place;
    },
  };
}

/** @throws Error unless the call is refused with this status. The session would otherwise miss the case it is for. */
export async function refused(status: number, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => "accepted",
    (error: { status?: number; message: string }) => error.status ?? error.message,
  );
  if (outcome !== status) throw new Error(`expected a refusal with ${status}, got ${outcome}`);
}

/** Asks until there is an answer, waiting for the sandbox to be idle before each try. */
export async function until<Value>(stage: Stage, observe: () => Promise<Value | undefined>): Promise<Value> {
  for (let round = 0; round < 100; round += 1) {
    const found = await observe();
    if (found !== undefined) return found;
    await stage.sandbox.idle();
  }
  throw new Error("what was waited for did not come about");
}
