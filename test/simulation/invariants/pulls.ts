/** Judges merges by what people changed of the pull meanwhile: its base, its labels, and what GitHub requires of it. */
import { BOT, type GitHubModel, type Pull, type ServerFact } from "../github/model.ts";
import type { Tally } from "../tally.ts";
import type { Court } from "./court.ts";
import type { StepJudge } from "./steps.ts";

interface PullOptions {
  court: Court;
  tally: Tally;
  github: GitHubModel;
  steps: StepJudge;
}

/** The first pause after a refusal, less what a process may be late by. */
const PAUSE_MS = 50_000;
/** Clocks jump and people retry, each of which may ask once more. */
const MOST_AT_ONCE = 3;

export class PullJudge {
  readonly #options: PullOptions;
  /** When Headgate last looked at a pull in order to merge it. */
  readonly #begun = new Map<number, number>();
  /** The last refusal of each pull, and what GitHub's answer rested on. */
  readonly #refused = new Map<number, { at: number; facts: string; again: number }>();

  constructor(options: PullOptions) {
    this.#options = options;
  }

  witness(fact: ServerFact): void {
    if (fact.kind === "merge-begun") this.#begun.set(fact.pull.number, this.#options.github.now);
    if (fact.kind === "merge-refused") this.#refusal(fact);
    if (fact.kind === "merged" && fact.by === BOT) this.#merged(fact.pull);
  }

  #merged(pull: Pull): void {
    const { court, steps } = this.#options;
    const what = () => `pull ${pull.number}, whose base was ${pull.openedInto}, into ${pull.base}`;
    // GitHub offers no way to pin the base, so a change between the last look and the merge cannot be seen.
    const seen = pull.baseSince < (this.#begun.get(pull.number) ?? 0);
    court.demand(pull.base === pull.openedInto || !seen, "nothing merges into a branch that nobody judged", what);
    const judgedAt = steps.bases.get(pull.number)?.claimedAt ?? 0;
    const [label] = [...pull.labels].find(([, { since }]) => since < judgedAt) ?? [];
    court.demand(label === undefined, "nothing merges while a label holds it", () => `pull ${pull.number}: ${label}`);
  }

  /** Demands a pause before GitHub is asked again and again, unless something about the pull is new. */
  #refusal({ pull, words }: Extract<ServerFact, { kind: "merge-refused" }>): void {
    const { court, tally, github } = this.#options;
    tally.add(`merge refused: ${words.slice(0, 40)}`);
    const facts = this.#facts(pull);
    const last = this.#refused.get(pull.number);
    const isSame = last !== undefined && last.facts === facts && github.now - last.at < PAUSE_MS;
    const again = (last?.again ?? 0) + (isSame ? 1 : 0);
    this.#refused.set(pull.number, { at: github.now, facts, again });
    court.demand(
      again <= MOST_AT_ONCE,
      "what GitHub refuses is not asked for again at once",
      () => `pull ${pull.number}: ${words}`,
    );
  }

  #facts(pull: Pull): string {
    const { github } = this.#options;
    const checks = github.checks.filter(({ sha }) => sha === pull.shown).map(({ id, conclusion }) => [id, conclusion]);
    const { branches, protection } = github;
    const rules = [
      branches.get(pull.base),
      protection.get(pull.base)?.changedAt,
      pull.draft,
      pull.base,
      pull.baseSince,
    ];
    return JSON.stringify([pull.shown, pull.state, [...pull.reviews], [...pull.labels.keys()], checks, rules]);
  }
}
