import { expect, it } from "vitest";
import { createLoop } from "../../src/loop/loop.ts";
import { Remembered } from "../../src/loop/memory/states.ts";
import { stepAggregate } from "../../src/loop/step.ts";
import { FEATURE, repo } from "../core/world.ts";
import { altered, bench } from "./bench.ts";

const labelled = { type: "feature.labelled", repo, issue: 1, title: "T", body: "B", by: "ada" };
const edited = (body: string) => ({ type: "issue.edited", title: "T", body });

it("a state is remembered as of its seq only", () => {
  const remembered = new Remembered();
  remembered.keep("1#1", 3, null);
  expect(remembered.at("1#1", 3)).toBeNull();
  expect(remembered.at("1#1", 4)).toBeUndefined();
  expect(remembered.at("1#2", 3)).toBeUndefined();
});

it("of more states than are kept, those that were stepped last are remembered", () => {
  const remembered = new Remembered();
  remembered.keep("first", 1, null);
  remembered.keep("second", 1, null);
  for (let index = 0; index < 198; index += 1) remembered.keep(`other ${index}`, 1, null);
  remembered.keep("first", 2, null);
  remembered.keep("one too many", 1, null);
  expect(remembered.at("first", 2)).toBeNull();
  expect(remembered.at("second", 1)).toBeUndefined();
});

it("a step decides on what the step before it wrote, without reading the snapshot again", async () => {
  const on = bench();
  await on.receive(FEATURE, "labelled", labelled);
  await stepAggregate(on.inside, FEATURE);
  expect(on.inside.remembered.at(FEATURE, 1)).toMatchObject({ stage: "planning", issue: { body: "B" } });
  await on.receive(FEATURE, "edited", edited("C"));
  // A snapshot that cannot be read shows that it is not read.
  const store = altered(on.store, {
    step: (aggregate, limit, decide) =>
      on.store.step(aggregate, limit, (loaded) => decide({ ...loaded, state: "unreadable", schema: 99 })),
  });
  expect(await stepAggregate({ ...on.inside, store }, FEATURE)).toBe(1);
});

it("a step that could not be written is not remembered: the next one decides on what the store has", async () => {
  const on = bench();
  await on.receive(FEATURE, "labelled", labelled);
  const store = altered(on.store, {
    step: (aggregate, limit, decide) =>
      on.store.step(aggregate, limit, (loaded) => {
        decide(loaded);
        throw new Error("the database went away");
      }),
  });
  await expect(stepAggregate({ ...on.inside, store }, FEATURE)).rejects.toThrow("the database went away");
  expect(on.inside.remembered.at(FEATURE, 1)).toBeUndefined();
  expect(await stepAggregate(on.inside, FEATURE)).toBe(1);
  expect((await on.store.snapshot(FEATURE))?.seq).toBe(1);
});

it("a process does not decide on what it remembers when another process has stepped the aggregate since", async () => {
  const on = bench();
  const other = createLoop(on.inside);
  await on.receive(FEATURE, "labelled", labelled);
  await on.loop.stepInbox();
  await on.receive(FEATURE, "first", edited("by the other"));
  await other.stepInbox();
  await on.receive(FEATURE, "closed", { type: "hinted", topic: { kind: "issue" } });
  await on.loop.stepInbox();
  expect((await on.store.snapshot(FEATURE))?.seq).toBe(3);
  const { state } = (await on.store.snapshot(FEATURE)) ?? {};
  expect(JSON.stringify(state)).toContain("by the other");
});
