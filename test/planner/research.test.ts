/** Research of the repository before planning. */
import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../../src/core/policy.ts";
import { useTool } from "../../src/planner/research/reading.ts";
import { type Asked, answerWith, plan, playProvider, refuse, repository, request, TASKS } from "./fixture.ts";

playProvider();

const looks = (research: number) => ({ policy: { ...defaultPolicy, plan: { ...defaultPolicy.plan, research } } });
const github = repository({ "src/parse.ts": "one\ntwo\u200b\nthree", "README.md": "# Shop" });
const last = (asked: Asked[]) => asked.at(-1)!.messages[0]!.content;

describe("research before planning", () => {
  it("is taken by the small model, which reads; the planner reads its notes", async () => {
    answerWith({ use: [{ name: "list_files", input: { folder: "src" } }] });
    answerWith({ use: [{ name: "read_file", input: { path: "src/parse.ts", line: 2 } }] });
    answerWith({ text: "parse() is in src/parse.ts.\u202e" });
    answerWith();

    const { answer, asked } = await plan({ github }, looks(1));

    expect(answer).toMatchObject({ plan: { tasks: TASKS }, model: "claude-opus-5-5", usage: { inputTokens: 4_000 } });
    // 3 questions of the small model, and one of the large.
    expect(answer.usage?.usd).toBeCloseTo(3 * (1_000 * 0.1 + 200 * 0.5) * 1e-6 + (1_000 * 4 + 200 * 20) * 1e-6, 9);
    expect(asked.map(({ model }) => model)).toEqual([...Array(3).fill("claude-haiku-5-5"), "claude-opus-5-5"]);
    expect(asked[0]!.tools?.map(({ name }) => name)).toEqual(["list_files", "read_file"]);
    const results = asked[2]!.messages.filter(({ role }) => role === "user").slice(1);
    expect(results.map(({ content }) => (content as unknown as { content: string }[])[0]!.content)).toEqual([
      '<untrusted source="paths below src">\nsrc/parse.ts\n</untrusted>',
      '<untrusted source="src/parse.ts">\ntwo\nthree\n</untrusted>',
    ]);
    expect(last(asked)).toContain(
      '<untrusted source="notes of somebody who looked at the repository: where it goes">\nparse() is in src/parse.ts.\n</untrusted>',
    );
  });

  it("does not happen unless the policy asks for it", async () => {
    answerWith();
    expect((await plan({ github })).asked).toHaveLength(1);
  });

  it("is taken at several topics at a time", async () => {
    for (let look = 0; look < 3; look += 1) answerWith({ text: "Nothing to note." });
    answerWith();
    const { asked } = await plan({ github }, looks(3));
    expect(last(asked).match(/notes of somebody/g)).toHaveLength(3);
  });

  it.each<[string, () => void]>([
    ["a refusal", () => answerWith({ text: "", stop: "refusal" })],
    ["truncation", () => answerWith({ text: "On and on", stop: "max_tokens" })],
    ["a request the provider does not take", () => refuse(400)],
    ["silence", () => answerWith({ text: " " })],
  ])("that ends in %s costs its notes, not the plan", async (_, trouble) => {
    trouble();
    answerWith();
    const { answer, asked } = await plan({ github }, looks(1));
    expect(answer).toMatchObject({ plan: { tasks: TASKS } });
    expect(last(asked)).not.toContain("notes of somebody");
  });

  it("that reads on and on has to answer in its last turn", async () => {
    for (let turn = 0; turn < 8; turn += 1) answerWith({ use: [{ name: "list_files", input: { folder: "" } }] });
    answerWith();
    const { answer, asked } = await plan({ github }, looks(1));
    expect(asked.map((one) => one.tool_choice?.type)).toEqual([...Array(7).fill(undefined), "none", undefined]);
    expect(answer).toMatchObject({ plan: { tasks: TASKS }, usage: { inputTokens: 9_000 } });
  });

  it("by a model without a price is refused before anything is spent", async () => {
    const { small: _, ...models } = defaultPolicy.models;
    const policy = { ...looks(1).policy, models: { ...models, small: "somebody-elses" } };
    const { answer, asked } = await plan({ github }, { policy });
    expect(answer).toMatchObject({
      failure: { cause: { kind: "model-unpriced", model: "somebody-elses" } },
      usage: null,
    });
    expect(asked).toEqual([]);
  });
});

describe("the tools of research", () => {
  const shelf = { github, repo: request.repo, sha: request.base.sha, paths: ["src/parse.ts", "big.txt"] };
  const big = { ...shelf, github: { readFile: async () => "0123456789\n".repeat(10_000) } };

  it.each([
    ["read outside the list", "read_file", { path: "../secrets" }, "There is no such file, or it is not text."],
    ["read what the list has not", "read_file", { path: "README.md" }, "There is no such file, or it is not text."],
    ["list elsewhere", "list_files", { folder: "../..", more: 1 }, /paths below the root/],
    ["list nothing", "list_files", { folder: "nowhere" }, "There is no such folder."],
    ["call without an input", "read_file", {}, "read_file takes a path and, if need be, a line."],
    ["write", "write_file", { path: "x", text: "y" }, "There is no such tool."],
  ])("is not to %s", async (_, name, input, answer) => {
    const said = await useTool(shelf, name, input);
    if (typeof answer === "string") expect(said).toBe(answer);
    else expect(said).toMatch(answer);
  });

  it("is to read a large file piece by piece", async () => {
    const said = await useTool(big, "read_file", { path: "big.txt" });
    expect(said.length).toBeLessThan(17_000);
    expect(said).toMatch(/\nIt goes on; read on from line 1455\.$/);
  });
});
