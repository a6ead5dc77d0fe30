/** Models CI's results: the truth about a head's files, with occasional disturbances. */
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import { forge, report } from "../github/checks.ts";
import type { CheckScript, GitHubModel } from "../github/model.ts";
import type { Commit } from "../github/objects.ts";
import type { CheckTrouble, Deceit } from "../scenario/scenario.ts";
import { isSound } from "./contents.ts";

const LATE_MS = 8 * 60_000;

export class Ci {
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #trouble: () => CheckTrouble | Deceit | null;
  readonly #github: () => GitHubModel;

  constructor(clock: Clock, chance: Chance, trouble: () => CheckTrouble | Deceit | null, github: () => GitHubModel) {
    this.#clock = clock;
    this.#chance = chance;
    this.#trouble = trouble;
    this.#github = github;
  }

  check(head: Commit, name: string): CheckScript | null {
    const trouble = this.#trouble();
    const startsAfter = this.#chance.delay(300, 6_000);
    const lasts = this.#chance.delay(5_000, 60_000);
    // Only the first check depends on the files.
    const honest = name === "lint" || isSound(head.files) ? "success" : "failure";
    const script: CheckScript = { startsAfter, lasts, conclusion: honest };
    switch (trouble) {
      case null:
        return script;
      case "missing":
        return null;
      case "late":
        return { ...script, startsAfter: startsAfter + LATE_MS };
      case "hangs":
        return { ...script, conclusion: null };
      case "red":
        return { ...script, conclusion: "failure" };
      case "cancelled":
      case "startup_failure":
        return { ...script, conclusion: trouble };
      case "skipped":
        return { ...script, conclusion: "skipped", needs: [{ name: "build", conclusion: "failure", id: 1 }] };
      case "forged":
        this.#clock.after(startsAfter, () => forge(this.#github(), head.sha, name));
        return { ...script, startsAfter: startsAfter + 30_000 };
      case "turns-red":
        this.#clock.after(startsAfter + lasts + this.#chance.between(200, 20_000), () => {
          report(this.#github(), head.sha, name, "failure");
        });
        return script;
    }
  }
}
