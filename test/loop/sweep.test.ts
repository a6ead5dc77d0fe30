import { expect, it } from "vitest";
import type { GitHub, IssueSnapshot } from "../../src/loop/github-port.ts";
import type { Store } from "../../src/loop/store-port.ts";
import { applying } from "../contract/store-kit.ts";
import { FEATURE, repo } from "../core/world.ts";
import { altered, bench, SWEEP_EVERY_MS } from "./bench.ts";

const issue: IssueSnapshot = {
  closedBy: null,
  ...{ number: 1, title: "T", body: "B", state: "open" as const, labels: ["headgate"], author: "ada" },
};
const github: Partial<GitHub> = {
  labelledIssues: async () => [issue],
  labelledBy: async () => ({ login: "ada", at: "2026-01-01T00:00:00Z" }),
};
const closing = { type: "closing.observed", open: false, by: "ada", permission: "write" };
const installed = { repositories: async () => [repo] };

it("the sweep finds a labelled issue whose webhook was lost, and the feature begins", async () => {
  const on = bench(github, installed);
  await on.loop.tick();
  await on.loop.stepInbox();
  expect((await on.store.snapshot(FEATURE))?.state).toMatchObject({ stage: "planning", labelledBy: "ada" });
});

it("the sweep and a late webhook of the same label are one event", async () => {
  const on = bench(github, installed);
  await on.loop.tick();
  await on.receive(FEATURE, "labelled:2026-01-01T00:00:00Z", { type: "feature.labelled" });
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("the sweep does not ask who labelled an issue that is a feature already", async () => {
  let asked = 0;
  const labelledBy = async () => {
    asked += 1;
    return { login: "ada", at: "2026-01-01T00:00:00Z" };
  };
  const on = bench({ ...github, labelledBy }, installed);
  for (let sweep = 1; sweep <= 3; sweep += 1) {
    await on.loop.tick();
    await on.loop.stepInbox();
    on.pass(SWEEP_EVERY_MS);
  }
  expect(asked).toBe(1);
});

it("the sweep starts a feature on an issue where a command came before the label", async () => {
  const on = bench(github, installed);
  await on.receive(FEATURE, "hint", { type: "hinted", topic: { kind: "issue" } });
  await on.loop.stepInbox();
  await on.loop.tick();
  await on.loop.stepInbox();
  expect((await on.store.snapshot(FEATURE))?.state).toMatchObject({ stage: "planning" });
});

it("the sweep begins a feature anew that was labelled after its end, once", async () => {
  const at = (minute: number) => `2026-01-01T00:0${minute}:00Z`;
  let labelled = at(0);
  const on = bench({ ...github, labelledBy: async () => ({ login: "ada", at: labelled }) }, installed);
  const sweeps = async () => {
    on.pass(SWEEP_EVERY_MS);
    await on.loop.tick();
    await on.settle();
  };
  await sweeps();
  await on.receive(FEATURE, "closed", { type: "issue.closed", by: "ada" });
  await on.receive(FEATURE, "read", { ...closing, round: 3 });
  await on.settle();
  expect((await on.store.snapshot(FEATURE))?.state).toMatchObject({ stage: "cancelled" });
  await sweeps();
  expect(await on.store.snapshot(`${FEATURE}.2`)).toBeNull();
  labelled = at(5);
  await sweeps();
  await sweeps();
  expect((await on.store.snapshot(`${FEATURE}.2`))?.state).toMatchObject({ stage: "planning", life: { number: 2 } });
  expect(await on.store.snapshot(`${FEATURE}.3`)).toBeNull();
});

it("the sweep leaves an issue alone whose label is gone by now", async () => {
  const on = bench({ ...github, labelledBy: async () => null }, installed);
  await on.loop.tick();
  expect(await on.inbox(FEATURE)).toEqual([]);
  expect(on.logged).toEqual([]);
});

it("a repository that cannot be swept does not keep the others from it", async () => {
  const broken = { id: 1, owner: "acme", name: "broken" };
  const labelledIssues: GitHub["labelledIssues"] = async ({ name }) => {
    if (name === "broken") throw new Error("502");
    return [issue];
  };
  const on = bench({ ...github, labelledIssues }, { repositories: async () => [broken, repo] });
  await on.loop.tick();
  expect(on.logged).toEqual(["warn: a repository could not be swept"]);
  expect(await on.inbox(FEATURE)).toHaveLength(1);
});

it("a sweep that fails as a whole is logged and repeated after the next interval", async () => {
  let calls = 0;
  const repositories = async () => {
    calls += 1;
    throw new Error("no connection");
  };
  const on = bench(github, { repositories });
  await on.loop.tick();
  await on.loop.tick();
  expect(on.logged).toEqual(["warn: the sweep failed; it is repeated in a moment"]);
  on.pass(SWEEP_EVERY_MS);
  await on.loop.tick();
  expect(calls).toBe(2);
});

it("the first sweep after a start wakes everything under way, the later ones do not", async () => {
  const on = bench({ ...github, labelledIssues: async () => [] }, installed);
  await on.queue(FEATURE);
  for (let sweep = 1; sweep <= 2; sweep += 1) {
    await on.loop.tick();
    on.pass(SWEEP_EVERY_MS);
  }
  expect((await on.inbox(FEATURE)).map(({ event }) => event)).toEqual([{ type: "timer.due", timer: "sweep" }]);
});

it("a first sweep of many aggregates that fails in the middle goes on where it stopped", async () => {
  let batches = 0;
  const storeOver = (inner: Store) =>
    altered(inner, {
      receive: async (...given) => {
        batches += 1;
        if (batches === 4) throw new Error("out of memory");
        return inner.receive(...given);
      },
    });
  const on = bench(github, { ...installed, storeOver });
  const names = Array.from({ length: 1_200 }, (_, n) => `1:branch-${n}`);
  const woken = new Map<string, number>();
  const event = (aggregate: string) => ({ id: aggregate, aggregate, key: "first", event: {}, at: on.now() });
  await on.store.receive(names.map(event), []);
  for (const name of names) await on.store.step(name, 10, applying());
  await on.loop.tick();
  on.pass(10_000);
  await on.loop.tick();
  for (const name of names) woken.set(name, (await on.inbox(name)).length);
  expect([...new Set(woken.values())]).toEqual([1]);
});

it("the first sweep leaves alone what has ended", async () => {
  const on = bench({ ...github, labelledIssues: async () => [] }, installed);
  await on.receive(FEATURE, "hint", {});
  await on.store.step(FEATURE, 10, applying({ ended: true }));
  await on.loop.tick();
  expect(await on.inbox(FEATURE)).toEqual([]);
});

it("the sweep is not repeated before its interval is over", async () => {
  let sweeps = 0;
  const labelledIssues = async () => {
    sweeps += 1;
    return [];
  };
  const on = bench({ ...github, labelledIssues }, installed);
  await on.loop.tick();
  on.pass(SWEEP_EVERY_MS - 1);
  await on.loop.tick();
  expect(sweeps).toBe(1);
  on.pass(1);
  await on.loop.tick();
  expect(sweeps).toBe(2);
});

it("after webhooks were lost a sweep follows within ten seconds and wakes everything under way again", async () => {
  const on = bench(github, installed);
  await on.queue("acme/tool:main");
  await on.loop.tick();
  on.loop.missed();
  on.pass(9_999);
  await on.loop.tick();
  expect(await on.inbox("acme/tool:main")).toHaveLength(1);
  on.pass(1);
  await on.loop.tick();
  expect(await on.inbox("acme/tool:main")).toHaveLength(2);
});

it("webhooks that are lost again and again do not keep the sweep from its time, nor make it more frequent", async () => {
  let sweeps = 0;
  const on = bench(
    { ...github, labelledIssues: async () => [] },
    {
      repositories: async () => {
        sweeps += 1;
        return [repo];
      },
    },
  );
  await on.loop.tick();
  for (let second = 1; second <= 30; second += 1) {
    on.loop.missed();
    on.pass(1_000);
    await on.loop.tick();
  }
  expect(sweeps).toBe(4);
});

it("webhooks that are lost while a sweep wakes what is under way lead to another one that wakes everything", async () => {
  let looks = 0;
  const storeOver = (inner: Store) =>
    altered(inner, {
      live: async (...given) => {
        looks += 1;
        if (looks === 2) on.loop.missed();
        return inner.live(...given);
      },
    });
  const on = bench(github, { storeOver });
  await on.queue("acme/tool:main");
  await on.loop.tick();
  on.pass(10_000);
  await on.loop.tick();
  expect(await on.inbox("acme/tool:main")).toHaveLength(2);
});

it("the sweep does not begin again while it still runs", async () => {
  let sweeps = 0;
  let end = () => {};
  const on = bench(github, {
    repositories: async () => {
      sweeps += 1;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return [];
    },
  });
  const first = on.loop.tick();
  on.pass(SWEEP_EVERY_MS);
  const second = on.loop.tick();
  await second;
  expect(sweeps).toBe(1);
  end();
  await first;
});
