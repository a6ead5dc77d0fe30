import { describe, expect, it } from "vitest";
import type { EffectOf } from "../../src/core/effect.ts";
import { Closed, Refused, Unavailable } from "../../src/loop/github-port.ts";
import { runClaimed, writeEnd } from "../../src/loop/outbox/run.ts";
import type { ClaimedEffect } from "../../src/loop/store-port.ts";
import { FEATURE, LANE, repo, sha } from "../core/world.ts";
import { type Bench, bench, due, LEASE_MS, START } from "./bench.ts";

const observe: EffectOf<"branch.observe"> = { type: "branch.observe", repo, branch: "main", seq: 3 };
const update: EffectOf<"pull.update"> = {
  type: "pull.update",
  repo,
  pull: 9,
  head: sha("head"),
  base: sha("base"),
  round: 1,
};

async function run(on: Bench, claimed: ClaimedEffect): Promise<boolean> {
  return writeEnd(on.store, claimed, await runClaimed(on.inside, claimed));
}

/** Claims what is due and runs it, one after another. */
async function runDue(on: Bench): Promise<number> {
  const claimed = await on.claim();
  for (const effect of claimed) await run(on, effect);
  return claimed.length;
}

const outage = async () => {
  throw new Unavailable("503 from GitHub");
};

describe("an effect that succeeds", () => {
  it("ends, and its outcome waits in the inbox of the aggregate that asked for it", async () => {
    const on = bench({ branchTip: async () => sha("tip") });
    await on.queue(FEATURE, due(observe));
    expect(await runDue(on)).toBe(1);
    expect(await on.inbox(FEATURE)).toEqual([
      { key: "branch.observe:main=1", event: { type: "branch.observed", branch: "main", seq: 3, sha: sha("tip") } },
    ]);
    expect(await on.nextDueIn()).toBeNull();
  });

  it("that runs again because it was asked for again has an outcome of its own", async () => {
    const on = bench({ branchTip: async () => sha("tip") });
    for (const seq of [3, 4]) {
      await on.queue(FEATURE, { ...due({ ...observe, seq }), replace: true });
      await runDue(on);
    }
    expect((await on.inbox(FEATURE)).map(({ key }) => key)).toEqual(["branch.observe:main=1", "branch.observe:main=2"]);
  });
});

describe("an effect that meets an outage", () => {
  it("is tried again after half a second, and after twice as long each time, up to a minute", async () => {
    const on = bench({ branchTip: outage });
    await on.queue(FEATURE, due(observe));
    const waits: (number | null)[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await runDue(on);
      const wait = await on.nextDueIn();
      waits.push(wait);
      on.pass(wait ?? 0);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(new Set(on.logged)).toEqual(new Set(["warn: an effect is tried again later"]));
  });

  it("waits as long as GitHub asks", async () => {
    const on = bench({
      branchTip: async () => {
        throw new Unavailable("rate limited", 90_000);
      },
    });
    await on.queue(FEATURE, due(observe));
    await runDue(on);
    expect(await on.nextDueIn()).toBe(90_000);
  });

  it("is given up after 30 tries, and its aggregate receives that GitHub did not answer", async () => {
    const on = bench({ updatePull: outage });
    await on.queue(LANE, due(update));
    let tries = 0;
    while ((await on.nextDueIn()) !== null) {
      tries += await runDue(on);
      on.pass((await on.nextDueIn()) ?? 0);
    }
    expect(tries).toBe(30);
    expect((await on.inbox(LANE)).map(({ event }) => event)).toEqual([
      {
        type: "effect.failed",
        effect: "pull.update",
        key: `pull.update:9:${sha("head")}:${sha("base")}:1`,
        task: null,
        pull: 9,
        head: sha("head"),
        failure: { class: "platform-unknown", cause: { kind: "outside", text: "503 from GitHub" }, details: [] },
      },
    ]);
    expect(on.logged.at(-1)).toBe("error: an effect is given up");
  });

  it("succeeds as usual once GitHub answers", async () => {
    let calls = 0;
    const on = bench({ branchTip: async () => (++calls < 3 ? outage() : sha("tip")) });
    await on.queue(FEATURE, due(observe));
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await runDue(on);
      on.pass((await on.nextDueIn()) ?? 0);
    }
    expect((await on.inbox(FEATURE)).map(({ event }) => event)).toMatchObject([{ type: "branch.observed" }]);
    expect(await on.nextDueIn()).toBeNull();
  });
});

