/**
 * Gives the aggregates of earlier versions, which bear their repository's name, names with its id. Until then a webhook would not find
 * them, and a label would begin a second feature on the same issue.
 *
 * - The server listens only afterwards. Where GitHub does not answer, it is asked again.
 * - A repository that the App cannot see has no id here. Its aggregates rest until the App sees it, and then take their new names before
 *   anything else of that repository is read.
 */
import { type Repo, repoName } from "../core/github.ts";
import { byId, formerName } from "../core/migrations/identity.ts";
import { Unavailable } from "./github-port.ts";
import type { Log } from "./outside.ts";
import { describe } from "./step.ts";
import type { Store } from "./store-port.ts";

export type Identify = (named: Pick<Repo, "owner" | "name">) => Promise<Repo | null>;

export interface Adoption {
  /** Adopts everything of the repositories that the App sees. Resolves once GitHub has answered for each. */
  all(): Promise<void>;
  /** Adopts what has rested of this repository. Called before anything of it is decided. */
  of(repo: Repo): Promise<void>;
}

interface Needs {
  store: Store;
  /** Finds a repository by a name it has or had; null: the App sees none. */
  identify: Identify;
  log: Log;
  wait(ms: number): Promise<void>;
}

const PAGE = 1_000;
/** Aggregates that are renamed in one transaction. Each takes two locks of the database. */
const BATCH = 500;
const LONGEST_WAIT_MS = 60_000;
/** About five minutes. The process then ends, and its supervisor starts it again. */
const MAX_TRIES = 10;

export function adoption({ store, identify, log, wait }: Needs): Adoption {
  /** The aggregates that rest, by the name of their repository. */
  const resting = new Map<string, string[]>();

  async function find(): Promise<void> {
    for (let after: string | undefined = ""; after !== undefined; ) {
      const names: string[] = await store.named(after, PAGE);
      for (const aggregate of names) {
        const named = formerName(aggregate);
        if (named === null) continue;
        const name = `${named.owner}/${named.name}`;
        resting.set(name, [...(resting.get(name) ?? []), aggregate]);
      }
      after = names.at(-1);
    }
  }

  async function asked(named: Pick<Repo, "owner" | "name">): Promise<Repo | null> {
    for (let tries = 1, pause = 1_000; ; tries += 1, pause = Math.min(2 * pause, LONGEST_WAIT_MS)) {
      try {
        return await identify(named);
      } catch (error) {
        if (tries === MAX_TRIES) throw error;
        log.warn({ ...named, error: describe(error) }, "GitHub does not name a repository's id; it is asked again");
        await wait(error instanceof Unavailable ? (error.afterMs ?? pause) : pause);
      }
    }
  }

  async function adopt(name: string, { id }: Repo): Promise<void> {
    const aggregates = resting.get(name) ?? [];
    const [owner = "", repository = ""] = name.split("/");
    const rewrite = byId({ owner, name: repository }, id);
    const moves = aggregates.map((from) => ({ from, to: rewrite.text(from) }));
    for (let at = 0; at < moves.length; at += BATCH) {
      const taken = await store.rename(moves.slice(at, at + BATCH), rewrite);
      if (taken.length > 0) log.warn({ taken }, "a repository was renamed before; these of its former name have ended");
    }
    resting.delete(name);
    log.info({ repository: name, id, aggregates: aggregates.length }, "stored work is kept by its repository's id now");
  }

  return {
    async all() {
      await find();
      const found: { name: string; repo: Repo }[] = [];
      for (const name of resting.keys()) {
        const [owner = "", repository = ""] = name.split("/");
        const repo = await asked({ owner, name: repository });
        if (repo !== null) found.push({ name, repo });
        else log.warn({ repository: name }, "the App does not see this repository; its work rests until it does");
      }
      // What has gone on under the present name counts, where an earlier version began a second life after a rename.
      const isPresent = ({ name, repo }: (typeof found)[number]) => name.toLowerCase() === repoName(repo).toLowerCase();
      for (const one of found.sort((a, b) => Number(isPresent(b)) - Number(isPresent(a))))
        await adopt(one.name, one.repo);
    },
    async of(repo) {
      if (resting.size === 0) return;
      for (const name of [...resting.keys()]) {
        if (name.toLowerCase() === repoName(repo).toLowerCase()) await adopt(name, repo);
      }
    },
  };
}
