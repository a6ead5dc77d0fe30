/** Every failure class at every place where it arises, and the edge that it takes. */
import { describe, expect, it } from "vitest";
import { FailureClass, failureRules } from "../../src/core/failure.ts";
import { failureOf, landingOf } from "../../src/core/feature/task.ts";
import { cancelled, change, freely, red, running, sha, World } from "./world.ts";

interface Edge {
  when: string;
  failure: FailureClass;
  happens(world: World): void;
  /** Where the task is then, the kind of its next attempt, and what it has spent. */
  leads: { stage: string; kind?: string; failures: number; free: number };
}

const spent = { failures: 1, free: 0 };
const free = { failures: 0, free: 1 };
const again = { stage: "dispatching", kind: "build" };

function runEnds(more: Parameters<World["ends"]>[1], manifest?: Parameters<World["ends"]>[2]) {
  return (world: World) => {
    world.dispatches("a");
    world.ends("a", more, manifest);
  };
}

/** The lane's word, for what it sees of a pull. */
function laneSays(failure: FailureClass) {
  return (world: World) => {
    world.agentSucceeds("a");
    ejects(world, failure);
  };
}

function ejects(world: World, failure: FailureClass): void {
  const failed = { class: failure, cause: { kind: "outside" as const, text: "as the lane says" }, details: [] };
  world.feature({ type: "entry.ejected", task: "a", pull: 10, head: sha("a-1"), failure: failed, gateMs: 0 });
  world.tipIs(sha("base"));
}

function givenUp(effect: "attempt.dispatch" | "pull.open", failure: FailureClass) {
  return (world: World) => {
    world.take(effect, (one) => one.task === "a");
    const failed = { class: failure, cause: { kind: "outside" as const, text: "GitHub said no" }, details: [] };
    const of = { effect, key: "k", task: "a", pull: null, head: null, failure: failed };
    world.feature({ type: "effect.failed", ...of });
  };
}

function promotes(world: World): void {
  world.dispatches("a");
  world.ends("a", {});
  world.take("change.write");
}

function pullLooks(...refreshes: Parameters<World["pullIs"]>[1][]) {
  return (world: World) => {
    const pull = world.agentSucceeds("a");
    for (const look of refreshes) world.pullIs(pull, look);
  };
}

