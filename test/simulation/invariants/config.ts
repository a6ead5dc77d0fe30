/**
 * Checks that only the base branch's config counts. The config on other branches, by people or agents, must change
 * nothing.
 */
import { isDeepStrictEqual } from "node:util";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Policy } from "../../../src/core/policy.ts";
import type { StepWrite } from "../../../src/loop/store-port.ts";
import { BOT, type GitHubModel, type ServerFact } from "../github/model.ts";
import { textOf } from "../github/objects.ts";
import { type Mirror, nameOf } from "../process/mirror.ts";
import { CONFIG } from "../world/people.ts";
import { readConfig } from "../world/repository.ts";
import type { Court } from "./court.ts";
import type { EventLike } from "./steps.ts";

const PROMISE = "config comes from the base branch";

export class ConfigJudge {
  readonly #court: Court;
  readonly #github: GitHubModel;
  readonly #mirror: Mirror;
  /** The former tips of the base, each with the time when it was replaced. */
  readonly #former: { sha: string; until: number }[] = [];
  /** The policies that each feature has read from its base. */
  readonly #admitted = new Map<string, string>();
  #steps = 0;

  constructor({ court, github, mirror }: { court: Court; github: GitHubModel; mirror: Mirror }) {
    this.#court = court;
    this.#github = github;
    this.#mirror = mirror;
    github.witnesses.push((fact) => {
      if (fact.kind === "branch") this.#moved(fact);
    });
  }

  stepped(state: FeatureState, write: StepWrite): void {
    const { key } = state;
    for (const row of write.history) {
      const event = row.event as EventLike;
      if (event.type !== "feature.observed" || event.policy === null) continue;
      const claimedAt = this.#mirror.claimedAt.get(nameOf(key, row.key)) ?? 0;
      const said = this.#saidSince(claimedAt).some((policy) => isDeepStrictEqual(policy, event.policy));
      this.#court.demand(said, PROMISE, () => `${key}: its base said something else when it was looked at`);
      if ((row.outcome as { applied?: boolean }).applied !== true || state.policy === null) continue;
      this.#admitted.set(key, JSON.stringify(event.policy));
    }
    this.#steps += 1;
    // A wrong policy stays in the state, so a sample of the steps finds it.
    if (this.#steps % 8 !== 0) return;
    const same = state.policy === null || this.#admitted.get(key) === JSON.stringify(state.policy);
    this.#court.demand(same, PROMISE, () => `${key}: its policy is not what any look at its base brought`);
  }

  #moved({ branch, from, to, by }: Extract<ServerFact, { kind: "branch" }>): void {
    const { objects, defaultBranch, now } = this.#github;
    if (branch === defaultBranch && from !== null) this.#former.push({ sha: from, until: now });
    if (by !== BOT || to === null) return;
    const { parents, by: author } = objects.read(to);
    // A branch may begin at a person's commit, with any content.
    if (author !== BOT) return;
    // A squashed merge has the pull's head for a parent only in fact. People may have forced the base away from it.
    const merged = [...this.#github.pulls.values()].filter((pull) => pull.mergeSha === to).map((pull) => pull.shown);
    // A revert brings back what the commit before the merge had.
    const reverted = /\/undo-\d+$/.test(branch) ? parents.flatMap((parent) => objects.read(parent).parents) : [];
    const sources = [...parents, ...merged, ...reverted];
    const handed = parents.length === 0 || sources.some((source) => this.#textAt(source) === this.#textAt(to));
    this.#court.demand(handed, PROMISE, () => `${branch} got a config with ${to.slice(0, 7)} that no parent has`);
  }

  /** Returns the policies of the base's config since `time`. */
  #saidSince(time: number): Policy[] {
    const before = this.#former.filter(({ until }) => until >= time).map(({ sha }) => sha);
    return [...before, this.#github.tip(this.#github.defaultBranch)].flatMap((sha) => {
      const reading = readConfig(this.#textAt(sha));
      return reading.ok ? [reading.policy] : [];
    });
  }

  #textAt(sha: string): string | null {
    const file = this.#github.objects.read(sha).files.get(CONFIG);
    return file === undefined ? null : textOf(file);
  }
}
