import { describe, expect, it } from "vitest";
import { judgePlan } from "../../src/core/plan.ts";
import { Unavailable } from "../../src/loop/github-port.ts";
import { filePlanner } from "../../src/planner/file-planner.ts";
import { answerWith, CIRCULAR, GOOD, plan, playProvider, repository, request, TASKS } from "./fixture.ts";

playProvider();

const usage = (times: number) => ({ inputTokens: 1000 * times, outputTokens: 200 * times });

describe("the model's plan", () => {
  it("comes back as it was given, with the model and what it cost", async () => {
    answerWith();

    const { answer } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: TASKS }, model: "claude-opus-5-5", usage: usage(1) });
    expect(judgePlan((answer as { plan: unknown }).plan)).toMatchObject({
      ok: true,
      plan: { land: "each", onFailure: "keep" },
    });
  });

  it("with errors is asked for once more, with every error listed", async () => {
    answerWith({ text: CIRCULAR });
    answerWith();

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: TASKS }, usage: usage(2) });
    expect(asked[1]!.messages).toEqual([
      ...asked[0]!.messages,
      { role: "assistant", content: CIRCULAR },
      {
        role: "user",
        content:
          "The plan cannot be used:\n- these tasks depend on each other in a cycle: parser, cli\n\nAnswer with the whole plan again, with these fixed.",
      },
    ]);
  });

  it("with errors twice goes to the core as it is", async () => {
    answerWith({ text: CIRCULAR });
    answerWith({ text: '{"tasks":[]}' });

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: [] }, usage: usage(2) });
    expect(asked).toHaveLength(2);
  });

  it("with prose around it is asked for as JSON alone", async () => {
    answerWith({ text: `Here is the plan:\n${GOOD}\nGood luck!` });
    answerWith();

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: TASKS }, usage: usage(2) });
    expect(asked[1]!.messages.at(-1)!.content).toContain("- the answer is not JSON, or has other text around it");
  });

  it("that ends in prose leaves the core the one before", async () => {
    answerWith({ text: CIRCULAR });
    answerWith({ text: "I can't." });

    const { answer } = await plan();

    expect(answer).toMatchObject({ plan: JSON.parse(CIRCULAR) });
  });

  it("that is prose twice is the model's failure", async () => {
    answerWith({ text: "I would start with the parser." });
    answerWith({ text: "As I said." });

    const { answer } = await plan();

    expect(answer).toMatchObject({ failure: { class: "agent-failed" }, usage: usage(2) });
  });

  it("with 200 tasks and wild ids is asked for again with a bounded list of errors", async () => {
    const tasks = Array.from({ length: 200 }, (_, number) => ({
      id: `Task ${number}`,
      files: ["../x"],
      dependsOn: ["no"],
    }));
    answerWith({ text: JSON.stringify({ tasks }) });
    answerWith();

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: TASKS } });
    const correction = asked[1]!.messages.at(-1)!.content;
    expect(correction.split("\n- ")).toHaveLength(52);
    expect(correction).toContain("a plan has at most 50 tasks");
  });
});

it("a repository that cannot be read is GitHub's failure, not a plan's", async () => {
  const github = {
    ...repository(),
    listFiles: async () => {
      throw new Unavailable("listFiles: down");
    },
  };

  await expect(plan({ github })).rejects.toBeInstanceOf(Unavailable);
});

it("a written plan is given as it is, and no model is asked", async () => {
  const written = { tasks: "not even a list" };

  expect(await filePlanner(() => written).plan(request)).toEqual({
    plan: written,
    source: "file",
    model: null,
    usage: null,
  });
});
