/**
 * Checks that no job holds a write token and that an agent's change enters a branch only by promotion. The core must
 * have asked for every move that no person made, and the move must bring exactly what the core judged.
 */
import { isDeepStrictEqual } from "node:util";
import { Brief } from "../../../src/core/attempt.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import type { Difference } from "../../../src/core/promotion/difference.ts";
import { judgeDifference } from "../../../src/core/promotion/guardrails.ts";
import { compareTrees, type TreeChange } from "../../../src/core/promotion/tree.ts";
import type { StepWrite } from "../../../src/loop/store-port.ts";
import { BOT, type GitHubModel, type ServerFact } from "../github/model.ts";
import { type Commit, treeFileOf } from "../github/objects.ts";
import type { Court } from "./court.ts";
import type { EventLike } from "./steps.ts";

const PROMISE = "an agent's change enters a branch only by promotion";

type Moved = Extract<ServerFact, { kind: "branch" }>;

/** The core's effects that move or delete a branch. */
const MOVES = [
  "pull.open",
  "change.promote",
  "branch.create",
  "revert.write",
  "branch.delete",
  "pull.update",
  "pull.merge",
];

export class BranchJudge {
  readonly #court: Court;
  readonly #github: GitHubModel;
  /**
   * Effects by branch, or by pull request where the effect names only that. A dead process may still carry out an old
   * one.
   */
  readonly #asked = new Map<string | number, EventLike[]>();
  /** Each `change.write`, by the attempt's id. */
  readonly #written = new Map<string, EventLike>();
  /** What the core judged before it asked to move a branch, by commit. */
  readonly #judged = new Map<string, readonly TreeChange[]>();
  #landed: Extract<ServerFact, { kind: "merged" }> | null = null;

  constructor({ court, github }: { court: Court; github: GitHubModel }) {
    this.#court = court;
    this.#github = github;
    github.witnesses.push((fact) => {
      if (fact.kind === "merged") this.#landed = fact;
      if (fact.kind === "dispatched") this.#dispatched(fact);
      if (fact.kind === "branch") this.#moved(fact);
    });
  }

  stepped(write: StepWrite): void {
    for (const row of write.history) {
      const { type, commit, difference } = row.event as EventLike;
      for (const effect of row.effects as EventLike[]) {
        if (effect.type === "change.write") this.#written.set(String(effect.id), effect);
        if (type === "change.written" && effect.type === "change.promote" && effect.commit === commit) {
          this.#judged.set(String(commit), (difference as Difference).changes);
        }
        if (!MOVES.includes(effect.type)) continue;
        const about = (effect.branch ?? effect.pull) as string | number;
        const asked = this.#asked.get(about) ?? [];
        if (!this.#asked.has(about)) this.#asked.set(about, asked);
        asked.push(effect);
      }
    }
  }

  /** Checks that a job receives only its brief, and so nothing that could write to a repository. */
  #dispatched({ run, brief }: Extract<ServerFact, { kind: "dispatched" }>): void {
    const given: unknown = JSON.parse(brief);
    const only = isDeepStrictEqual(given, Brief.parse(given));
    this.#court.demand(only, "no job holds a write token", () => `${run.attempt} is given more than its brief`);
  }

  #moved(fact: Moved): void {
    const { branch, to, by } = fact;
    if (by !== BOT) {
      this.#court.demand(this.#github.people.has(by), PROMISE, () => `${branch} was moved by ${by}`);
      return;
    }
    const where = to === null ? "away" : `to ${to.slice(0, 7)}`;
    this.#court.demand(this.#isOurs(fact), PROMISE, () => `${branch} was moved ${where} as nobody had asked`);
  }

  #isOurs(fact: Moved): boolean {
    const { branch, from, to } = fact;
    const asked = this.#asked.get(branch) ?? [];
    if (to === null) return asked.some(({ type }) => type === "branch.delete");
    const commit = this.#github.objects.read(to);
    if (asked.some((effect) => this.#begins(effect, fact, commit) || this.#promotes(effect, from, commit))) return true;
    return from !== null && (this.#lands(branch, commit) || this.#catchesUp(branch, from, commit));
  }

  /** Returns true when a new branch begins where the core said: at an existing commit, or with a merge reverted. */
  #begins(effect: EventLike, { from, to }: Moved, commit: Commit): boolean {
    if (from !== null) return false;
    if (effect.type === "branch.create") return effect.at === to;
    // Somebody deleted it, and another pull opens for its last commit.
    if (effect.type === "pull.open") return effect.replaces !== undefined && effect.head === to;
    const reverts = effect.type === "revert.write" && isDeepStrictEqual(commit.parents, [effect.merge]);
    return reverts && commit.tree === this.#github.objects.read(effect.base as string).tree;
  }

  #promotes(effect: EventLike, from: string | null, commit: Commit): boolean {
    if (effect.type !== "change.promote" || effect.from !== from) return false;
    const written = this.#written.get(String(effect.id));
    const judged = this.#judged.get(commit.sha);
    if (written === undefined || judged === undefined || effect.commit !== commit.sha) return false;
    if (!isDeepStrictEqual(commit.parents, written.parents)) return false;
    const pushed = compareTrees(treeOf(this.#github.objects.read(written.against as string)), treeOf(commit));
    const difference = { changes: pushed, total: pushed.length, unlisted: [], undone: [], sameNames: [], findings: [] };
    return isDeepStrictEqual(pushed, judged) && judgeDifference(difference, defaultPolicy).length === 0;
  }

  /** Returns true when the core asked to merge a pull request at this head. */
  #lands(branch: string, commit: Commit): boolean {
    if (this.#landed === null || this.#landed.landed.sha !== commit.sha || this.#landed.pull.base !== branch)
      return false;
    const { pull, head } = this.#landed;
    const asked = this.#asked.get(pull.number) ?? [];
    return asked.some((effect) => effect.type === "pull.merge" && effect.head === head);
  }

  /** Returns true when GitHub merged the base into a head at the core's request, without any other change. */
  #catchesUp(branch: string, from: string, commit: Commit): boolean {
    const [head, base, ...others] = commit.parents;
    if (head !== from || base === undefined || others.length > 0) return false;
    const pulls = [...this.#github.pulls.values()].filter((pull) => pull.head === branch);
    const asked = pulls.flatMap((pull) => this.#asked.get(pull.number) ?? []);
    if (!asked.some((effect) => effect.type === "pull.update" && effect.head === from)) return false;
    const merged = this.#github.objects.merge(head, base);
    return merged !== null && isSame(merged, commit.files);
  }
}

function treeOf({ files }: Commit) {
  return new Map([...files].map(([path, file]) => [path, treeFileOf(file)]));
}

type Kinds = ReadonlyMap<string, { mode: string; sha256: string }>;

function isSame(left: Kinds, right: Kinds): boolean {
  if (left.size !== right.size) return false;
  return [...left].every(([path, { mode, sha256 }]) => {
    const other = right.get(path);
    return other?.mode === mode && other.sha256 === sha256;
  });
}