const table: Edge[] = [
  {
    when: "the agent gives up",
    failure: "agent-failed",
    happens: runEnds({ outcome: "failed" }),
    leads: { ...again, ...spent },
  },
  {
    when: "its change breaks a guardrail",
    failure: "agent-failed",
    happens: (world) => {
      runEnds({}, [change(".github/workflows/ci.yml")])(world);
      world.writes("a");
    },
    leads: { ...again, ...spent },
  },
  {
    when: "the agent changes nothing and says nothing",
    failure: "agent-empty",
    happens: runEnds({ summary: " " }, []),
    leads: { ...again, ...spent },
  },
  {
    when: "the agent finds nothing to do",
    failure: "nothing-to-do",
    happens: runEnds({ summary: "It is there already." }, []),
    leads: { stage: "parked", ...free },
  },
  {
    when: "the engine runs out of minutes",
    failure: "attempt-timed-out",
    happens: runEnds({ outcome: "timed-out" }),
    leads: { ...again, ...spent },
  },
  {
    when: "its run does not end in time",
    failure: "attempt-timed-out",
    happens: (world) => {
      world.dispatches("a");
      world.begins("a");
      world.timer("attempt:1/a/1");
    },
    leads: { ...again, ...spent },
  },
  {
    when: "its run is lost",
    failure: "attempt-lost",
    happens: runEnds(null),
    leads: { stage: "waiting", ...free },
  },
  {
    when: "no runner takes it in time",
    failure: "attempt-lost",
    happens: (world) => {
      world.dispatches("a");
      world.timer("attempt:1/a/1");
    },
    leads: { stage: "waiting", ...free },
  },
  {
    when: "its artifact is gone before it is promoted",
    failure: "attempt-lost",
    happens: (world) => {
      promotes(world);
      const failure = {
        class: "attempt-lost" as const,
        cause: { kind: "outside" as const, text: "gone" },
        details: [],
      };
      world.feature({ type: "change.refused", task: "a", attempt: 1, failure });
    },
    leads: { stage: "waiting", ...free },
  },
  {
    when: "the model's provider is down",
    failure: "provider-down",
    happens: runEnds({ outcome: "provider-down" }),
    leads: { stage: "waiting", ...free },
  },
  {
    when: "the agent could not reach the network",
    failure: "environment-failed",
    happens: runEnds({ outcome: "failed", environment: "network" }),
    leads: { stage: "waiting", ...free },
  },
  {
    when: "the machine lacks the agent's program",
    failure: "environment-failed",
    happens: runEnds({ outcome: "failed", environment: "tool" }),
    leads: { stage: "parked", ...free },
  },
  {
    when: "the attempt has used up its dollars",
    failure: "budget-exhausted",
    happens: runEnds({ outcome: "budget-exhausted" }),
    leads: { stage: "parked", ...free },
  },
  {
    when: "GitHub does not answer the dispatch",
    failure: "platform-unknown",
    happens: givenUp("attempt.dispatch", "platform-unknown"),
    leads: { stage: "waiting", ...free },
  },
  {
    when: "GitHub does not say for half an hour whether it can be merged",
    failure: "platform-unknown",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      const until = world.at + 29 * 60_000;
      world.pullIs(pull, { mergeable: null });
      while (world.task("a").stage === "in-lane") {
        world.timer(`refresh:${pull}`, "1:main");
        world.pullIs(pull, { mergeable: null });
      }
      expect(world.at).toBeGreaterThan(until);
    },
    leads: { stage: "waiting", ...free },
  },
  {
    when: "GitHub refuses the dispatch",
    failure: "policy-blocked",
    happens: givenUp("attempt.dispatch", "policy-blocked"),
    leads: { stage: "parked", ...free },
  },
  {
    when: "GitHub refuses its pull",
    failure: "policy-blocked",
    happens: (world) => {
      world.dispatches("a");
      world.ends("a", {});
      world.promotes("a");
      givenUp("pull.open", "policy-blocked")(world);
    },
    leads: { stage: "parked", ...free },
  },
  {
    when: "somebody closes its pull",
    failure: "policy-blocked",
    happens: pullLooks({ state: "closed" }),
    leads: { stage: "parked", ...free },
  },
  {
    when: "its checks fail",
    failure: "checks-failed",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      world.pullIs(pull, { checks: [red] });
      const { head } = world.take("failure.read");
      world.lane({ type: "failure.read", pull, head, details: [] });
    },
    leads: { stage: "dispatching", kind: "repair", ...spent },
  },
  {
    when: "its checks are interrupted again and again",
    failure: "checks-interrupted",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      for (let id = 1; id <= 4; id += 1) {
        world.pullIs(pull, { checks: [{ ...cancelled, id }] });
        if (id === 4) return;
        const { head } = world.take("checks.rerun");
        world.lane({ type: "checks.rerun", pull, head });
      }
    },
    leads: { stage: "parked", ...free },
  },
  {
    when: "its checks run for longer than they may",
    failure: "checks-timed-out",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      world.pullIs(pull, { checks: [running] });
      world.timer(`refresh:${pull}`, "1:main");
      world.pullIs(pull, { checks: [running] });
    },
    leads: { stage: "parked", ...free },
  },
  {
    when: "nothing reports a required check",
    failure: "checks-missing",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      world.pullIs(pull, { checks: [] });
      world.timer(`refresh:${pull}`, "1:main");
      world.pullIs(pull, { checks: [] });
    },
    leads: { stage: "parked", ...free },
  },
  {
    when: "it conflicts with the base",
    failure: "conflict-with-base",
    happens: pullLooks({ mergeable: false }),
    leads: { stage: "dispatching", kind: "resolve", ...free },
  },
  {
    when: "its head moves under the lane",
    failure: "head-moved",
    happens: laneSays("head-moved"),
    leads: { stage: "waiting", ...free },
  },
  {
    when: "a branch of its name is there already",
    failure: "head-moved",
    happens: (world) => {
      promotes(world);
      const failure = {
        class: "head-moved" as const,
        cause: { kind: "outside" as const, text: "somebody's" },
        details: [],
      };
      world.feature({ type: "change.refused", task: "a", attempt: 1, failure });
    },
    leads: { stage: "parked", ...free },
  },
  {
    when: "the base moves under it again and again",
    failure: "base-moved",
    happens: (world) => {
      const pull = world.agentSucceeds("a");
      for (let time = 0; time <= 10; time += 1) {
        const seen = {
          headSha: sha(time === 0 ? "a-1" : `updated-${time}`),
          behindBy: 1,
          baseSha: sha(`base-${time}`),
        };
        world.pullIs(pull, seen);
        // It observes a new head once more.
        if (time > 0) world.pullIs(pull, seen);
        if (time === 10) return;
        world.take("pull.update");
        world.lane({ type: "pull.updated", pull, outcome: "accepted" });
      }
    },
    leads: { stage: "waiting", ...free },
  },
  {
    when: "a reviewer asks for changes",
    failure: "review-changes",
    happens: pullLooks({
      changesRequestedBy: ["bob"],
      changeRequests: [{ by: "bob", head: sha("a-1"), text: "Not like this." }],
    }),
    leads: { stage: "dispatching", kind: "repair", ...spent },
  },
];

