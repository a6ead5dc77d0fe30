/** Fetches the actions that a job's `uses:` name: from its workspace, or from a repository of the sandbox at a ref. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runGit } from "../../git/plumbing/dir.ts";
import type { Repository } from "../../store/entities.ts";
import type { ActionsHost } from "../host/port.ts";
import { commitOf, usableRepository } from "../host/repositories.ts";
import { type Action, parseAction } from "../parse/action.ts";
import { NotHere } from "./lack.ts";
import type { JobFolders } from "./machine/folders.ts";
import { StepError } from "./step-error.ts";

export interface SourcedAction {
  action: Action;
  /** The folder of its `action.yml`. */
  folder: string;
  /** `owner/repo` and the requested ref. For an action of the workspace: the job's own repository and "". */
  repository: string;
  ref: string;
}

function read(folder: string, shown: string): Action {
  const file = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined) throw new StepError(`Can't find 'action.yml' or 'action.yaml' of '${shown}'.`);
  return parseAction(`${shown}/action.yml`, readFileSync(file, "utf8"));
}

export class ActionSources {
  readonly #host: ActionsHost;
  readonly #repository: Repository;
  readonly #folders: JobFolders;
  /** Actions of repositories by their `uses`. An action of the workspace may change between two steps, so it is read anew. */
  readonly #known = new Map<string, SourcedAction>();

  /** `repository` is the job's own: it decides which private repositories the job may use. */
  constructor(host: ActionsHost, repository: Repository, folders: JobFolders) {
    this.#host = host;
    this.#repository = repository;
    this.#folders = folders;
  }

  /** Throws StepError when there is no such action, and NotHere when this machine cannot have it. */
  async get(uses: string): Promise<SourcedAction> {
    const known = this.#known.get(uses);
    if (known !== undefined) return known;
    if (uses.startsWith("./")) {
      const folder = resolve(this.#folders.workspace, uses);
      const own = `${this.#repository.owner}/${this.#repository.name}`;
      return { action: read(folder, uses), folder, repository: own, ref: "" };
    }
    if (uses.startsWith("docker://")) throw new NotHere({ kind: "action-kind", uses, using: "docker" });
    const [, fullName = "", path = "", ref = ""] = /^([^/@]+\/[^/@]+)((?:\/[^@]*)?)@(.+)$/.exec(uses) ?? [];
    if (ref === "" || path.split("/").includes("..")) {
      throw new StepError(`'${uses}' is no action: it should be owner/repository@ref or ./path.`);
    }
    const source = usableRepository(this.#host, this.#repository, fullName);
    if (source === null) throw new NotHere({ kind: "action", uses });
    const sha = await commitOf(this.#host, source, ref);
    if (sha === null) throw new StepError(`Unable to resolve action '${uses}', unable to find version '${ref}'.`);
    const folder = join(await this.#extract(source, sha), path);
    const sourced = { action: read(folder, uses), folder, repository: fullName, ref };
    this.#known.set(uses, sourced);
    return sourced;
  }

  async #extract(repository: Repository, sha: string): Promise<string> {
    const folder = join(this.#folders.actions, `${repository.owner}-${repository.name}-${sha}`);
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    // Uses an index of its own, so that git never writes to the bare repository.
    const options = { env: { GIT_INDEX_FILE: join(this.#folders.temp, `index_${sha}`) } };
    const from = ["-C", folder, "--git-dir", this.#host.gitDir(repository), "--work-tree", folder];
    await runGit([...from, "read-tree", sha], options);
    await runGit([...from, "checkout-index", "--all", "--force"], options);
    return folder;
  }
}
