/** A fault of our own: the core throws on one event. The core here is the real one, with that fault put into it. */
import { expect, it, vi } from "vitest";
import type * as core from "../../src/core/decide.ts";
import { createLoop } from "../../src/loop/loop.ts";
import { FEATURE, repo } from "../core/world.ts";
import { bench } from "./bench.ts";

vi.mock("../../src/core/decide.ts", async (original) => {
  const real = await original<typeof core>();
  const decideOn: typeof core.decideOn = (aggregate, state, envelope) => {
    if (JSON.stringify(envelope.event).includes("poison")) throw new TypeError("undefined is not a task");
    return real.decideOn(aggregate, state, envelope);
  };
  return { ...real, decideOn };
});

const labelled = { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" };
const hint = { type: "hinted", topic: { kind: "issue" } };
const poison = { type: "hinted", topic: { kind: "attempt", attempt: "poison", begins: true } };

it("an event on which the core throws goes into history as a defect, and the events before it are decided", async () => {
  const on = bench();
  await on.receive(FEATURE, "labelled", labelled);
  await on.receive(FEATURE, "hint", hint);
  await on.receive(FEATURE, "poison", poison);
  await on.receive(FEATURE, "later", hint);
  await on.settle();
  expect((await on.store.history(FEATURE, 0, 10)).map(({ key, outcome }) => [key, outcome])).toEqual([
    ["labelled", { applied: true }],
    ["hint", { applied: true }],
    ["poison", { defect: "TypeError: undefined is not a task" }],
  ]);
  expect(new Set(on.logged)).toEqual(new Set(["error: an event could not be decided"]));
  const notices = (await on.claim()).filter(({ key }) => key.startsWith("notice"));
  expect(notices.map(({ effect }) => effect)).toMatchObject([
    { type: "notice.post", issue: 1, notice: { about: "stopped", event: "id-3" } },
  ]);
});

it("an aggregate that an event stopped goes on without it once a process starts", async () => {
  const on = bench();
  await on.receive(FEATURE, "labelled", labelled);
  await on.receive(FEATURE, "poison", poison);
  await on.receive(FEATURE, "later", hint);
  await on.settle();
  const keys = async () => (await on.store.history(FEATURE, 0, 10)).map(({ key }) => key);
  expect(await keys()).toEqual(["labelled", "poison"]);
  await createLoop(on.inside).stepInbox();
  expect(await keys()).toEqual(["labelled", "poison", "later"]);
});

it("an event on which the core throws stops its aggregate, not the others, and is not tried again and again", async () => {
  const on = bench();
  await on.receive(FEATURE, "poison", poison);
  await on.receive(FEATURE, "labelled", labelled);
  await on.receive("1#2", "labelled", { ...labelled, issue: 2 });
  await on.settle();
  expect((await on.store.snapshot("1#2"))?.state).toMatchObject({ stage: "planning" });
  expect(await on.store.snapshot(FEATURE)).toBeNull();
  expect(await on.store.waiting(10)).toEqual([]);
});
