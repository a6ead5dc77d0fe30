/** What people and Headgate say to each other on the issue. */
import { describe, expect, it } from "vitest";
import { openWorld, tasks } from "./world/open.ts";
import type { World } from "./world/world.ts";

const GATED = "gate $HEADGATE_TASK_ID; echo made > $HEADGATE_TASK_ID.txt";
const chain = {
  tasks: [
    { id: "one", title: "Make one" },
    { id: "two", title: "Make two", dependsOn: ["one"] },
  ],
};

async function working(world: World, task: string): Promise<void> {
  await world.until(async () => (await world.stages())[task] === "working");
}

/** Says it and waits until it has been understood and done. */
async function command(world: World, text: string): Promise<void> {
  const comment = await world.comment("maya", text);
  await world.until(async () => (await world.reactions(comment)).includes("+1"));
}

describe("the status comment", () => {
  it("is one comment, edited in place, with the plan as a diagram and a table; its last edit says how it ended", async () => {
    const world = await openWorld({ plan: chain, agent: GATED });
    await world.label();
    await working(world, "one");
    await world.until(async () => /`one` Make one \| 🔨 working/.test(await world.status()));
    const first = await world.statusComments();
    const early = await world.status();
    expect(early).toMatch(/^\*\*1 task is being worked on, 0 of 2 are done\.\*\*/);
    expect(early).toMatch(
      /```mermaid\nflowchart LR\n {2}t0\["🔨 one.*:::active\n {2}t1\["⚪ two.*:::idle\n {2}t0 --> t1\n/,
    );
    expect(early).toMatch(
      /\| `two` Make two \| ⚪ blocked \| {2}\| It waits for one; next: it starts when they are done/,
    );

    await world.open("one");
    await world.open("two");
    await world.completed();
    expect(first).toHaveLength(1);
    expect(await world.statusComments()).toEqual(first);
    const last = await world.status();
    expect(last).toMatch(/^\*\*All tasks are done; 2 of 2 merged\.\*\*/);
    expect(last).toMatch(/t0\["✅ one #35;2.*:::done/);
    expect(last).toMatch(
      /`two` Make two \| ✅ done \| #3 \| merged as [0-9a-f]{7}; judged by `unit` \(\[run \d+\]\(\S+\)\) \|/,
    );
    expect((await world.issue()).state).toBe("closed");
  });
});

describe("a command", () => {
  it("is answered by reactions, or in words where it asks, is malformed or cannot be carried out", async () => {
    const world = await openWorld({ agent: GATED });
    await world.label();
    await working(world, "one");
    const asked = {
      status: await world.comment("maya", "How is it?\n\n/headgate status"),
      help: await world.comment("maya", "/headgate help"),
      malformed: await world.comment("maya", "/headgate hodl"),
      unknown: await world.comment("maya", "/headgate retry nothing"),
      early: await world.comment("maya", "/headgate retry one"),
      fenced: await world.comment("maya", "Type this:\n```\n/headgate cancel\n```\n"),
      quoted: await world.comment("maya", "> /headgate cancel\n\nNo, don't."),
      within: await world.comment("maya", "You may say /headgate cancel at any time."),
    };
    await world.until(async () => (await world.said()).length === 4);
    await world.open("one");
    await world.completed();

    const reactions: Record<string, string[]> = {};
    for (const [name, comment] of Object.entries(asked)) reactions[name] = await world.reactions(comment);
    expect(reactions).toEqual({
      status: ["+1"],
      help: ["+1"],
      malformed: [],
      unknown: ["confused"],
      early: ["confused"],
      fenced: [],
      quoted: [],
      within: [],
    });
    const said = await world.said();
    expect(said).toContainEqual(
      expect.stringMatching(/^Start a line of a comment with one of these commands.*`\/headgate hold`/s),
    );
    expect(said).toContainEqual(expect.stringContaining("there is no command 'hodl'. Did you mean 'hold'?"));
    expect(said).toContainEqual(expect.stringContaining("There is no task 'nothing'. Tasks: one."));
    expect(said).toContainEqual(expect.stringContaining("you can only retry a task that needs attention or waits"));
  });

  it("in a comment of Headgate's own is none, for webhooks as for sweeps", async () => {
    const world = await openWorld({ agent: GATED });
    await world.label();
    await working(world, "one");
    const app = world.asApp();
    const { data: installations } = await app.rest.apps.listInstallations();
    const { token } = (await app.auth({ type: "installation", installationId: installations[0]?.id })) as {
      token: string;
    };
    const { data } = await world
      .client({ auth: token })
      .rest.issues.createComment({ owner: "maya", repo: "tool", issue_number: 1, body: "/headgate cancel" });
    const { round } = await world.feature();
    world.later(61_000);
    await world.until(async () => (await world.feature()).round > round);
    await command(world, "/headgate status");
    await world.open("one");
    await world.completed();
    expect(await world.reactions(data.id)).toEqual([]);
  });
});

describe("a hold", () => {
  it.each([
    [
      "by a command is ended by a command",
      (world: World) => command(world, "/headgate hold"),
      (world: World) => command(world, "/headgate resume"),
    ],
    ["by taking the label off is ended by putting it on again", unlabel, relabel],
  ])("%s; meanwhile nothing starts and nothing merges", async (_name, hold, resume) => {
    const world = await openWorld({ plan: chain, agent: GATED });
    await world.label();
    await working(world, "one");
    await hold(world);
    await world.open("one");
    await world.settled();

    expect(await world.stages()).toEqual({ one: "in-lane", two: "blocked" });
    expect(await world.log()).toEqual(["first"]);
    expect(await world.status()).toMatch(/> \*\*On hold: .*maya.*\*\*\n> Next: `\/headgate resume` continues/);

    await world.open("two");
    await resume(world);
    await world.completed();
    expect(await world.log()).toEqual(["Make two (#3)", "Make one (#2)", "first"]);
  });

  async function unlabel(world: World): Promise<void> {
    await world.unlabel();
    await world.until(async () => (await world.feature()).hold !== null);
  }

  async function relabel(world: World): Promise<void> {
    // GitHub's times are in seconds: within one, nothing distinguishes two labellings.
    world.later(2_000);
    await world.label();
  }
});

describe("a feature that is called off", () => {
  it.each([
    ["by closing the issue", (world: World) => world.closeIssue()],
    ["by a command", (world: World) => command(world, "/headgate cancel")],
  ])("%s leaves no job, no open pull, and says so", async (_name, callOff) => {
    const world = await openWorld({
      plan: { tasks: [...tasks("quick", "slow").tasks, { id: "next", title: "Next", dependsOn: ["quick"] }] },
      agent: "if [ $HEADGATE_TASK_ID = slow ]; then gate never; fi; echo made > $HEADGATE_TASK_ID.txt",
      test: "gate checked",
    });
    await world.label();
    await world.until(
      async () => (await world.stages()).quick === "in-lane" && (await world.stages()).slow === "working",
    );
    await callOff(world);
    await world.until(async () => (await world.runs()).every((run) => run.status === "completed"));
    await world.open("checked");
    await world.settled();

    expect(await world.stages()).toEqual({ quick: "cancelled", slow: "cancelled", next: "cancelled" });
    expect((await world.runs()).map((run) => [run.display_title, run.conclusion]).sort()).toEqual([
      ["headgate 1/quick/1", "success"],
      ["headgate 1/slow/1", "cancelled"],
    ]);
    expect((await world.pulls()).map((pull) => [pull.state, pull.merged_at])).toEqual([["closed", null]]);
    expect(await world.status()).toMatch(/^\*\*.*maya cancelled it; 0 of 3 merged\.\*\*/);
    expect(await world.log()).toEqual(["first"]);
  });

  it("while its plan is being made starts nothing when the plan comes", async () => {
    let answer: (plan: unknown) => void = () => {};
    const world = await openWorld({ plan: new Promise((resolve) => (answer = resolve)) });
    await world.label();
    await world.until(async () => (await world.status()).includes("Headgate is making a plan"));
    await world.closeIssue();
    await world.until(async () => (await world.feature()).stage === "cancelled");
    answer(tasks("one"));
    await world.settled();
    expect(await world.runs()).toEqual([]);
    expect(await world.branches()).toEqual(["main"]);
  });
});

describe("a plan that a person approves", () => {
  it("is shown, changed by a command and approved; nothing starts before, and what was dropped never does", async () => {
    const world = await openWorld({ plan: tasks("one", "two"), policy: { approve: { when: "always", usd: 0 } } });
    await world.label();
    await world.until(async () => (await world.stage()) === "proposed");
    await world.settled();
    expect((await world.ours()).join("\n")).toMatch(/2 tasks · .* · nothing started/);
    expect(await world.stages()).toEqual({ one: "blocked", two: "blocked" });
    expect(await world.pulls()).toEqual([]);

    await world.comment("maya", "/headgate plan drop 2");
    await world.until(async () => (await world.feature()).plan?.version === 2);
    await world.settled();
    expect((await world.ours()).join("\n")).toMatch(/1 task · .* · nothing started/);
    await world.comment("maya", "/headgate approve 2");
    await world.completed();
    expect(await world.stages()).toEqual({ one: "done" });
    expect((await world.feature()).plan?.approvedBy).toBe("maya");
  });
});
