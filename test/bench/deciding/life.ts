/**
 * The life of a feature and its lane as they see it: real briefs, several observations of each pull while its checks run, a hint
 * for every check that ends, a sweep now and then, and every fourth task red at first and repaired.
 */
import type { Effect } from "../../../src/core/effect.ts";
import type { FeatureEvent } from "../../../src/core/event.ts";
import type { Check, PullSnapshot } from "../../../src/core/github.ts";
import { change, differenceOf, green, red, repo, running, sha, World } from "../../core/world.ts";

const CHECKS = ["lint", "types", "unit", "build", "e2e (chromium)", "e2e (firefox)"];
const FILES = 12;
const USAGE = {
  inputTokens: 40_000,
  outputTokens: 9_000,
  cacheReadTokens: 900_000,
  cacheWriteTokens: 60_000,
  usd: 0.7,
};

const words = (count: number): string => "what to do, where, and how to tell that it is done; ".repeat(count / 10);

/** Everything that happens from the label to the last merge. */
export function live(tasks: number): World["log"] {
  const world = new World();
  world.feature({ type: "feature.labelled", repo, issue: 1, title: "A feature", body: words(400), by: "ada" });
  world.allow({ checks: CHECKS.map((name) => ({ name, appId: null })) });
  const ids = Array.from({ length: tasks }, (_, index) => `task-${index}`);
  const edges = ids.map((id, index): [string, string[]] => [id, index < 3 ? [] : [ids[index - 3] ?? "", ids[0] ?? ""]]);
  const files = Array.from({ length: 6 }, (_, index) => `src/some/folder/of/the/task/part-${index}/**`);
  world.plan(Object.fromEntries(edges), { description: words(150), files });
  const life = new Life(world);
  for (let effect = world.effects.shift(); effect !== undefined; effect = world.effects.shift()) {
    life.answer(effect);
  }
  if (world.state.stage !== "completed") throw new Error(`the feature came to a stop, ${world.state.stage}`);
  return world.log;
}

class Life {
  readonly #world: World;
  readonly #looks = new Map<string, number>();
  #answers = 0;

  constructor(world: World) {
    this.#world = world;
  }

  answer(effect: Effect): void {
    const world = this.#world;
    this.#answers += 1;
    if (this.#answers > 100_000) throw new Error(`the feature goes in circles, ${JSON.stringify(world.stages())}`);
    world.at += 2_000;
    if (this.#answers % 25 === 0) {
      world.feature({ type: "timer.due", timer: "sweep" });
      world.lane({ type: "timer.due", timer: "sweep" });
    }
    switch (effect.type) {
      case "attempt.dispatch": {
        const { task, attempt, id } = effect;
        world.feature({ type: "attempt.dispatched", task, attempt, run: 1_000 + this.#answers });
        for (let hint = 0; hint < 3; hint += 1) {
          world.feature({ type: "hinted", topic: { kind: "attempt", attempt: id, begins: false } });
        }
        break;
      }
      case "attempt.observe":
        world.feature(this.#run(effect));
        break;
      case "change.write": {
        const { task, attempt, manifest } = effect;
        const commit = sha(`${task}-${attempt}`);
        world.feature({ type: "change.written", task, attempt, commit, difference: differenceOf(manifest) });
        break;
      }
      case "change.promote": {
        const { task, attempt, commit } = effect;
        world.feature({ type: "change.promoted", task, attempt, head: commit });
        break;
      }
      case "pull.open":
        world.feature({ type: "pull.opened", task: effect.task, pull: 10 + Number(effect.task.slice(5)) });
        break;
      case "pull.observe":
        this.#look(effect.pull, effect.seq);
        break;
      case "failure.read": {
        const details = [0, 1].map((log) => ({
          of: { kind: "check" as const, name: `unit ${log}` },
          text: words(300),
        }));
        world.lane({ type: "failure.read", pull: effect.pull, head: effect.head, details });
        break;
      }
      case "pull.merge":
        world.effects.unshift(effect);
        world.merges(effect.pull);
        break;
      default:
    }
  }

  #count(what: string): number {
    const count = (this.#looks.get(what) ?? 0) + 1;
    this.#looks.set(what, count);
    return count;
  }

  /** Running at the first two observations, then done. */
  #run(effect: Extract<Effect, { type: "attempt.observe" }>): FeatureEvent {
    const { task, attempt, run } = effect;
    const done = this.#count(`run ${effect.id}`) > 2;
    const manifest = Array.from({ length: FILES }, (_, index) => change(`src/${task}/file-${index}.ts`));
    const summary = words(60);
    const notes = [words(40), words(40)];
    const result = {
      outcome: "completed" as const,
      summary,
      engine: "builtin" as const,
      model: "m",
      usage: USAGE,
      notes,
    };
    return {
      type: "attempt.observed",
      task,
      attempt,
      run: {
        id: run,
        status: done ? "completed" : "in_progress",
        conclusion: done ? "success" : null,
        path: ".github/workflows/headgate.yml",
        runAttempt: 1,
        url: `https://github.example/acme/tool/actions/runs/${run}`,
        startedAt: this.#world.at - 60_000,
        endedAt: done ? this.#world.at : null,
      },
      outcome: done ? { result, manifest, findings: [] } : null,
      problem: null,
    };
  }

  /** One check after the other ends; of every fourth pull's first head, the last one badly. */
  #look(pull: number, seq: number): void {
    const world = this.#world;
    const entry = world.laneState.entries.find((one) => one.pull === pull);
    if (entry === undefined || entry.observation.asked !== seq) return;
    const ended = this.#count(`checks ${entry.head}`) * 2;
    const fails = pull % 4 === 0 && entry.head.startsWith(sha(`task-${pull - 10}-1`).slice(0, 20));
    const checks = CHECKS.map((name, index): Check => {
      const check = index >= ended ? running : fails && index === CHECKS.length - 1 ? red : green;
      return { ...check, name, url: `https://github.example/acme/tool/runs/${pull}${index}`, id: pull * 100 + index };
    });
    const snapshot: PullSnapshot = world.snapshot(pull, { headSha: entry.head, checks });
    world.lane({ type: "pull.observed", pull, seq, snapshot });
    if (ended >= CHECKS.length) return;
    for (let hint = 0; hint < 3; hint += 1) {
      world.lane({ type: "hinted", topic: { kind: "commit", sha: entry.head } });
    }
  }
}
