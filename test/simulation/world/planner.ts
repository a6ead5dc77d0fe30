/** Plans the scenario's tasks after a delay, unless the model is down or returns nonsense. */
import { Unavailable } from "../../../src/loop/github-port.ts";
import type { PlanAnswer, Planner } from "../../../src/loop/planner-port.ts";
import type { Chance } from "../chance.ts";
import type { Clock } from "../clock.ts";
import type { Injector } from "../process/injector.ts";
import { type Life, never } from "../process/life.ts";
import type { FeatureSpec } from "../scenario/scenario.ts";
import { pathOf } from "./contents.ts";

const USAGE = { inputTokens: 1_000, outputTokens: 500, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0.05 };

/** Longer than a lease. A model streams a large plan for minutes. */
const SLOW_MS = 150_000;

export class PlannerModel {
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #injector: Injector;
  readonly #specOf: (issue: number) => FeatureSpec;

  constructor(clock: Clock, chance: Chance, injector: Injector, specOf: (issue: number) => FeatureSpec) {
    this.#clock = clock;
    this.#chance = chance;
    this.#injector = injector;
    this.#specOf = specOf;
  }

  forLife(life: Life, answered: () => void): Planner {
    return {
      plan: ({ issue, model }) => {
        if (!life.alive) return never();
        const trouble = this.#injector.nth("plan")?.fault ?? null;
        return new Promise((resolve, reject) => {
          const usual = this.#chance.delay(2_000, 20_000);
          life.after(this.#clock, trouble === "slow" ? usual + SLOW_MS : usual, () => {
            answered();
            if (trouble === "throws") reject(new Unavailable("the model did not answer"));
            else resolve(this.#answer(issue.number, model, trouble));
          });
        });
      },
    };
  }

  #answer(issue: number, model: string, trouble: "down" | "invalid" | "slow" | null): PlanAnswer {
    if (trouble === "down") {
      const failure = {
        class: "provider-down" as const,
        cause: { kind: "outside" as const, text: "the model is overloaded" },
        details: [],
      };
      return { failure, model, usage: null };
    }
    const { tasks, land, onFailure } = this.#specOf(issue);
    const planned = tasks.map(({ id, dependsOn, size, role, hot }) => {
      const files = [pathOf(issue, id), ...(hot === null ? [] : [`shared/${hot}.txt`])];
      return { id, title: `Do ${id}`, dependsOn, files, size, role };
    });
    if (trouble === "invalid") planned.push({ ...planned[0]!, dependsOn: ["nowhere"] });
    return { plan: { land, onFailure, tasks: planned }, source: "model", model, usage: USAGE };
  }
}
