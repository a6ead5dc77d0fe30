/** What a session plays on: the running sandbox, people and an App who speak to it through recorded Octokits, and repositories. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import type { App, Sandbox, User } from "../../src/index.ts";
import type { Events } from "../judge/webhook.ts";

/** A type and not an interface, since only that passes for Octokit's parameters. */
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
  /** The App's installation on ada's account, with a token that reaches the repositories that are there by now. */
  bot(): Octokit;
  installationId: number;
  /** The installation of an App that subscribes to nothing, and so hears only what is for it alone. */
  quiet(): Octokit;
  /** An organisation and the App's installation on it. */
  organization: User;
  /** An Octokit for a token. */
  octokit(token: string): Octokit;
  /** A request of ada's that no Octokit would send. */
  raw(method: string, path: string, body?: string): Promise<Response>;
  /** A new repository of ada's with a first commit on `main`. */
  repository(name: string, files?: Files): Promise<Place>;
  /** A commit of these files on a branch; a new branch starts at `main`. Answers with its SHA. */
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
  /** Where webhooks go. */
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
  // Hears what the other cannot subscribe to, so that each webhook comes once.
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

/** @throws Error when the call is not refused with this status: the session would not show what it is there for. */
export async function refused(status: number, call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => "accepted",
    (error: { status?: number; message: string }) => error.status ?? error.message,
  );
  if (outcome !== status) throw new Error(`expected a refusal with ${status}, got ${outcome}`);
}

/** Asks again, each time after everything under way has come to its end, until there is an answer. */
export async function until<Value>(stage: Stage, observe: () => Promise<Value | undefined>): Promise<Value> {
  for (let round = 0; round < 100; round += 1) {
    const found = await observe();
    if (found !== undefined) return found;
    await stage.sandbox.idle();
  }
  throw new Error("what was waited for did not come about");
}