describe("an effect that GitHub refuses", () => {
  it("is not tried again: its failure is policy-blocked at once", async () => {
    const on = bench({
      updatePull: async () => {
        throw new Refused("the App may not write here");
      },
    });
    await on.queue(LANE, due(update));
    await runDue(on);
    expect(await on.nextDueIn()).toBeNull();
    expect((await on.inbox(LANE)).map(({ event }) => event)).toMatchObject([
      {
        type: "effect.failed",
        failure: { class: "policy-blocked", cause: { kind: "outside", text: "the App may not write here" } },
      },
    ]);
  });
});

describe("an effect whose executor has a bug", () => {
  it("is tried again as after an outage, and the log says that it threw", async () => {
    const on = bench({
      branchTip: async () => {
        throw new TypeError("undefined is not a tip");
      },
    });
    await on.queue(FEATURE, due(observe));
    await runDue(on);
    expect(await on.nextDueIn()).toBe(500);
    expect(on.logged).toEqual(["error: an effect threw"]);
    expect(await on.inbox(FEATURE)).toEqual([]);
  });
});

describe("an effect whose lease ran out before it ended", () => {
  it("writes no outcome: the one who took it over does", async () => {
    const on = bench({ branchTip: async () => sha("tip") });
    await on.queue(FEATURE, due(observe));
    const [slow] = await on.claim();
    on.pass(LEASE_MS);
    const [taken] = await on.claim();
    await run(on, slow!);
    expect(await on.inbox(FEATURE)).toEqual([]);
    await run(on, taken!);
    expect((await on.inbox(FEATURE)).map(({ key }) => key)).toEqual(["branch.observe:main=2"]);
  });

  it("writes no outcome, even while no other process has taken it over", async () => {
    const on = bench({ branchTip: async () => sha("tip") });
    await on.queue(FEATURE, due(observe));
    const [slow] = await on.claim();
    on.pass(LEASE_MS);
    await run(on, slow!);
    expect(await on.inbox(FEATURE)).toEqual([]);
    expect(await runDue(on)).toBe(1);
  });

  it("does not postpone the run of the one who took it over", async () => {
    const on = bench({ branchTip: outage });
    await on.queue(FEATURE, due(observe));
    const [slow] = await on.claim();
    on.pass(LEASE_MS);
    const [taken] = await on.claim();
    await run(on, slow!);
    // The lease of the other still holds the effect.
    expect(await on.nextDueIn()).toBe(LEASE_MS);
    await run(on, taken!);
    expect(await on.nextDueIn()).toBe(1_000);
  });
});

describe("an effect that was claimed five times and came to no end", () => {
  it("is not run a sixth time: it fails, and a person decides", async () => {
    let calls = 0;
    const on = bench({
      updatePull: async () => {
        calls += 1;
        return "accepted";
      },
    });
    await on.queue(LANE, due(update));
    for (let death = 1; death <= 5; death += 1) {
      await on.claim();
      on.pass(LEASE_MS);
    }
    await runDue(on);
    expect(calls).toBe(0);
    expect((await on.inbox(LANE)).map(({ event }) => event)).toMatchObject([
      { effect: "pull.update", failure: { class: "policy-blocked", cause: { kind: "never-ended", times: 5 } } },
    ]);
    expect(await on.nextDueIn()).toBeNull();
  });

  it("has one more try when it is asked for again, and then counts from zero", async () => {
    const on = bench({ branchTip: async () => sha("tip") });
    const again = { ...due(observe), replace: true };
    await on.queue(FEATURE, again);
    for (let death = 1; death <= 5; death += 1) {
      await on.claim();
      on.pass(LEASE_MS);
    }
    await runDue(on);
    await on.queue(FEATURE, again);
    await runDue(on);
    const types = (await on.inbox(FEATURE)).map(({ event }) => (event as { type: string }).type);
    expect(types).toEqual(["effect.failed", "branch.observed"]);
    await on.queue(FEATURE, again);
    expect(await on.claim()).toMatchObject([{ unended: 0 }]);
  });
});

