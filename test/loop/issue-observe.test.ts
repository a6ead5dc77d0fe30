import { expect, it } from "vitest";
import { FeatureEvent } from "../../src/core/event.ts";
import { performEffect } from "../../src/loop/effects/index.ts";
import { Remembered } from "../../src/loop/memory/states.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { readCommand } from "../../src/webhook/command.ts";

const repo = { id: 1, owner: "acme", name: "tool" };
const asked: string[] = [];

function inside(comments: number) {
  const github = {
    issue: async () => ({ number: 4, title: "T", body: "B", state: "open", labels: ["Headgate"], author: "maya" }),
    comments: async () =>
      Array.from({ length: comments }, (_, index) => ({
        id: index + 1,
        author: index === 0 ? "maya" : `stranger-${index}`,
        authorIsBot: false,
        body: "/headgate hold",
        createdAt: "2026-01-05T09:00:00Z",
        updatedAt: "2026-01-05T09:00:00Z",
      })),
    permission: async (_: unknown, login: string) => {
      asked.push(login);
      return "read";
    },
  };
  const store = new MemoryStore(() => 0);
  const parts = { store, github, readCommand, settings: { label: "headgate" }, now: () => 0 };
  return { ...parts, remembered: new Remembered() } as unknown as Parameters<typeof performEffect>[0];
}

it("an observation of an issue brings all its commands, in as many events as they need", async () => {
  const effect = { type: "issue.observe" as const, repo, issue: 4, round: 3 };
  const outcomes = await performEffect(inside(1_201), effect, { aggregate: "acme/tool#4", lease: "1", isFirst: true });
  const events = outcomes.map(({ event }) => FeatureEvent.parse(event));
  const commands = events.map((event) => (event.type === "issue.observed" ? event.observation.commands : []));
  expect(commands.map((some) => some.length)).toEqual([500, 500, 201]);
  expect(commands.flat().map(({ comment }) => comment)).toEqual(Array.from({ length: 1_201 }, (_, index) => index + 1));
  expect(outcomes.map(({ key }) => key)).toEqual(["issue.observe=1", "issue.observe=1/1", "issue.observe=1/2"]);
});

it("an observation of an issue brings the commands on its tasks' pulls, of which one call reads all", async () => {
  const here = inside(0);
  const since: string[] = [];
  const on = (issue: number, body: string, author = "maya") => {
    const at = "2026-01-05T09:00:00Z";
    const id = 100 + issue;
    return { id, issue, author, authorIsBot: author.endsWith("[bot]"), body, createdAt: at, updatedAt: at };
  };
  const recentComments = async (_: unknown, from: string) => {
    since.push(from);
    return [on(11, "/headgate hold"), on(12, "Nice."), on(13, "/headgate cancel"), on(14, "/headgate hold", "x[bot]")];
  };
  Object.assign(here.github, { recentComments });
  const pulls = { numbers: [11, 12, 14], since: Date.UTC(2026, 0, 5), at: Date.UTC(2026, 0, 6) };
  const effect = { type: "issue.observe" as const, repo, issue: 4, round: 3, pulls };
  const [outcome, ...others] = await performEffect(here, effect, { aggregate: "1#4", lease: "1", isFirst: true });
  expect(others).toEqual([]);
  expect(since).toEqual(["2026-01-05T00:00:00.000Z"]);
  expect(FeatureEvent.parse(outcome?.event)).toMatchObject({
    heardUntil: pulls.at,
    observation: { commands: [{ comment: 111, by: "maya", command: { verb: "hold" }, pull: 11 }] },
  });
});

it("commands that wait in look-ups cost one look-up of their sender a minute", async () => {
  const here = inside(0);
  const run = { aggregate: "acme/tool#4", lease: "1", isFirst: true };
  const waiting = { writtenAt: 0, command: { verb: "status" as const } };
  for (const comment of [1, 2, 3]) {
    const effect = { type: "permission.observe" as const, repo, comment, by: "mallory", waiting };
    const [outcome] = await performEffect(here, effect, run);
    expect(outcome?.event).toMatchObject({ type: "permission.observed", comment, permission: "read", waiting });
  }
  expect(asked).toEqual(["mallory"]);
});