describe("a failure", () => {
  it.each(table.map((edge) => [edge.failure, edge.when, edge.leads.stage, edge] as const))(
    "is %s when %s, and the task is %s then",
    (failure, _, stage, { happens, leads }) => {
      const world = new World();
      world.start({ a: [], b: [] });
      happens(world);
      const task = world.task("a");
      expect(failureOf(task)?.class).toBe(failure);
      expect(task.stage).toBe(stage);
      expect(task.machine).toMatchObject({ failures: leads.failures, free: leads.free });
      if (leads.kind !== undefined) expect(task.machine.kind).toBe(leads.kind);
      expect(world.has("attempt.dispatch", (one) => one.type === "attempt.dispatch" && one.task === "a")).toBe(
        stage === "dispatching",
      );
      // Its sibling continues as usual.
      expect(world.task("b").machine).toMatchObject({ failures: 0, free: 0 });
    },
  );

  it("of every class is in this table", () => {
    expect(new Set(table.map((edge) => edge.failure))).toEqual(new Set(FailureClass.options));
  });

  it.each(["head-moved", "base-moved"] as const)(
    "of class %s in the lane leads back into the lane, without an attempt",
    (failure) => {
      const world = new World();
      world.start({ a: [] });
      laneSays(failure)(world);
      world.timer("wait:a");
      expect(world.task("a")).toMatchObject({ stage: "in-lane", machine: { attempt: 1 } });
    },
  );

  it.each(["head-moved", "base-moved"] as const)(
    "of class %s is bounded: it parks in the end, and a person's retry leads back into the lane, without an attempt",
    (failure) => {
      const world = new World();
      world.start({ a: [] });
      world.agentSucceeds("a");
      const failed = { class: failure, cause: { kind: "outside" as const, text: "as the lane says" }, details: [] };
      for (let time = 1; time <= 7; time += 1) {
        expect(world.task("a").stage).toBe("in-lane");
        world.feature({ type: "entry.ejected", task: "a", pull: 10, head: sha("a-1"), failure: failed, gateMs: 0 });
        if (time < 7) world.timer("wait:a");
      }
      expect(world.task("a")).toMatchObject({ stage: "parked", machine: { failures: 0, free: 7 } });
      world.commands({ verb: "retry", task: "a" });
      expect(world.task("a")).toMatchObject({ stage: "in-lane", machine: { attempt: 1, free: 0 } });
    },
  );
});

describe("/headgate retry", () => {
  it.each(FailureClass.options)(
    "after %s in the lane looks first, and then does what the failure's rule says",
    (failure) => {
      const world = new World();
      world.label();
      world.allow({ policy: { ...freely, attempts: { ...freely.attempts, max: 1, free: 0 } } });
      world.plan({ a: [] });
      laneSays(failure)(world);
      expect(world.task("a").stage).toBe("parked");
      world.commands({ verb: "retry", task: "a" });
      expect(world.task("a").stage).toBe("in-lane");
      ejects(world, failure);
      const { retry } = failureRules[failure];
      expect(world.task("a").stage).toBe(retry === "resubmit" ? "parked" : "dispatching");
      if (retry === "repair" || retry === "resolve") expect(world.task("a").machine.kind).toBe(retry);
    },
  );
});

