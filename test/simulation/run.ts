/** Runs one scenario to its end: the faults, then the calm, then people who fix what waits for them. */
import type { FeatureState } from "../../src/core/feature/state.ts";
import type { ClaimedEffect, InboxEvent } from "../../src/loop/store-port.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { Chance } from "./chance.ts";
import { Clock, drained } from "./clock.ts";
import { openIssue, setLabel } from "./github/issues.ts";
import { GitHubModel } from "./github/model.ts";
import { ApprovalJudge } from "./invariants/approvals.ts";
import { CoreJudge } from "./invariants/core.ts";
import { Court, type Verdict } from "./invariants/court.ts";
import { judgeEnd } from "./invariants/ends.ts";
import { LeaseJudge } from "./invariants/leases.ts";
import { ServerJudge } from "./invariants/server.ts";
import { StepJudge } from "./invariants/steps.ts";
import { judgeWaits } from "./invariants/waits.ts";
import { Deliveries } from "./process/deliveries.ts";
import { Injector, nameOf } from "./process/injector.ts";
import { Mirror } from "./process/mirror.ts";
import { LABEL, Replica } from "./process/replica.ts";
import { scheduleFaults } from "./process/timed-faults.ts";
import { isAtRest, isBusyOutside, type Scene, whatGoesOn } from "./rest.ts";
import type { Act, Fault, Scenario } from "./scenario/scenario.ts";
import { Tally } from "./tally.ts";
import { Agent } from "./world/agent.ts";
import { caretake } from "./world/caretaker.ts";
import { Ci } from "./world/checks.ts";
import { MAINTAINER } from "./world/maintainer.ts";
import { perform } from "./world/people.ts";
import { PlannerModel } from "./world/planner.ts";
import { configsOf, furnish } from "./world/repository.ts";

const START = Date.UTC(2026, 0, 5, 9);
/** Faults that have not fired by then never do. */
const HORIZON_MS = 90 * 60_000;
/** How long nothing may be in progress outside, from the calm on, until every feature ends or waits for a person. */
const PATIENCE_MS = 10 * 60_000;
/** By then the sweep of a waiting feature has seen what no webhook reported. */
const NOTICED_MS = 11 * 60_000;
const MAX_TURNS = 60_000;
/** The share of scenarios whose history is decided again at the end. */
const REPLAYED = 0.1;
const CARETAKER_ROUNDS = 4;
/** The share of scenarios at whose end people fix what waits for them. It takes as long as everything before. */
const TENDED = 0.15;

export interface Played {
  verdict: Verdict | null;
  tally: Tally;
  /** Simulated milliseconds from the label to the end. */
  lasted: number;
  /** Each feature's stage at the end, in the scenario's sequence. */
  ends: string[];
  /** The claimed effects in sequence: the places at which a sweep can crash. */
  effects: string[];
  fired: Fault[];
}

export interface PlayOptions {
  trace?: (line: string) => void;
  /** Enables the people who fix what waits for them at the end. Default: the seed decides. */
  caretaker?: boolean;
}

export async function play(scenario: Scenario, options: PlayOptions = {}): Promise<Played> {
  return new Play(scenario, options).run();
}

