/**
 * People, checks and agents do things in any order, and webhooks are lost. Once the world is well again, every task ends, and no task
 * ever has two agents.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PullSnapshot } from "../../../src/core/github.ts";
import { FEATURE, freely, green, LANE, red, running, sha, World } from "../world.ts";

const TASKS = ["a", "b"];
const DOINGS = [
  "agent succeeds",
  "agent fails",
  "checks pass",
  "checks fail",
  "checks run",
  "close",
  "reopen",
  "retarget",
  "retarget back",
  "retry",
  "retry all",
  "resume",
  "time passes",
] as const;
type Doing = (typeof DOINGS)[number];

interface Step {
  task: string;
  does: Doing;
  /** No webhook tells of it. */
  silent: boolean;
}

interface Pull {
  state: "open" | "closed";
  base: string;
  checks: PullSnapshot["checks"];
  head: string;
}

class Play {
  readonly world = new World();
  readonly pulls = new Map<number, Pull>();
  readonly agents = new Set<string>();
  readonly twice: string[] = [];
  /** Names the results that the checks of a new head may have. */
  outlook: PullSnapshot["checks"] = [red];
  #numbers = 100;
  #checkIds = 1_000;
  #words = 0;

  constructor() {
    this.world.label();
    this.world.allow({ policy: { ...freely, budget: { usd: null, tokens: null, minutes: null } } });
    this.world.plan(Object.fromEntries(TASKS.map((id) => [id, []])));
    this.pump();
  }

  play({ task, does, silent }: Step): void {
    const { world } = this;
    const pull = world.task(task).pull;
    const seen = pull === null ? undefined : this.pulls.get(pull);
    switch (does) {
      case "agent succeeds":
      case "agent fails":
        this.agentEnds(task, does === "agent succeeds");
        break;
      case "retry":
        world.commands({ verb: "retry", task });
        break;
      case "retry all":
        world.commands({ verb: "retry-all" });
        break;
      case "resume":
        world.commands("resume", "ada", world.at);
        break;
      case "time passes":
        this.timePasses();
        break;
      default:
        if (seen !== undefined) this.meddle(seen, does);
    }
    if (pull !== null && !silent) world.lane({ type: "hinted", topic: { kind: "pull", pull } });
    this.pump();
  }

