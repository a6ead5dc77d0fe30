/** The workflow files of a commit, parsed once per content. */
import type { Repository, Workflow as WorkflowEntity } from "../../store/entities.ts";
import type { ActionsHost } from "../host/port.ts";
import { Remembered } from "../host/remembered.ts";
import { type ParseResult, parseWorkflow } from "./workflow-file.ts";

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

  /** Every workflow file of a commit, by path. */
  at(repository: Repository, commit: string): Promise<WorkflowFile[]> {
    return this.#byCommit.get(`${repository.id}:${commit}`, () => this.#read(repository, commit));
  }

  async one(repository: Repository, commit: string, path: string): Promise<ParseResult | null> {
    const text = await this.#host.readFile(repository, commit, path);
    return text === null ? null : this.#parse(path, text);
  }

  /** The workflow's entity, made or renamed when its file says so. */
  entity(repository: Repository, path: string, parsed: ParseResult): WorkflowEntity {
    const { store } = this.#host;
    const table = store.table("workflows");
    const name = "workflow" in parsed ? parsed.workflow.name : path;
    const known = table.find((entity) => entity.repositoryId === repository.id && entity.path === path);
    if (known === undefined) {
      const now = store.now();
      const made = { id: store.nextId(), repositoryId: repository.id, path, name, createdAt: now, updatedAt: now };
      return table.put({ ...made, state: "active" });
    }
    return known.name === name || "errors" in parsed ? known : table.put({ ...known, name, updatedAt: store.now() });
  }

  isDisabled(repository: Repository, path: string): boolean {
    const table = this.#host.store.table("workflows");
    const known = table.find((entity) => entity.repositoryId === repository.id && entity.path === path);
    return known?.state === "disabled_manually";
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
