/** Knows the present name of each repository and the installation that covers it, by the repository's id. */
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import { repoName } from "../../core/github.ts";
import { Closed } from "../../loop/github-port.ts";
import { statusOf } from "../errors.ts";

export interface Placed {
  /** Under the name that it bears now. */
  repo: Repo;
  installation: number;
}

const Installation = z.object({ id: z.number().int(), suspended_at: z.string().nullish() });
const Repository = z.object({
  id: z.number().int(),
  name: z.string().min(1),
  owner: z.object({ login: z.string().min(1) }),
});

export class KnownRepositories {
  readonly #known = new Map<number, Placed>();
  readonly #app: Octokit;
  readonly #installation: (id: number) => Octokit;
  readonly #list: () => Promise<Placed[]>;

  /** `app` is authenticated as the App itself. `list` reads the repositories of all installations. */
  constructor(app: Octokit, installation: (id: number) => Octokit, list: () => Promise<Placed[]>) {
    this.#app = app;
    this.#installation = installation;
    this.#list = list;
  }

  keep(place: Placed): void {
    this.#known.set(place.repo.id, place);
  }

  /** Looks the repository up again at its next request: it has another name now, or GitHub moved a branch of it. */
  forget(id: number): void {
    this.#known.delete(id);
  }

  forgetInstallation(id: number): void {
    for (const [repository, { installation }] of this.#known) {
      if (installation === id) this.#known.delete(repository);
    }
  }

  /**
   * Finds the repository by the name it had, which GitHub redirects until another repository takes the name, else in the lists of all
   * installations. Throws Closed where the App is not installed on it, or suspended there.
   */
  async find(repo: Repo): Promise<Placed> {
    const known = this.#known.get(repo.id);
    if (known !== undefined) return known;
    const named = await this.#byName(repo);
    // Another repository may have taken the name, and requests by the name would change that one.
    const isSame = (place: Placed) => place.repo.id === repo.id;
    const place = named !== null && isSame(named) ? named : (await this.#list()).find(isSame);
    if (place === undefined)
      throw new Closed("removed", `The App is not installed on ${repoName(repo)}. Install it there.`);
    this.keep(place);
    return place;
  }

  /** Finds a repository by a name that it has or had; null: the App is not installed on it, or suspended there. */
  async identify(named: Pick<Repo, "owner" | "name">): Promise<Repo | null> {
    const place = await this.#byName(named).catch((error: unknown) => {
      if (error instanceof Closed) return null;
      throw error;
    });
    if (place !== null) this.keep(place);
    return place?.repo ?? null;
  }

  async #byName(named: Pick<Repo, "owner" | "name">): Promise<Placed | null> {
    const at = { owner: named.owner, repo: named.name };
    try {
      const found = await this.#app.request("GET /repos/{owner}/{repo}/installation", at);
      const { id: installation, suspended_at: suspended } = Installation.parse(found.data);
      if (typeof suspended === "string") throw new Closed("suspended", "The App's installation is suspended.");
      const { data } = await this.#installation(installation).request("GET /repos/{owner}/{repo}", at);
      const { id, owner, name } = Repository.parse(data);
      return { repo: { id, owner: owner.login, name }, installation };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }
}

/**
 * Returns the id of the repository that a URL names by id; null: it names none so. GitHub redirects a request under a former name to
 * the same route below `/repositories/<id>`.
 */
export function movedTo(url: string): number | null {
  const id = /\/repositories\/(\d+)(?:[/?]|$)/.exec(url)?.[1];
  return id === undefined ? null : Number(id);
}