describe("partial success", () => {
  it("keeps what landed, leaves dependents blocked, and tries the failed branch alone again", () => {
    const world = new World();
    world.start({ good: [], bad: [], after: ["bad"], other: ["good"] });
    world.lands("good");
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      world.dispatches("bad");
      world.ends("bad", { outcome: "failed" });
    }
    expect(world.stages()).toEqual({ good: "done", bad: "parked", after: "blocked", other: "dispatching" });
    world.lands("other");
    expect(world.state.stage).toBe("executing");
    const landings = [world.task("good"), world.task("other")].map(landingOf);

    world.feature({
      type: "command.given",
      comment: 5,
      by: "ada",
      writtenAt: 1_000_000,
      command: { verb: "retry", task: "bad" },
    });
    world.feature({ type: "permission.observed", comment: 5, by: "ada", permission: "write" });
    world.lands("bad");
    world.lands("after");

    expect(world.state.stage).toBe("completed");
    expect([world.task("good"), world.task("other")].map(landingOf)).toEqual(landings);
    expect(world.state.tasks.map((task) => task.machine.attempt)).toEqual([1, 3, 1, 1]);
  });
});

describe("a change that cannot be promoted", () => {
  it("because its artifact is gone is made again by another attempt, after a wait and after a person's retry", () => {
    const world = new World();
    world.start({ a: [] });
    const gone = {
      class: "attempt-lost" as const,
      cause: { kind: "outside" as const, text: "The attempt's artifact is gone." },
      details: [],
    };
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      promotes(world);
      world.feature({ type: "change.refused", task: "a", attempt, failure: gone });
      expect(world.task("a")).toMatchObject({
        stage: attempt < 7 ? "waiting" : "parked",
        origin: { where: "attempt" },
      });
      if (attempt < 7) world.timer("wait:a");
      if (world.state.breaker.state === "open") world.timer("breaker");
    }
    world.commands({ verb: "retry", task: "a" });
    if (world.state.breaker.state === "open") world.timer("breaker");
    expect(world.take("attempt.dispatch")).toMatchObject({ attempt: 8, brief: { kind: "build" } });
  });

  it("because somebody pushed to its branch while it was repaired judges that push, and repairs it if it fails", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull, head, details: [] });
    world.dispatches("a");
    world.ends("a", {});
    world.writes("a");
    world.take("change.promote");
    const cause = { kind: "branch-moved" as const, branch: "headgate/12/a", tip: sha("theirs") };
    const failure = { class: "head-moved" as const, cause, details: [] };
    world.feature({ type: "change.refused", task: "a", attempt: 2, failure });
    world.timer("wait:a");
    expect(world.has("change.promote")).toBe(false);
    expect(world.task("a")).toMatchObject({ stage: "in-lane", machine: { attempt: 2, free: 1 } });
    expect(world.laneState.entries[0]?.head).toBe(sha("theirs"));
    world.pullIs(pull, { headSha: sha("theirs"), checks: [red] });
    world.lane({ type: "failure.read", pull, head: sha("theirs"), details: [] });
    expect(world.take("attempt.dispatch").brief).toMatchObject({ kind: "repair", checkout: sha("theirs") });
  });

  it("because somebody pushed to its branch accepts that push on a retry: it is judged like any head", () => {
    const world = new World();
    world.start({ a: [] });
    const pull = world.agentSucceeds("a");
    world.pullIs(pull, { checks: [red] });
    const { head } = world.take("failure.read");
    world.lane({ type: "failure.read", pull, head, details: [] });
    world.dispatches("a");
    world.ends("a", {});
    const moved = {
      class: "head-moved" as const,
      cause: { kind: "outside" as const, text: "Somebody moved it." },
      details: [],
    };
    world.writes("a");
    for (let time = 1; time <= 7; time += 1) {
      world.take("change.promote");
      world.feature({ type: "change.refused", task: "a", attempt: 2, failure: moved });
      if (time < 7) world.timer("wait:a");
    }
    expect(world.task("a").stage).toBe("parked");
    world.commands({ verb: "retry", task: "a" });
    expect(world.has("change.promote")).toBe(false);
    expect(world.task("a")).toMatchObject({ stage: "in-lane" });
    world.pullIs(pull, { headSha: sha("theirs") });
    world.pullIs(pull, { headSha: sha("theirs") });
    expect(world.take("pull.merge").head).toBe(sha("theirs"));
  });
});
