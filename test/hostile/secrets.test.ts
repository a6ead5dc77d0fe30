/** Secrets that an agent leaves beside a change that nothing is wrong with: the change lands, and the secret is nowhere. */
import { expect, it } from "vitest";
import { createScanner } from "../../src/secrets/scanner.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import { classicToken, samples } from "../secrets/samples.ts";
import type { Hostile } from "./cases.ts";
import { forgingWorkflow } from "./forging.ts";

const fixture = samples["a bot token of Slack"]?.text ?? "";

it("an agent's words lose their secrets before anybody reads them, and what the base admits as a fixture lands", async () => {
  const { secrets } = await createScanner().scanFile("a", new TextEncoder().encode(fixture));
  const agents: Hostile[] = [
    {
      kind: "secret",
      id: "words",
      forges: [{ write: "words.txt", text: "plain\n" }],
      summary: `I called the API with ${classicToken}, in base64 ${Buffer.from(`token ${classicToken}`).toString("base64")}.`,
      reads: /^$/,
    },
    { kind: "secret", id: "by-path", forges: [{ write: "test/keys/a.txt", text: `${classicToken}\n` }], reads: /^$/ },
    { kind: "secret", id: "by-print", forges: [{ write: "a.txt", text: `${fixture}\n` }], reads: /^$/ },
  ];
  const world = await openWorld({
    plan: tasks(...agents.map(({ id }) => id)),
    files: {
      ".github/headgate.yml": `approve: never\nsecrets:\n  allow: [test/keys, "${secrets[0]?.fingerprint}"]\n`,
    },
    workflow: forgingWorkflow(agents),
  });
  await world.label();
  await world.settled();

  const feature = await world.feature();
  expect(feature.tasks.map(({ plan, stage }) => [plan.id, stage])).toEqual(agents.map(({ id }) => [id, "done"]));
  expect(await world.file("test/keys/a.txt")).toBe(`${classicToken}\n`);
  const pulls = await world.pulls();
  expect(pulls.map(({ body }) => body).join("\n")).toContain(
    "I called the API with [redacted: github], in base64 [redacted: github].",
  );
  const shown = JSON.stringify([pulls, await world.comments(), feature]);
  expect(shown).not.toContain(classicToken);
});
