/** From pulls to the base branch: conflicts, red checks, and what lands. */
import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../../src/core/policy.ts";
import { openWorld, tasks } from "./world/open.ts";

const attempts = { ...defaultPolicy.attempts, max: 2 };

describe("the whole way", () => {
  it("lands a diamond in order; every tree that lands is the tree whose checks passed", async () => {
    const world = await openWorld({
      plan: {
        tasks: [
          { id: "top", title: "Top" },
          { id: "left", title: "Left", dependsOn: ["top"] },
          { id: "right", title: "Right", dependsOn: ["top"] },
          { id: "bottom", title: "Bottom", dependsOn: ["left", "right"] },
        ],
      },
      // Each sees what it depends on.
      agent: "cat *.txt | sort > seen; echo $HEADGATE_TASK_ID > $HEADGATE_TASK_ID.txt; mv seen $HEADGATE_TASK_ID.seen",
    });
    await world.label();
    await world.completed();

    const log = await world.log();
    expect(log).toHaveLength(5);
    expect(log[0]).toMatch(/^Bottom/);
    expect(log[3]).toMatch(/^Top/);
    expect(await world.file("left.seen")).toBe("top\n");
    expect(await world.file("bottom.seen")).toBe("left\nright\ntop\n");

    const { merges, feature } = await world.report();
    expect(merges.map((merge) => merge.order)).toEqual([1, 2, 3, 4]);
    for (const merge of merges) {
      expect(merge.landedTree).toBe(merge.testedTree);
      expect(await world.checks(merge.headSha)).toContainEqual(["unit", "success"]);
    }
    expect(feature.status).toBe("completed");
    expect(await world.issue()).toMatchObject({ state: "closed", state_reason: "completed" });
    expect(await world.branches()).toEqual(["main"]);
  });
});

describe("two tasks that change the same line", () => {
  const plan = tasks("ham", "jam");

  it("both land after an attempt has resolved the conflict", async () => {
    const world = await openWorld({
      plan,
      files: { "order.txt": "nothing\n" },
      agent: `case $HEADGATE_ATTEMPT_KIND in
        build) echo $HEADGATE_TASK_ID > order.txt;;
        resolve) grep -v '^[<=>]\\{7\\}' order.txt | sort > resolved; mv resolved order.txt;;
      esac`,
    });
    await world.label();
    await world.completed();
    expect(await world.file("order.txt")).toBe("ham\njam\n");
    const { tasks: reported, merges } = await world.report();
    const kinds = reported.map((task) => task.attempts.map(({ kind, class: failure }) => [kind, failure]));
    expect(kinds.sort((left, right) => left.length - right.length)).toEqual([
      [["build", null]],
      [
        ["build", "conflict-with-base"],
        ["resolve", null],
      ],
    ]);
    for (const merge of merges) expect(merge.landedTree).toBe(merge.testedTree);
  });

  it("leave one parked, with its reason, when conflict markers are all that comes of it", async () => {
    const world = await openWorld({
      plan,
      files: { "order.txt": "nothing\n" },
      agent: "if [ $HEADGATE_ATTEMPT_KIND = build ]; then echo $HEADGATE_TASK_ID > order.txt; fi",
      policy: { attempts },
    });
    await world.label();
    await world.settled();
    expect(Object.values(await world.stages()).sort()).toEqual(["done", "parked"]);
    const parked = (await world.feature()).tasks.find((task) => task.stage === "parked");
    expect(parked?.attempts.map(({ kind, class: failure }) => [kind, failure])).toEqual([
      ["build", "conflict-with-base"],
      ["resolve", "agent-failed"],
      ["resolve", "agent-failed"],
    ]);
    expect(await world.status()).toContain("conflict markers are left in order.txt");
    expect((await world.pulls()).filter((pull) => pull.state === "open")).toHaveLength(1);
    expect(await world.file("order.txt")).toMatch(/^(ham|jam)\n$/);
  });
});

describe("red checks", () => {
  it("lead to a repair that receives what failed", async () => {
    const world = await openWorld({
      test: 'if grep -q broken *.txt; then echo "one.txt:1 expected made, was broken"; exit 1; fi',
      agent: `case $HEADGATE_ATTEMPT_KIND in
        build) echo broken > one.txt;;
        repair) grep -q "one.txt:1 expected made, was broken" $HEADGATE_BRIEF_FILE && echo made > one.txt;;
      esac`,
      policy: { attempts },
    });
    await world.label();
    await world.completed();
    const [task] = (await world.report()).tasks;
    expect(task?.attempts).toEqual([
      expect.objectContaining({ kind: "build", class: "checks-failed", cause: expect.stringContaining("unit: ") }),
      expect.objectContaining({ kind: "repair", class: null }),
    ]);
    expect(await world.file("one.txt")).toBe("made\n");
  });

  it("that only two changes together make never reach the base branch", async () => {
    const world = await openWorld({
      plan: tasks("ham", "jam"),
      test: "if [ -e ham.txt ] && cmp -s ham.txt jam.txt; then echo they must differ; exit 1; fi",
      agent: `case $HEADGATE_ATTEMPT_KIND in
        build) echo same > $HEADGATE_TASK_ID.txt;;
        repair) echo other > $HEADGATE_TASK_ID.txt;;
      esac`,
    });
    await world.label();
    await world.completed();
    const kinds = (await world.report()).tasks.map((task) => task.attempts.map((attempt) => attempt.kind));
    expect(kinds.sort()).toEqual([["build"], ["build", "repair"]]);
    expect([await world.file("ham.txt"), await world.file("jam.txt")].sort()).toEqual(["other\n", "same\n"]);
  });

  it("that stay red park the task with the failing check's words, and leave its pull open", async () => {
    const world = await openWorld({
      test: "echo 'nothing is ever good enough'; exit 1",
      agent: "echo $HEADGATE_ATTEMPT_KIND >> one.txt",
      policy: { attempts },
    });
    await world.label();
    await world.settled();
    expect(await world.stages()).toEqual({ one: "parked" });
    expect(await world.status()).toMatch(
      /✋ needs attention \| #2 \|.*look at the failing checks.*`\/headgate retry one`/,
    );
    const [pull] = await world.pulls();
    expect(pull?.state).toBe("open");
    expect(await world.log()).toEqual(["first"]);
  });
});
