/** Connects as the GitHub App: finds the repositories it is installed on and keeps one octokit per installation. */
import { setTimeout as sleep } from "node:timers/promises";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import { everyItem } from "../calls.ts";
import { addressOf, meaningOf } from "../errors.ts";
import { KnownRepositories, movedTo, type Placed } from "./known-repositories.ts";
import type { Pacing } from "./pacing.ts";
import { isLoopback, pace } from "./pacing.ts";

export interface ConnectOptions {
  appId: number;
  /** In PEM format. */
  privateKey: string;
  /** Base URL of the REST API, such as `https://ghe.example/api/v3`. */
  baseUrl?: string;
  /** Called with each request's method, URL and status. Never receives bodies or tokens. */
  log?: { debug(message: string): void; warn(message: string): void };
  /** Milliseconds until a request is given up. Default: 20,000. */
  timeoutMs?: number;
  /** Milliseconds between two writes of an installation. Default: 1,000, or 0 on a loopback address. */
  spacingMs?: number;
  now?(): number;
  wait?(ms: number): Promise<void>;
}

export interface AppConnection {
  appId: number;
  /** The author of the App's comments is `<appSlug>[bot]`. */
  appSlug: string;
  /** Returns the octokit of the installation that covers the repository. Throws Refused when no installation does. */
  octokit(repo: Repo): Promise<Octokit>;
  /** Returns the repository under the name that it bears now. Throws Refused when no installation covers it. */
  present(repo: Repo): Promise<Repo>;
  /** Finds the repository by a name that it has or had; null: the App is not installed on it, or suspended there. */
  identify(named: Pick<Repo, "owner" | "name">): Promise<Repo | null>;
  /** Returns the present permissions of that installation, such as `{ contents: "write" }`. */
  granted(repo: Repo): Promise<Record<string, string>>;
  /** Returns the repositories of all installations, without suspended installations and archived repositories. */
  installedRepositories(): Promise<Repo[]>;
  now(): number;
  /** Counts the requests sent since the start. */
  calls(): { reads: number; writes: number };
}

const App = z.object({ slug: z.string().min(1) });
/** The answer to a token request lists the installation's permissions. */
const Token = z.object({ permissions: z.record(z.string(), z.string()).default({}) });
const Installation = z.object({ id: z.number().int(), suspended_at: z.string().nullish() });
const InstalledRepository = z.object({
  id: z.number().int(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
  archived: z.boolean().optional(),
});

/** How long the lists of all installations stand for the search of one repository. They take several requests. */
const LISTED_MS = 60_000;

/** Reads the App's own record. Throws Unavailable, or Refused when GitHub rejects the key. */
export async function connectApp(options: ConnectOptions): Promise<AppConnection> {
  const baseUrl = options.baseUrl ?? "https://api.github.com";
  const counted = { reads: 0, writes: 0 };
  const now = options.now ?? Date.now;
  const pacing: Pacing = {
    spacingMs: options.spacingMs ?? (isLoopback(baseUrl) ? 0 : 1_000),
    timeoutMs: options.timeoutMs ?? 20_000,
    now,
    wait: options.wait ?? ((ms) => sleep(ms)),
    count: (kind) => {
      counted[kind] += 1;
    },
  };

  function open(installationId: number | null): Octokit {
    const octokit = new Octokit({
      baseUrl,
      userAgent: "headgate",
      authStrategy: createAppAuth,
      auth: {
        appId: options.appId,
        privateKey: options.privateKey,
        ...(installationId === null ? {} : { installationId }),
      },
      log: quiet(options.log),
    });
    pace(octokit, pacing);
    return octokit;
  }

  const app = open(null);
  const installations = new Map<number, Octokit>();
  const places = new KnownRepositories(app, installation, listAtMostOnceAMinute);

  function installation(id: number): Octokit {
    let octokit = installations.get(id);
    if (octokit === undefined) {
      octokit = open(id);
      octokit.hook.error("request", (error, request) => {
        // The App was uninstalled, or installed again under another id. Looks the installation up again at the next
        // request.
        if (request.url.endsWith("/access_tokens")) forget(id);
        // The repository was transferred to where this installation does not see it.
        const moved = movedTo(addressOf(error));
        if (moved !== null) places.forget(moved);
        throw error;
      });
      octokit.hook.after("request", (answer, request) => {
        const moved = movedTo(answer.url);
        if (moved !== null && movedTo(request.url) === null) places.forget(moved);
      });
      installations.set(id, octokit);
    }
    return octokit;
  }

  function forget(id: number): void {
    installations.delete(id);
    places.forgetInstallation(id);
  }

  async function listAll(): Promise<Placed[]> {
    const found: Placed[] = [];
    for (const { id, suspended_at } of await everyItem(app, "GET /app/installations", {}, Installation)) {
      if (typeof suspended_at === "string") continue;
      const route = "GET /installation/repositories";
      const listed = await everyItem(installation(id), route, {}, InstalledRepository, "repositories");
      for (const repository of listed) {
        if (repository.archived === true) continue;
        const repo = { id: repository.id, owner: repository.owner.login, name: repository.name };
        const place = { repo, installation: id };
        places.keep(place);
        found.push(place);
      }
    }
    return found;
  }

  let listed: { until: number; places: Promise<Placed[]> } | null = null;
  function listAtMostOnceAMinute(): Promise<Placed[]> {
    if (listed === null || now() >= listed.until) listed = { until: now() + LISTED_MS, places: listAll() };
    return listed.places;
  }

  async function meaning<Value>(operation: string, ask: () => Promise<Value>): Promise<Value> {
    try {
      return await ask();
    } catch (error) {
      throw meaningOf(operation, error, now());
    }
  }

  const { slug } = await meaning("connect", async () => App.parse((await app.request("GET /app")).data));

  return {
    appId: options.appId,
    appSlug: slug,
    now,
    calls: () => ({ ...counted }),
    octokit: (repo) => meaning("installation", async () => installation((await places.find(repo)).installation)),
    present: (repo) => meaning("installation", async () => (await places.find(repo)).repo),
    identify: (named) => meaning("identify", () => places.identify(named)),
    granted: (repo) =>
      meaning("granted", async () => {
        const token = await installation((await places.find(repo)).installation).auth({
          type: "installation",
          refresh: true,
        });
        return Token.parse(token).permissions;
      }),
    installedRepositories: () =>
      meaning("installedRepositories", async () => (await listAll()).map(({ repo }) => repo)),
  };
}

/** Logs failed requests at debug level. Octokit logs them as errors, but the caller handles them as answers. */
function quiet(log: ConnectOptions["log"]) {
  const silent = () => {};
  const debug = log === undefined ? silent : (message: string) => log.debug(message);
  const warn = log === undefined ? silent : (message: string) => log.warn(message);
  // Octokit passes whole requests to `debug`, with their Authorization header.
  return { debug: silent, info: debug, warn, error: debug };
}
