/**
 * Checks that every guarded content that reaches the base had been approved by somebody with write access: by a review of a head
 * that has it, or by a command after a head had it.
 */
import { BOT, type GitHubModel, type Pull, type ServerFact } from "../github/model.ts";
import type { Files } from "../github/objects.ts";
import { isGuarded } from "../world/contents.ts";
import type { Court } from "./court.ts";

const COMMAND = /^\/headgate approve ([a-z0-9-]+)$/;

export class ApprovalJudge {
  readonly #court: Court;
  readonly #github: GitHubModel;
  /** All tips that each branch has had. */
  readonly #tips = new Map<string, Set<string>>();
  /** The heads whose contents somebody approved, by the branch of the pull: another pull of it may take the place of a closed one. */
  readonly #approved = new Map<string, Set<string>>();

  constructor({ court, github }: { court: Court; github: GitHubModel }) {
    this.#court = court;
    this.#github = github;
    github.witnesses.push((fact) => this.#witness(fact));
  }

  #witness(fact: ServerFact): void {
    switch (fact.kind) {
      case "branch":
        if (fact.to !== null) setOf(this.#tips, fact.branch).add(fact.to);
        return;
      case "reviewed":
        if (fact.verdict === "APPROVED" && this.#mayWrite(fact.by)) this.#approve(fact.pull, [fact.pull.shown]);
        return;
      case "comment": {
        const task = COMMAND.exec(fact.comment.body)?.[1];
        if (task === undefined || !this.#mayWrite(fact.comment.by)) return;
        for (const pull of this.#github.pulls.values()) {
          // The branch of a later life is `headgate/12.2/parser`.
          const [, life, of] = pull.head.split("/");
          const isMeant = of === task && life?.split(".")[0] === `${fact.issue.number}`;
          if (isMeant) this.#approve(pull, setOf(this.#tips, pull.head));
        }
        return;
      }
      case "merged":
        if (fact.by === BOT && fact.pull.base === this.#github.defaultBranch) this.#merged(fact);
    }
  }

  #mayWrite(login: string): boolean {
    const permission = this.#github.people.get(login);
    return permission === "write" || permission === "admin";
  }

  #approve(pull: Pull, heads: Iterable<string>): void {
    for (const head of heads) setOf(this.#approved, pull.head).add(head);
  }

  #merged({ pull, head, baseBefore }: Extract<ServerFact, { kind: "merged" }>): void {
    const { objects } = this.#github;
    const files = objects.read(head).files;
    const before = objects.forkOf(baseBefore, head)?.files ?? new Map();
    const approved = [...setOf(this.#approved, pull.head)].map((sha) => objects.read(sha).files);
    for (const path of new Set([...before.keys(), ...files.keys()])) {
      const content = contentAt(files, path);
      if (!isGuarded(path) || content === contentAt(before, path)) continue;
      const has = approved.some((seen) => contentAt(seen, path) === content);
      const what = () => `pull ${pull.number} at ${head.slice(0, 7)} brings ${path}`;
      this.#court.demand(has, "what is guarded lands only with an approval of its content", what);
    }
  }
}

function contentAt(files: Files, path: string): string | null {
  return files.get(path)?.sha256 ?? null;
}

function setOf<Key>(sets: Map<Key, Set<string>>, key: Key): Set<string> {
  const known = sets.get(key) ?? new Set();
  sets.set(key, known);
  return known;
}
