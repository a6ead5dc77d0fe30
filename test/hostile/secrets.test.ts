/** Secrets that an agent leaves beside a change that nothing is wrong with: the change lands, and the secret is nowhere. */
import { expect, it } from "vitest";
import { createScanner } from "../../src/secrets/scanner.ts";
import { openWorld, tasks } from "../scenario/world/open.ts";
import { classicToken, samples } from "../secrets/samples.ts";
import { hostileWorkflow } from "./forging.ts";
import type { Hostile } from "./hostile.ts";

const fixture = samples["a bot token of Slack"]?.text ?? "";

it("an agent's words lose their secrets before anybody reads them, and what the base admits as a fixture lands", async () => {
  const { secrets } = await createScanner().scanFile("a", new TextEncoder().encode(fixture));
  const admitted = (id: string, path: string, text: string, result = {}): Hostile => ({
    kind: "secret",
    id,
    guard: "secret-words",
    forged: { forges: [{ write: path, text }], result },
    reads: /^$/,
  });
  const agents = [
    admitted("words", "words.txt", "plain\n", {
      summary: `I called the API with ${classicToken}, in base64 ${Buffer.from(`token ${classicToken}`).toString("base64")}.`,
    }),
    admitted("by-path", "test/keys/a.txt", `${classicToken}\n`),
    admitted("by-print", "a.txt", `${fixture}\n`),
  ];
  const world = await openWorld({
    plan: tasks(...agents.map(({ id }) => id)),
    files: {
      ".github/headgate.yml": `approve: never\nsecrets:\n  allow: [test/keys, "${secrets[0]?.fingerprint}"]\n`,
    },
    workflow: hostileWorkflow(agents),
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