class Play {
  readonly #scenario: Scenario;
  readonly #options: PlayOptions;
  readonly #tally = new Tally();
  readonly #court = new Court();
  readonly #core = new CoreJudge(this.#court);
  readonly #clock = new Clock(START);
  /** How much later than true time it is on the store's clock, in milliseconds. */
  #jumped = 0;
  readonly #store = new MemoryStore(() => this.#clock.now + this.#jumped);
  readonly #mirror = new Mirror();
  readonly #injector: Injector;
  readonly #github: GitHubModel;
  readonly #deliveries: Deliveries;
  readonly #replicas: Replica[] = [];
  readonly #issues: (number | null)[];
  readonly #steps: StepJudge;
  readonly #leases: LeaseJudge;
  readonly #effects: string[] = [];
  readonly #fired: Fault[] = [];
  #ids = 0;
  #turns = 0;
  #mandatedUntil = START;
  #actsLeft = 0;
  /** True after something happened that a process can act on. */
  #stirred = true;
  readonly #stir = () => {
    this.#stirred = true;
  };
  /** True after an answer arrived. Its waiter continues before anything else happens. */
  #answered = false;
  /** The time when the next effect is due. */
  #due: number | null = null;

  constructor(scenario: Scenario, options: PlayOptions) {
    this.#scenario = scenario;
    this.#options = options;
    const chance = (stream: string) => new Chance(`${scenario.seed} ${stream}`);
    const clock = this.#clock;
    this.#issues = scenario.features.map(() => null);
    this.#injector = new Injector(scenario, this.#tally, (fault) => {
      this.#fired.push(fault);
      this.#trace(`!! ${nameOf(fault)}`);
    });
    const injector = this.#injector;
    const ci = new Ci(
      clock,
      chance("checks"),
      () => injector.nth("check")?.fault ?? null,
      () => this.#github,
    );
    const [lags, slow] = [chance("lags"), chance("slow")];
    const github: GitHubModel = new GitHubModel({
      clock,
      chance: chance("hub"),
      repo: { id: 1, owner: "acme", name: "tool" },
      announce: (name, payload) => this.#deliveries.announce(name, payload),
      behaviour: {
        checks: scenario.world.checks,
        job: ({ attempt, brief }) => agent.job(attempt, brief, injector.nth("job")?.fault ?? null),
        check: (head, name) => ci.check(head, name),
        // Lists lag less than a process needs to restart. Otherwise it would dispatch twice after a crash.
        lag: (what) => {
          if (what === "mergeable" && scenario.world.mergeability === "slow") return slow.between(...SLOW_MERGEABILITY);
          return what === "listing" ? lags.between(...LAGS[what]) : lags.delay(...LAGS[what]);
        },
        forgetsUpdate: () => injector.nth("update") !== null,
      },
    });
    this.#github = github;
    const specOf = (issue: number) => {
      const spec = scenario.features[this.#issues.indexOf(issue)];
      if (spec === undefined) throw new Error(`issue ${issue} is not in the scenario`);
      return spec;
    };
    const agent = new Agent(github, chance("agent"), specOf);
    const newId = () => {
      this.#ids += 1;
      return `id-${this.#ids}`;
    };
    const trace = (text: string) => this.#trace(text);
    this.#deliveries = new Deliveries({
      clock,
      chance: chance("deliveries"),
      injector,
      tally: this.#tally,
      isSilent: () => scenario.world.webhooks === "none" && !injector.calm,
      replicas: this.#replicas,
      newId,
      stir: this.#stir,
      trace,
    });
    const listened = options.trace === undefined ? null : trace;
    const judged = { court: this.#court, tally: this.#tally, mirror: this.#mirror, github };
    this.#steps = new StepJudge({ ...judged, trace: listened });
    new ApprovalJudge({ court: this.#court, github });
    new ServerJudge({ ...judged, scenario, steps: this.#steps, trace });
    const isUp = (ms: number) => this.#replicas.some((replica) => replica.isUp(ms));
    this.#leases = new LeaseJudge({ ...judged, clock, storeNow: () => clock.now + this.#jumped, isUp });
    for (let index = 0; index < scenario.world.replicas; index += 1) {
      const site = {
        clock,
        chance: chance(`replica ${index}`),
        order: chance(`order ${index}`),
        skew: scenario.world.skews[index] ?? 0,
        injector,
        github,
        store: this.#store,
        storeNow: () => this.#clock.now + this.#jumped,
        mirror: this.#mirror,
        watch: {
          stepped: this.#steps.stepped.bind(this.#steps),
          claimed: (claimed: ClaimedEffect) => {
            this.#steps.limits.claimed(claimed);
            const { type } = claimed.effect as { type: string };
            this.#effects.push(type);
            this.#tally.add(`effect ${type}`);
            for (const act of injector.request(`claim ${type}`).acts) this.#act(act);
          },
          completed: (claimed: ClaimedEffect, events: readonly InboxEvent[], done: boolean) => {
            if (done) this.#leases.completed(claimed, events);
          },
          core: this.#core,
          leases: this.#leases,
          undecided: (aggregate: string) =>
            this.#court.accuse("decisions depend on nothing but state and event", aggregate),
        },
        planner: new PlannerModel(clock, chance(`planner ${index}`), injector, specOf),
        alone: scenario.world.replicas === 1,
        act: (act: Act) => this.#act(act),
        stir: this.#stir,
        answered: () => {
          this.#answered = true;
        },
        mandated: (until: number) => {
          this.#mandatedUntil = Math.max(this.#mandatedUntil, until);
        },
        newId,
        log: (level: "warn" | "error", fields: Record<string, unknown>, message: string) =>
          this.#log(level, fields, message),
        trace,
      };
      this.#replicas.push(new Replica(site, `p${index}`));
    }
  }

  async run(): Promise<Played> {
    furnish(this.#github, this.#scenario.world);
    this.#scenario.features.forEach((feature, index) => {
      this.#clock.after(feature.labelledAt, () => this.#open(index));
    });
    for (const replica of this.#replicas) replica.start();
    scheduleFaults({
      faults: this.#scenario.faults,
      clock: this.#clock,
      injector: this.#injector,
      replicas: this.#replicas,
      leases: this.#leases,
      act: (act) => this.#act(act),
      jump: (ms) => {
        this.#jumped += ms;
      },
      awaited: (more) => {
        this.#actsLeft += more;
      },
      stir: this.#stir,
    });

    await this.#until(() => this.#clock.now - START > HORIZON_MS || (this.#actsLeft === 0 && this.#isSettled()));
    this.#injector.calm = true;
    this.#trace("-- calm");
    await this.#converge();
    await this.#deliverTheLate();
    const { seed } = this.#scenario;
    // Scenarios with a name are few, and some of them test just that.
    const tended = !/^\d+$/.test(seed) || new Chance(`${seed} tended`).chance(TENDED);
    if (this.#options.caretaker ?? tended) {
      for (let round = 0; round < CARETAKER_ROUNDS && this.#court.verdict === null; round += 1) {
        const states = this.#features();
        if (!caretake(this.#github, states, configsOf(this.#scenario.world))) break;
        this.#trace("-- people put things right");
        this.#stirred = true;
        await this.#converge(NOTICED_MS);
      }
    }
    if (this.#court.verdict === null) {
      await judgeEnd({
        court: this.#court,
        github: this.#github,
        store: this.#store,
        steps: this.#steps,
        features: this.#features(),
        replays: new Chance(`${this.#scenario.seed} replay`).chance(REPLAYED),
      });
    }
    return {
      verdict: this.#court.verdict,
      tally: this.#tally,
      lasted: this.#clock.now - START,
      ends: this.#features().map((state) => state?.stage ?? "never begun"),
      effects: this.#effects,
      fired: this.#fired,
    };
  }

  #open(index: number): void {
    const title = `Feature ${index}`;
    const issue = openIssue(this.#github, { title, body: "Please.", labels: [] }, MAINTAINER);
    this.#issues[index] = issue.number;
    setLabel(this.#github, issue, LABEL, true, MAINTAINER);
  }

  #act(act: Act): void {
    const issueOf = (feature: number) => this.#issues[feature] ?? null;
    const done = perform({ github: this.#github, issueOf, configs: configsOf(this.#scenario.world) }, act);
    this.#trace(`people: ${JSON.stringify(act)}${done ? "" : " (nothing to do it to)"}`);
    if (!done) this.#tally.add("person had nothing to do it to");
  }

  /** Runs until the condition holds, an invariant breaks, or the turns run out. */
  async #until(enough: () => boolean): Promise<void> {
    while (this.#court.verdict === null) {
      if (this.#stirred) await this.#work();
      if (enough()) return;
      this.#turns += 1;
      if (this.#turns > MAX_TURNS) {
        this.#court.accuse("everything has a limit", `after ${MAX_TURNS} turns it still goes on`);
        return;
      }
      this.#proceed();
      if (this.#stirred || this.#answered) await drained();
      this.#answered = false;
    }
  }

  /** Runs everything that the processes can do now. */
  async #work(): Promise<void> {
    while (this.#stirred && this.#court.verdict === null) {
      this.#stirred = false;
      for (const replica of this.#replicas) await replica.turn();
      await drained();
    }
    if (this.#isQuiet()) await judgeWaits({ court: this.#court, mirror: this.#mirror, store: this.#store });
    this.#due = null;
    for (const replica of this.#replicas) {
      const due = await replica.nextDue();
      if (due !== null && due > this.#clock.now) this.#due = Math.min(due, this.#due ?? due);
    }
  }

  /** Moves time to the next event of the world or the next due effect. */
  #proceed(): void {
    const world = this.#clock.next();
    if (world !== null && (this.#due === null || world <= this.#due)) {
      this.#clock.step();
    } else if (this.#due !== null) {
      this.#clock.advance(this.#due);
      this.#stirred = true;
    }
  }

  /** Runs until every feature ends or waits for a person. Limits the time in which nothing is in progress outside. */
  async #converge(atLeast = 0): Promise<void> {
    const begun = this.#clock.now;
    let idle = 0;
    let since = begun;
    await this.#until(() => {
      const now = this.#clock.now;
      if (since >= this.#mandatedUntil && !isBusyOutside(this.#github, since)) idle += now - since;
      since = now;
      if (now - begun >= atLeast && this.#isSettled()) return true;
      if (idle > PATIENCE_MS + atLeast) {
        const promise = "once faults stop, every feature ends or waits for a person";
        this.#court.accuse(promise, whatGoesOn(this.#scene()));
      }
      return false;
    });
  }

  /** Delivers the webhooks that were delayed for hours. The processes sleep meanwhile, so that nothing else happens. */
  async #deliverTheLate(): Promise<void> {
    const last = Math.max(0, ...this.#deliveries.late);
    if (this.#court.verdict !== null || last <= this.#clock.now) return;
    this.#trace("-- what was late arrives");
    for (const replica of this.#replicas) replica.stalledUntil = last;
    this.#clock.advance(last);
    this.#stirred = true;
    await this.#converge();
  }

  #isSettled(): boolean {
    return this.#isQuiet() && isAtRest(this.#scene());
  }

  #scene(): Scene {
    return { github: this.#github, mirror: this.#mirror, issues: this.#issues, features: this.#features() };
  }

  #isQuiet(): boolean {
    return this.#replicas.every((replica) => replica.store !== null && this.#clock.now >= replica.stalledUntil);
  }

  #features(): (FeatureState | null)[] {
    return this.#issues.map((issue) => {
      return issue === null ? null : this.#mirror.feature(this.#github.repo, issue);
    });
  }

  #log(level: "warn" | "error", fields: Record<string, unknown>, message: string): void {
    this.#trace(`${level}: ${message} ${JSON.stringify(fields)}`);
    this.#tally.add(`log ${message}`);
    if (level === "error") this.#core.logged(fields, message);
  }

  #trace(text: string): void {
    if (this.#options.trace === undefined) return;
    const seconds = ((this.#clock.now - START) / 1_000).toFixed(3).padStart(10);
    this.#options.trace(`${seconds}  ${text}`);
  }
}

const LAGS = {
  head: [0, 800],
  mergeable: [100, 2_000],
  update: [200, 3_000],
  listing: [0, 2_000],
} satisfies Record<string, [number, number]>;

/** In milliseconds. */
const SLOW_MERGEABILITY = [10_000, 180_000] as const;
