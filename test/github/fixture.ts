/** The adapter under test over a GitHub that nock plays. A test that leaves an answer unused, or asks for one it did not give, fails. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Octokit } from "@octokit/rest";
import nock from "nock";
import { afterEach, beforeEach, expect } from "vitest";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { createGitHub } from "../../src/github/index.ts";

const API = "https://api.github.com";
export const repo = { id: 1, owner: "acme", name: "app" };
export const REPO = "/repos/acme/app";
export const NOW = Date.parse("2026-11-01T12:00:00Z");
const OWN_APP = { appId: 7, appSlug: "headgate" };

const silent = () => {};

export function githubWith(baseUrl = API, timeoutMs = 5_000) {
  const octokit = new Octokit({
    baseUrl,
    auth: "ghs_installation",
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  octokit.hook.before("request", (options) => {
    options.request = { ...options.request, signal: AbortSignal.timeout(timeoutMs) };
  });
  const connection = {
    ...OWN_APP,
    octokit: async () => octokit,
    present: async (named: typeof repo) => named,
    granted: async () => ({}),
    now: () => NOW,
    calls: () => ({ reads: 0, writes: 0 }),
  };
  return createGitHub(connection, readWorkflow);
}

export function api() {
  return nock(API);
}

export function sha(character: string): string {
  return character.repeat(40);
}

export function playGitHub(): void {
  beforeEach(() => {
    nock.disableNetConnect();
  });
  afterEach(() => {
    const unused = nock.pendingMocks();
    nock.cleanAll();
    nock.enableNetConnect();
    expect(unused).toEqual([]);
  });
}

/** A server that takes requests and never answers; nock's delays and fetch's aborts do not go together. */
export async function withSilentServer(use: (baseUrl: string) => Promise<void>): Promise<void> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  nock.enableNetConnect("127.0.0.1");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The error a promise ends in. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`it succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}