describe("an effect on a repository that is closed to the App", () => {
  const close = new Closed("archived", "archived");
  const routed = async (on: ReturnType<typeof bench>) => {
    await on.receive(FEATURE, "first", {});
    await on.store.step(FEATURE, 1, ({ events: [first] }) => ({
      ...{ state: {}, schema: 1, ended: false, effects: [], cancel: [], sends: [], routes: ["repository 1"] },
      history: [{ ...first!, outcome: {}, effects: [] }],
    }));
  };

  it("waits without counting as a try, tells the features once, and goes on once it is open", async () => {
    let closed = true;
    const on = bench({
      branchTip: async () => {
        if (closed) throw close;
        return sha("tip");
      },
    });
    await routed(on);
    await on.queue(LANE, due(observe));
    for (let tries = 0; tries < 40; tries += 1) {
      await runDue(on);
      on.pass(60_000);
    }
    const hint = { type: "hinted", topic: { kind: "repository", deleted: false } };
    const told = (await on.inbox(FEATURE)).map(({ event }) => event);
    expect(told.length).toBeLessThan(12);
    expect(told[0]).toEqual(hint);
    closed = false;
    await runDue(on);
    expect((await on.inbox(LANE)).map(({ event }) => event)).toMatchObject([{ type: "branch.observed" }]);
  });

  it("is given up where no feature of the repository is left", async () => {
    const on = bench({
      branchTip: async () => {
        throw close;
      },
    });
    await on.queue(LANE, due(observe));
    await runDue(on);
    expect((await on.inbox(LANE)).map(({ event }) => event)).toMatchObject([
      { type: "effect.failed", failure: { class: "policy-blocked" } },
    ]);
    expect(await on.nextDueIn()).toBeNull();
  });
});

describe("a stored effect of another version", () => {
  it("fails as platform-unknown, so that its aggregate asks again", async () => {
    const on = bench();
    const foreign = { type: "pull.open", task: "a", wording: "of long ago" };
    await on.queue(FEATURE, { key: "pull.open:1", ordering: "a branch", effect: foreign, runAt: on.now() });
    await runDue(on);
    expect((await on.inbox(FEATURE)).map(({ event }) => event)).toMatchObject([
      { type: "effect.failed", effect: "pull.open", task: "a", pull: null, failure: { class: "platform-unknown" } },
    ]);
    expect(on.logged).toEqual(["error: a stored effect does not parse"]);
  });

  it("ends without an event where not even its type can be read, instead of being claimed for ever", async () => {
    const on = bench();
    await on.queue(FEATURE, { key: "x", ordering: "x", effect: { kind: 7 }, runAt: on.now() });
    await runDue(on);
    expect(await on.inbox(FEATURE)).toEqual([]);
    expect(await on.nextDueIn()).toBeNull();
  });
});

describe("a timer", () => {
  const timer = (dueAt: number) => ({
    key: "timer:sweep",
    ordering: `${FEATURE} timer:sweep`,
    effect: { type: "timer.set", timer: "sweep", dueAt },
    runAt: new Date(dueAt).toISOString(),
    replace: true,
  });

  it("is due at its time and not before", async () => {
    const on = bench();
    await on.queue(FEATURE, timer(START + 60_000));
    expect(await on.nextDueIn()).toBe(60_000);
    on.pass(59_999);
    expect(await runDue(on)).toBe(0);
    on.pass(1);
    await runDue(on);
    expect((await on.inbox(FEATURE)).map(({ event }) => event)).toEqual([{ type: "timer.due", timer: "sweep" }]);
  });

  it("that is set again for the same time after it was due, is due again", async () => {
    const on = bench();
    for (let time = 1; time <= 2; time += 1) {
      await on.queue(FEATURE, timer(START));
      await runDue(on);
    }
    expect((await on.inbox(FEATURE)).map(({ key }) => key)).toEqual([
      `timer:sweep:${START}=1`,
      `timer:sweep:${START}=2`,
    ]);
  });

  it("that is set again before it is due, is due once, at the later time", async () => {
    const on = bench();
    await on.queue(FEATURE, timer(START + 1_000));
    await on.queue(FEATURE, timer(START + 5_000));
    on.pass(1_000);
    expect(await runDue(on)).toBe(0);
    on.pass(4_000);
    await runDue(on);
    expect(await on.inbox(FEATURE)).toHaveLength(1);
  });
});
