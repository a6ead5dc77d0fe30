/** Calls GitHub: each call takes a documented route, its parameters and a schema of the fields that Headgate reads. */
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import { Refused, Unavailable } from "../loop/github-port.ts";
import { statusOf } from "./errors.ts";

type Parameters = Record<string, unknown>;

export interface Calls {
  /** Sends one request and parses the answer. Fills in `{owner}` and `{repo}` of the route. */
  one<Schema extends z.ZodType>(
    repo: Repo,
    route: string,
    parameters: Parameters,
    schema: Schema,
  ): Promise<z.infer<Schema>>;
  /** Like `one`, but returns null when GitHub answers 404. */
  oneOrNull<Schema extends z.ZodType>(
    repo: Repo,
    route: string,
    parameters: Parameters,
    schema: Schema,
  ): Promise<z.infer<Schema> | null>;
  /**
   * Returns all items of all pages, 100 a page, up to `MAX_ITEMS`. `key` names the list where GitHub wraps it: `{
   * total_count, [key] }`.
   */
  all<Schema extends z.ZodType>(
    repo: Repo,
    route: string,
    parameters: Parameters,
    schema: Schema,
    key?: string,
  ): Promise<z.infer<Schema>[]>;
  /** Sends a request and discards the answer. */
  send(repo: Repo, route: string, parameters: Parameters): Promise<void>;
  /**
   * Downloads the bytes behind a route that redirects to storage. Returns null on 404 and 410. Beyond `maxBytes`,
   * `refuse` throws Refused and `keep-end` returns the last `maxBytes`.
   */
  download(repo: Repo, route: string, parameters: Parameters, limit: DownloadLimit): Promise<Uint8Array | null>;
}

export interface DownloadLimit {
  maxBytes: number;
  beyond: "refuse" | "keep-end";
}

/** Bounds the memory that one repository can take, such as with a pull request of ten thousand checks. */
const MAX_ITEMS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;

export function createCalls(octokitFor: (repo: Repo) => Promise<Octokit>): Calls {
  async function request(repo: Repo, route: string, parameters: Parameters) {
    const octokit = await octokitFor(repo);
    return octokit.request(route, { owner: repo.owner, repo: repo.name, ...parameters });
  }

  const calls: Calls = {
    async one(repo, route, parameters, schema) {
      const answer = await request(repo, route, parameters);
      return schema.parse(answer.data);
    },

    async oneOrNull(repo, route, parameters, schema) {
      try {
        return await calls.one(repo, route, parameters, schema);
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },

    async all(repo, route, parameters, schema, key) {
      const octokit = await octokitFor(repo);
      return everyItem(octokit, route, { owner: repo.owner, repo: repo.name, ...parameters }, schema, key);
    },

    async send(repo, route, parameters) {
      await request(repo, route, parameters);
    },

    async download(repo, route, parameters, limit) {
      // Follows the redirect by hand. On a server with a single host, fetch would send the App's token along to the
      // storage.
      const options = { request: { redirect: "manual", parseSuccessResponseBody: false } };
      let location: string | number | undefined;
      try {
        location = (await request(repo, route, { ...parameters, ...options })).headers.location;
      } catch (error) {
        if (statusOf(error) === 404 || statusOf(error) === 410) return null;
        throw error;
      }
      if (typeof location !== "string") throw new Unavailable(`${route}: GitHub gave no link to download`);
      return fetchLimited(location, limit);
    },
  };
  return calls;
}

/**
 * Returns every item behind a list route. Octokit's own pagination turns a 409 or a truncated body into an empty list.
 * Here that would mean "no such comment yet", and Headgate would post a second comment.
 */
export async function everyItem<Schema extends z.ZodType>(
  octokit: Octokit,
  route: string,
  parameters: Parameters,
  schema: Schema,
  key?: string,
): Promise<z.infer<Schema>[]> {
  const items: z.infer<Schema>[] = [];
  let answer = await octokit.request(route, { per_page: 100, ...parameters });
  for (;;) {
    const page = key === undefined ? answer.data : z.object({ [key]: z.unknown() }).parse(answer.data)[key];
    items.push(...z.array(schema).parse(page));
    const next = /<([^<>]+)>;\s*rel="next"/.exec(answer.headers.link ?? "")?.[1];
    if (next === undefined || items.length >= MAX_ITEMS) return items;
    answer = await octokit.request(`GET ${next}`);
  }
}

async function fetchLimited(url: string, limit: DownloadLimit): Promise<Uint8Array | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok || response.body === null) throw new Unavailable(`Download answered HTTP ${response.status}`);
    return await collect(response.body, limit);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Refused) throw error;
    throw new Unavailable("The download broke off", null, { cause: error });
  }
}

async function collect(body: AsyncIterable<Uint8Array>, { maxBytes, beyond }: DownloadLimit): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes && beyond === "refuse") throw new Refused(`The download is larger than ${maxBytes} bytes`);
    while (length - chunks[0]!.length >= maxBytes) length -= chunks.shift()!.length;
  }
  const whole = Buffer.concat(chunks);
  return whole.subarray(Math.max(0, whole.length - maxBytes));
}
