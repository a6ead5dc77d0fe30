/** Calls GitHub: each call takes a documented route, its parameters and a schema of the fields that Headgate reads. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import { Refused, Unavailable } from "../loop/github-port.ts";
import { movedTo } from "./connection/known-repositories.ts";
import { addressOf, statusOf } from "./errors.ts";
import { Recent } from "./memory/recent.ts";

type Parameters = Record<string, unknown>;

export interface Calls {
  /** Sends one request and parses the answer. Fills in `{owner}` and `{repo}` of the route. */
  one<Schema extends z.ZodType>(
    repo: Repo,
    route: string,
    parameters: Parameters,
    schema: Schema,
  ): Promise<z.infer<Schema>>;
  /** Like `one`, for what never changes, such as a commit by its SHA. Remembers the answers. */
  once<Schema extends z.ZodType>(
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
  /** Sends a GraphQL query, with the repository's owner and name as `$owner` and `$repo`. Throws where part of it is refused. */
  query<Schema extends z.ZodType>(
    repo: Repo,
    query: string,
    variables: Record<string, string>,
    schema: Schema,
  ): Promise<z.infer<Schema>>;
  /** Sends a request and discards the answer. */
  send(repo: Repo, route: string, parameters: Parameters): Promise<void>;
  /** Downloads the last `maxBytes` behind a route that redirects to storage. Returns null on 404 and 410. */
  downloadEnd(repo: Repo, route: string, parameters: Parameters, maxBytes: number): Promise<Uint8Array | null>;
  /**
   * Writes the bytes behind such a route to a new file. Returns false on 404 and 410. Throws TooLarge beyond `maxBytes`, and the
   * caller removes the file.
   */
  downloadTo(file: string, repo: Repo, route: string, parameters: Parameters, maxBytes: number): Promise<boolean>;
}

/** A download is larger than its limit. */
export class TooLarge extends Refused {}

/** Bounds the memory that one repository can take, such as with a pull request of ten thousand checks. */
const MAX_ITEMS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;
/** Answers that `once` remembers, of about a kilobyte each. */
const MAX_REMEMBERED = 1_000;

export function createCalls(octokitFor: (repo: Repo) => Promise<Octokit>): Calls {
  /** Asks once more where the repository was transferred and another installation sees it there: the refused request did nothing. */
  async function asked<Answer>(repo: Repo, ask: (octokit: Octokit) => Promise<Answer>): Promise<Answer> {
    const octokit = await octokitFor(repo);
    try {
      return await ask(octokit);
    } catch (error) {
      const present = movedTo(addressOf(error)) === repo.id ? await octokitFor(repo) : octokit;
      if (present === octokit) throw error;
      return await ask(present);
    }
  }

  function request(repo: Repo, route: string, parameters: Parameters) {
    return asked(repo, (octokit) => octokit.request(route, { owner: repo.owner, repo: repo.name, ...parameters }));
  }

  const remembered = new Recent<unknown>(MAX_REMEMBERED);

  const calls: Calls = {
    async once(repo, route, parameters, schema) {
      const key = JSON.stringify([repo.id, route, parameters]);
      const answer = schema.parse(remembered.get(key) ?? (await calls.one(repo, route, parameters, z.unknown())));
      remembered.set(key, answer);
      return answer;
    },

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
      const given = { owner: repo.owner, repo: repo.name, ...parameters };
      return asked(repo, (octokit) => everyItem(octokit, route, given, schema, key));
    },

    async query(repo, query, variables, schema) {
      const octokit = await octokitFor(repo);
      return schema.parse(await octokit.graphql(query, { owner: repo.owner, repo: repo.name, ...variables }));
    },

    async send(repo, route, parameters) {
      await request(repo, route, parameters);
    },

    async downloadEnd(repo, route, parameters, maxBytes) {
      const location = await locationOf(repo, route, parameters);
      return location === null ? null : fetched(location, (body) => endOf(body, maxBytes));
    },

    async downloadTo(file, repo, route, parameters, maxBytes) {
      const location = await locationOf(repo, route, parameters);
      if (location === null) return false;
      const written = await fetched(location, async (body) => {
        await pipeline(body, limited(maxBytes), createWriteStream(file, { flags: "wx", mode: 0o600 }));
        return true;
      });
      return written ?? false;
    },
  };

  /** Returns where the bytes of a route are stored; null on 404 and 410. */
  async function locationOf(repo: Repo, route: string, parameters: Parameters): Promise<string | null> {
    // Follows the redirect by hand. On a server with a single host, fetch would send the App's token along to the
    // storage.
    const options = { request: { redirect: "manual", parseSuccessResponseBody: false } };
    try {
      const { location } = (await request(repo, route, { ...parameters, ...options })).headers;
      if (typeof location === "string") return location;
    } catch (error) {
      if (statusOf(error) === 404 || statusOf(error) === 410) return null;
      throw error;
    }
    throw new Unavailable(`${route}: GitHub gave no link to download`);
  }

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

type Body = AsyncIterable<Uint8Array>;

/** Returns null on 404 and 410. */
async function fetched<Result>(url: string, take: (body: Body) => Promise<Result>): Promise<Result | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok || response.body === null) throw new Unavailable(`Download answered HTTP ${response.status}`);
    return await take(response.body);
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Refused) throw error;
    throw new Unavailable("The download broke off", null, { cause: error });
  }
}

function limited(maxBytes: number): (body: Body) => Body {
  return async function* (body) {
    let length = 0;
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes) throw new TooLarge(`The download is larger than ${maxBytes} bytes`);
      yield chunk;
    }
  };
}

async function endOf(body: Body, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    while (length - chunks[0]!.length >= maxBytes) length -= chunks.shift()!.length;
  }
  const whole = Buffer.concat(chunks);
  return whole.subarray(Math.max(0, whole.length - maxBytes));
}
