/** The repository gets another name, is archived and taken from the App while a feature is under way. */
import { expect, it } from "vitest";
import { AT } from "./world/onlooker.ts";
import { openWorld, tasks } from "./world/open.ts";

const MINUTE = 60_000;

it("a feature goes on under the new name of its repository, after every time that the App may not work in it", async () => {
  const world = await openWorld({ plan: tasks("one", "two"), agent: "gate go; echo made > $HEADGATE_TASK_ID.txt" });
  const { repos } = world.as("maya").rest;
  const closed = async () => (await world.feature()).closed?.why.kind ?? null;
  await world.label();
  await world.until(async () => (await world.runs()).length === 2);

  await repos.update({ ...AT, name: "later" });
  await world.until(async () => (await world.feature()).repo.name === "later");

  const later = { ...AT, repo: "later" };
  await repos.update({ ...later, archived: true });
  await world.until(async () => (await closed()) === "archived");
  await repos.update({ ...later, archived: false });
  world.later(MINUTE);
  await world.until(async () => (await closed()) === null);

  // GitHub sends no webhook meanwhile, and none that names the repository afterwards.
  world.suspend(true);
  await world.open("go");
  await world.gitHubSettled();
  world.later(10 * MINUTE);
  await world.until(async () => (await closed()) === "suspended");
  world.suspend(false);
  world.later(10 * MINUTE);
  await world.until(async () => (await closed()) === null);
  world.later(MINUTE);
  await world.completed();

  const report = await world.report();
  expect(report.merges.map(({ order }) => order)).toEqual([1, 2]);
  expect(report.tasks.map((task) => task.attempts.length)).toEqual([1, 1]);
  const features = (await world.store.aggregates("")).filter(({ aggregate }) => aggregate.includes("#"));
  expect(features.map(({ aggregate }) => aggregate)).toEqual([`${world.repositoryId}#1`]);
  expect(await world.status()).toContain("2 of 2 merged");
  expect(await world.statusComments()).toHaveLength(1);
});
