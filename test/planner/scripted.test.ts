import { startScriptedModel } from "@headgate/scripted-model";
import { expect, it } from "vitest";
import { CIRCULAR, GOOD, plan, TASKS } from "./fixture.ts";

it("the scripted model answers the planner, and its repair", async () => {
  const scripted = await startScriptedModel({ script: { thinkMs: 0, planner: [{ say: CIRCULAR }, { say: GOOD }] } });
  try {
    const { answer } = await plan({ model: { apiKey: "any", baseUrl: scripted.url } });

    expect(answer).toMatchObject({ plan: { tasks: TASKS } });
    expect(scripted.requests().map(({ turn }) => turn)).toEqual(["planner 1", "planner 2"]);
    // The second request finds the system prompt in the cache.
    expect(answer.usage?.cacheReadTokens).toBeGreaterThan(500);
  } finally {
    await scripted.close();
  }
});