  meddle(pull: Pull, does: Doing): void {
    if (does === "close") pull.state = "closed";
    if (does === "reopen") pull.state = "open";
    if (does === "retarget") pull.base = "release";
    if (does === "retarget back") pull.base = "main";
    this.#checkIds += 1;
    if (does === "checks pass") pull.checks = [{ ...green, id: this.#checkIds }];
    if (does === "checks fail") pull.checks = [{ ...red, id: this.#checkIds }];
    if (does === "checks run") pull.checks = [{ ...running, id: this.#checkIds }];
  }

  agentEnds(task: string, succeeds: boolean): void {
    if (this.world.task(task).stage !== "working") return;
    const asks = () => this.world.effects.filter((one) => one.type === "attempt.observe" && one.task === task);
    while (asks().length > 1) this.world.take("attempt.observe", (one) => one.task === task);
    this.agents.delete(task);
    this.#words += 1;
    const said = `${"x".repeat(this.#words)} went wrong`;
    this.world.ends(task, succeeds ? {} : { outcome: "failed", summary: said });
  }

  timePasses(): void {
    const { world } = this;
    const names = new Set(world.effects.flatMap((one) => (one.type === "timer.set" ? [one.timer] : [])));
    for (const name of names) {
      if (!world.has("timer.set", (one) => one.type === "timer.set" && one.timer === name)) continue;
      const isLanes = /^(refresh|rest):/.test(name);
      if (name === "sweep" || !isLanes) this.timer(name, FEATURE);
      if ((name === "sweep" || isLanes) && world.rawState(LANE) !== undefined) this.timer(name, LANE);
      this.pump();
    }
  }

  /** Timers of both aggregates may bear one name. */
  timer(name: string, aggregate: string): void {
    if (!this.world.has("timer.set", (one) => one.type === "timer.set" && one.timer === name)) return;
    // An attempt may work for as long as it likes.
    if (name.startsWith("attempt:")) return;
    this.world.timer(name, aggregate);
  }

  /** Answers everything that GitHub answers at once. */
  pump(): void {
    for (let rounds = 0; rounds < 500; rounds += 1) if (!this.answerOne()) return;
    throw new Error("it never comes to rest");
  }

  answerOne(): boolean {
    const { world } = this;
    const effect = world.effects.find(({ type }) =>
      ["attempt.dispatch", "change.write", "change.promote", "pull.open", "pull.observe", "failure.read"].includes(
        type,
      ),
    );
    const other = world.effects.find(({ type }) =>
      ["pull.merge", "checks.rerun", "branch.observe", "heads.compare", "issue.observe"].includes(type),
    );
    const next = effect ?? other;
    switch (next?.type) {
      case undefined:
        return false;
      case "attempt.dispatch":
        if (this.agents.has(next.task)) this.twice.push(next.task);
        this.agents.add(next.task);
        world.dispatches(next.task);
        break;
      case "change.write":
        world.writes(next.task);
        break;
      case "change.promote": {
        const { commit, attempt, task } = world.take("change.promote");
        const pull = this.pulls.get(world.task(task).pull ?? 0);
        if (pull !== undefined) Object.assign(pull, { head: commit, checks: this.outlook });
        world.feature({ type: "change.promoted", task, attempt, head: commit });
        break;
      }
      case "pull.open": {
        const { task, head, replaces } = world.take("pull.open");
        const open = replaces !== undefined && this.pulls.get(replaces)?.state === "open";
        const number = open ? replaces : this.newPull(head);
        world.feature({ type: "pull.opened", task, pull: number });
        break;
      }
      case "pull.observe": {
        const { head, ...seen } = this.pulls.get(next.pull) as Pull;
        world.pullIs(next.pull, { ...seen, headSha: head });
        break;
      }
      case "failure.read": {
        const { pull, head } = world.take("failure.read");
        world.lane({ type: "failure.read", pull, head, details: [] });
        break;
      }
      case "pull.merge": {
        const { pull, head } = next;
        const { state, base, head: present } = this.pulls.get(pull) as Pull;
        if (state === "open" && base === "main" && head === present) world.merges(pull, { tip: sha("base") });
        else {
          world.take("pull.merge");
          world.lane({ type: "pull.merged", pull, head, outcome: { outcome: "moved", message: "It changed" } });
        }
        break;
      }
      case "checks.rerun": {
        const { pull, head } = world.take("checks.rerun");
        world.lane({ type: "checks.rerun", pull, head });
        break;
      }
      case "branch.observe":
        world.tipIs(sha("base"));
        break;
      case "heads.compare": {
        const { type: _, repo: _repo, round: _round, ...heads } = world.take("heads.compare");
        world.lane({ type: "heads.compared", ...heads, conflict: [] });
        break;
      }
      default:
        world.effects.splice(world.effects.indexOf(next as never), 1);
    }
    return true;
  }

  newPull(head: string): number {
    this.#numbers += 1;
    this.pulls.set(this.#numbers, { state: "open", base: "main", checks: this.outlook, head });
    return this.#numbers;
  }

  /** Every pull is open, green and goes where it should; agents succeed from now on. No webhook tells of it. */
  heal(): void {
    this.outlook = [green];
    for (const pull of this.pulls.values()) {
      Object.assign(pull, { state: "open", base: "main" });
      this.meddle(pull, "checks pass");
    }
  }

  untilQuiet(): void {
    for (let rounds = 0; rounds < 30 && this.world.state.stage !== "completed"; rounds += 1) {
      this.timePasses();
      for (const task of TASKS) this.agentEnds(task, true);
      this.pump();
    }
  }
}

const step: fc.Arbitrary<Step> = fc.record({
  task: fc.constantFrom(...TASKS),
  does: fc.constantFrom(...DOINGS),
  silent: fc.boolean(),
});

describe("a world that becomes well again", () => {
  it("lets every task with a pull request end by itself, and every other one after one retry of all, with one agent at a time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const play = new Play();
        // Half of the histories begin where there is something to spoil.
        if (steps.length % 2 === 0)
          for (const task of TASKS) play.play({ task, does: "agent succeeds", silent: false });
        for (const one of steps) play.play(one);
        play.heal();
        play.untilQuiet();
        const stuck = play.world.state.tasks.filter(({ stage }) => stage !== "done");
        expect(stuck.filter(({ pull }) => pull !== null).map(({ plan, stage }) => [plan.id, stage])).toEqual([]);
        if (stuck.length > 0) {
          play.world.commands({ verb: "retry-all" });
          play.pump();
          play.untilQuiet();
        }
        expect(play.world.stages()).toEqual({ a: "done", b: "done" });
        expect(play.twice).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
