/** Reads the workflow files of commits, and parses each content once. */
import type { Repository } from "../../store/entities.ts";
import type { ActionsHost } from "../host/port.ts";
import { Remembered } from "../host/remembered.ts";
import { type ParseResult, parseWorkflow } from "./workflow.ts";

export interface WorkflowFile {
  path: string;
  parsed: ParseResult;
}

const folder = ".github/workflows";

export class WorkflowFiles {
  readonly #host: ActionsHost;
  readonly #byCommit = new Remembered<Promise<WorkflowFile[]>>();
  readonly #byContent = new Remembered<ParseResult>();

  constructor(host: ActionsHost) {
    this.#host = host;
  }

  /** Returns every workflow file of a commit, sorted by path. */
  at(repository: Repository, commit: string): Promise<WorkflowFile[]> {
    return this.#byCommit.get(`${repository.id}:${commit}`, () => this.#read(repository, commit));
  }

  /** Returns one file of a commit, which need not lie in the workflow folder; null when there is none. */
  async one(repository: Repository, commit: string, path: string): Promise<ParseResult | null> {
    const text = await this.#host.readFile(repository, commit, path);
    return text === null ? null : this.#parse(path, text);
  }

  async #read(repository: Repository, commit: string): Promise<WorkflowFile[]> {
    const names = await this.#host.listFolder(repository, commit, folder);
    const paths = names.filter((name) => /\.ya?ml$/.test(name)).map((name) => `${folder}/${name}`);
    const files = await Promise.all(
      paths.sort().map(async (path) => ({ path, parsed: await this.one(repository, commit, path) })),
    );
    return files.flatMap(({ path, parsed }) => (parsed === null ? [] : { path, parsed }));
  }

  #parse(path: string, text: string): ParseResult {
    return this.#byContent.get(`${path}\0${text}`, () => parseWorkflow(path, text));
  }
}
