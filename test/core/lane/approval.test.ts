import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryOf } from "../../../src/core/feature/task.ts";
import { laneKey } from "../../../src/core/keys.ts";
import type { ReviewedChange } from "../../../src/core/promotion/guarded.ts";
import { type EffectOf, freely, green, LANE, red, repo, running, sha, World } from "../world.ts";

type Explained = Extract<EffectOf<"send">["event"], { type: "entry.explained" }>;
type More = Parameters<World["pullIs"]>[1];

/** Tasks whose pulls, 10 and further, are in the lane. */
function inLane(...ids: string[]): World {
  const world = new World();
  world.start(Object.fromEntries(ids.map((id) => [id, []])));
  for (const id of ids) world.agentSucceeds(id);
  return world;
}

function changed(path: string, content = sha(path), more: Partial<ReviewedChange> = {}): ReviewedChange {
  return { path, kind: "scripts", content, approvedBy: null, ...more };
}

const scripts = changed("package.json");

/** A pull's webhook, and then what GitHub shows of it. */
function observe(world: World, pull: number, more: More): void {
  world.lane({ type: "hinted", topic: { kind: "pull", pull } });
  world.pullIs(pull, more);
}

function approveByComment(world: World, task: string): void {
  world.at += 2_000;
  world.commands({ verb: "approve-task", task }, "ada", world.at);
}

function standingOf(world: World, task = "a") {
  return entryOf(world.task(task))?.standing;
}

const waits = (number: number, ...paths: string[]) => ({
  kind: "approval",
  number,
  files: paths.map((path) => ({ path, kind: "scripts" })),
  moreFiles: 0,
});

describe("an entry with changes that its checks cannot vouch for", () => {
  it("waits for an approval without a try, and its feature reads which files it is about", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts] });
    expect(world.has("pull.merge")).toBe(false);
    expect(world.task("a")).toMatchObject({ stage: "in-lane", machine: { failures: 0, free: 0 } });
    expect(entryOf(world.task("a"))).toEqual({ standing: waits(1, "package.json"), checking: false });
  });

  it("names three files at most", () => {
    const world = inLane("a");
    const more = changed("and 7 more", sha("list"), { kind: "more" });
    world.pullIs(10, { guarded: [more, ...["a", "b", "c", "d"].map((path) => changed(path))] });
    expect(standingOf(world)).toEqual({ ...waits(1, "a", "b", "c"), moreFiles: 2 });
  });

  it("is not brought up to date while it waits", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], behindBy: 1 });
    expect(world.has("pull.update")).toBe(false);
  });

  it("lets the entries behind it pass", () => {
    const world = inLane("a", "b");
    world.pullIs(10, { guarded: [scripts] });
    world.pullIs(11);
    expect(world.take("pull.merge").pull).toBe(11);
  });

  it("loses the front when a new head needs an approval", () => {
    const world = inLane("a", "b");
    world.pullIs(10, { checks: [running] });
    expect(world.laneState.front).toBe(10);
    observe(world, 10, { guarded: [scripts], checks: [running] });
    expect(world.laneState.front).toBeNull();
  });

  it("is still repaired when its check fails", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], checks: [red] });
    expect(world.has("failure.read")).toBe(true);
  });

  it("is still limited in how long its check may run", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    expect(entryOf(world.task("a"))).toMatchObject({ standing: { kind: "approval" }, checking: true });
    world.timer("refresh:10", LANE);
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    expect(world.task("a")).toMatchObject({ stage: "parked", failure: { class: "checks-timed-out" } });
  });

  it("merges by itself once a reviewer approved every one of them", () => {
    const world = inLane("a");
    const other = changed("Makefile");
    world.pullIs(10, { guarded: [scripts, other] });
    observe(world, 10, { guarded: [{ ...scripts, approvedBy: "bob" }, other] });
    expect(world.has("pull.merge")).toBe(false);
    expect(standingOf(world)).toEqual(waits(2, "Makefile"));
    const approvedBy = "bob";
    observe(world, 10, {
      guarded: [
        { ...scripts, approvedBy },
        { ...other, approvedBy },
      ],
    });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("waits again when the approving review is gone", () => {
    const world = inLane("a");
    const computing = { mergeable: null };
    world.pullIs(10, { ...computing, guarded: [{ ...scripts, approvedBy: "bob" }] });
    expect(standingOf(world)?.kind).not.toBe("approval");
    observe(world, 10, { ...computing, guarded: [scripts] });
    expect(standingOf(world)).toEqual(waits(1, "package.json"));
  });

  it("also waits where a person merges, before it is ready for them", () => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, merge: { ...freely.merge, mode: "ready" } } });
    world.plan({ a: [] });
    world.agentSucceeds("a");
    world.pullIs(10, { guarded: [scripts] });
    expect(standingOf(world)).toEqual(waits(1, "package.json"));
    observe(world, 10, { guarded: [{ ...scripts, approvedBy: "bob" }] });
    expect(standingOf(world)).toEqual({ kind: "ready-for-person" });
  });

  it.each(["warn", "ignore"] as const)("does not wait for the gate surface where the policy says %s", (gateSurface) => {
    const world = new World();
    world.label();
    world.allow({ policy: { ...freely, gateSurface } });
    world.plan({ a: [] });
    world.agentSucceeds("a");
    world.pullIs(10, { guarded: [scripts] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it.each(["protected", "workflow", "more"] as const)(
    "waits for changes of kind %s whatever the policy says",
    (kind) => {
      const world = new World();
      world.label();
      world.allow({ policy: { ...freely, gateSurface: "ignore" } });
      world.plan({ a: [] });
      world.agentSucceeds("a");
      world.pullIs(10, { guarded: [changed("x", sha("x"), { kind })], sameWorkflows: kind !== "workflow" });
      expect(standingOf(world)?.kind).toBe("approval");
      expect(world.has("pull.merge")).toBe(false);
    },
  );

  it("does not wait on its way into the integration branch, and the whole feature waits on its way to the base", () => {
    const world = new World();
    world.label();
    world.allow();
    world.plan({ a: [], b: [] }, {}, { land: "together" });
    const land = world.take("branch.create").branch;
    world.feature({ type: "branch.created", branch: land, sha: sha("base") });
    world.laneName = laneKey(repo, land);
    const guarded = [scripts, changed(".vscode/tasks.json", sha("tasks"), { kind: "protected" })];
    for (const task of ["a", "b"]) {
      const pull = world.agentSucceeds(task);
      world.pullIs(pull, { guarded });
      world.merges(pull);
    }

    world.laneName = LANE;
    world.take("pull.open", (effect) => effect.task === "land");
    world.feature({ type: "pull.opened", task: "land", pull: 30 });
    world.pullIs(30, { guarded });
    expect(standingOf(world, "land")?.kind).toBe("approval");
    expect(world.has("pull.merge")).toBe(false);
  });
});

describe("an approval by a comment", () => {
  it("lets the entry merge without another observation", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts] });
    approveByComment(world, "a");
    expect(world.take("pull.merge").head).toBe(sha("a-1"));
  });

  it("counts for later heads that leave the contents unchanged, also after a repair", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    approveByComment(world, "a");
    observe(world, 10, { guarded: [scripts], checks: [red] });
    world.take("failure.read");
    world.lane({ type: "failure.read", pull: 10, head: sha("a-1"), details: [] });
    world.agentSucceeds("a");
    world.pullIs(10, { guarded: [scripts] });
    expect(world.take("pull.merge").head).toBe(sha("a-2"));
  });

  it.each<[string, ReviewedChange[]]>([
    ["has another content", [changed("package.json", sha("another"))]],
    ["is deleted", [changed("package.json", "none")]],
    ["is another file with the same content", [changed("other.json", scripts.content)]],
    ["comes with another file", [scripts, changed("Makefile")]],
    ["stands for further files with the same hash", [{ ...scripts, kind: "more" }]],
  ])("does not count for a change that %s", (_, guarded) => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    approveByComment(world, "a");
    observe(world, 10, { guarded, headSha: sha("pushed") });
    world.pullIs(10, { guarded, headSha: sha("pushed") });
    expect(standingOf(world)).toMatchObject({ kind: "approval", number: 3 });
    expect(world.has("pull.merge")).toBe(false);
  });

  it("counts whatever makes the same content matter", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts], checks: [running] });
    approveByComment(world, "a");
    observe(world, 10, { guarded: [{ ...scripts, kind: "run-by-check" }] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("counts for three pulls of one lane that each keep their own approval through the updates of the others", () => {
    const world = inLane("a", "b", "c");
    const guardedOf = (pull: number) => [changed("package.json", sha(`scripts of ${pull}`))];
    for (const pull of [10, 11, 12]) world.pullIs(pull, { guarded: guardedOf(pull) });
    for (const task of ["a", "b", "c"]) approveByComment(world, task);
    let base = sha("base");
    for (const pull of [10, 11, 12]) {
      if (pull > 10) {
        observe(world, pull, { guarded: guardedOf(pull), behindBy: 1, baseSha: base });
        world.take("pull.update", (effect) => effect.pull === pull);
        world.lane({ type: "pull.updated", pull, outcome: "accepted" });
        const head = { guarded: guardedOf(pull), headSha: sha(`updated-${pull}`), baseSha: base };
        world.pullIs(pull, head);
        world.pullIs(pull, head);
      }
      world.merges(pull);
      base = sha(`merge-${pull}`);
    }
    expect(world.stages()).toEqual({ a: "done", b: "done", c: "done" });
  });

  it("is ignored where other changes wait by now than those that the person saw", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [scripts] });
    observe(world, 10, { guarded: [changed("package.json", sha("another"))] });
    world.lane({ type: "entry.approved", pull: 10, number: 1, by: "ada" });
    expect(world.ignored.at(-1)).toBe("entry.approved: superseded");
    expect(world.has("pull.merge")).toBe(false);
    world.lane({ type: "entry.approved", pull: 10, number: 2, by: "ada" });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("keeps a bounded list of what was approved", () => {
    const world = inLane("a");
    for (let round = 0; round < 4; round += 1) {
      const guarded = Array.from({ length: 50 }, (_, index) => changed(`${round}/${index}`));
      observe(world, 10, { guarded, checks: [running] });
      approveByComment(world, "a");
    }
    expect(world.laneState.entries[0]?.approval.granted).toHaveLength(100);
  });
});

describe("a head whose .github differs from the base's", () => {
  const workflow = changed(".github/workflows/ci.yml", sha("ci"), { kind: "workflow" });
  const differs = { sameWorkflows: false, guarded: [workflow] };

  it("waits for an approval, which names the file", () => {
    const world = inLane("a");
    world.pullIs(10, differs);
    expect(standingOf(world)).toMatchObject({ kind: "approval", files: [{ path: workflow.path, kind: "workflow" }] });
    expect(world.has("pull.merge")).toBe(false);
  });

  it("is judged by its own jobs once it is approved", () => {
    const world = inLane("a");
    world.pullIs(10, { ...differs, checks: [running] });
    approveByComment(world, "a");
    expect(standingOf(world)).toEqual({ kind: "check", name: "unit", verdict: "pending" });
    observe(world, 10, { ...differs, checks: [green] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("is repaired when its own jobs fail after the approval", () => {
    const world = inLane("a");
    world.pullIs(10, { ...differs, checks: [red] });
    expect(world.has("failure.read")).toBe(false);
    observe(world, 10, { ...differs, guarded: [{ ...workflow, approvedBy: "bob" }], checks: [red] });
    expect(world.has("failure.read")).toBe(true);
  });

  it("is not judged while one of its files is not approved", () => {
    const world = inLane("a");
    const owners = changed(".github/CODEOWNERS", sha("owners"), { kind: "workflow" });
    world.pullIs(10, { ...differs, guarded: [{ ...workflow, approvedBy: "bob" }, owners] });
    expect(standingOf(world)).toMatchObject({ files: [{ path: owners.path }] });
    expect(world.has("pull.merge")).toBe(false);
  });

  it("does not count when it is behind, whatever was approved: the base may have changed it too", () => {
    const world = inLane("a");
    const approved = { sameWorkflows: false, guarded: [{ ...workflow, approvedBy: "bob" }], behindBy: 1 };
    world.pullIs(10, approved);
    expect(world.has("pull.merge")).toBe(false);
    expect(world.take("pull.update").pull).toBe(10);
  });

  it("needs a person where GitHub does not show which files differ", () => {
    const world = inLane("a");
    world.pullIs(10, { sameWorkflows: false });
    expect(standingOf(world)).toEqual({ kind: "workflows-differ", branch: "main", behind: false });
    expect(world.has("pull.merge")).toBe(false);
  });

  it("does not wait for files of .github that the base has by now", () => {
    const world = inLane("a");
    world.pullIs(10, { guarded: [workflow] });
    expect(world.has("pull.merge")).toBe(true);
  });

  it("waits for them also on its way into the integration branch, because its jobs have to count", () => {
    const world = inLane("a");
    const entry = { ...world.laneState.entries[0], pull: 20, task: "b", branch: "headgate/1/b", reachesBase: false };
    world.lane({ type: "entry.submitted", repo, branch: "main", entry: entry as never });
    world.pullIs(20, differs);
    expect(world.laneState.entries[1]?.explained?.standing.kind).toBe("approval");
  });
});

describe("an approval of one content", () => {
  const content = fc.constantFrom("1", "2", "3");
  const files = fc.uniqueArray(fc.record({ path: fc.constantFrom("a", "b"), content }), {
    selector: ({ path }) => path,
  });
  const step = fc.oneof(
    fc.record({ does: fc.constant("shows" as const), files, green: fc.boolean(), head: content }),
    // Takes any number: approvals may be late, repeated, or meant for another entry.
    fc.record({ does: fc.constant("approves" as const), number: fc.integer({ min: -1, max: 6 }) }),
    fc.record({ does: fc.constant("reviews" as const), files }),
  );

  it("never lets another content merge, however heads and approvals come", () => {
    let merges = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (steps) => {
        const world = inLane("a");
        const keyOf = (change: { path: string; content: string }) => `${change.path} ${change.content}`;
        const shown = new Map<number, string[]>();
        const approved = new Set<string>();
        const reviewed = new Set<string>();
        let present: string[] = [];
        for (const one of steps) {
          if (one.does === "reviews") {
            for (const file of one.files) reviewed.add(keyOf({ ...file, content: sha(file.content) }));
          } else if (one.does === "approves") {
            for (const key of shown.get(one.number) ?? []) approved.add(key);
            world.lane({ type: "entry.approved", pull: 10, number: one.number, by: "ada" });
          } else {
            const guarded = one.files.map((file) => {
              const change = changed(file.path, sha(file.content));
              return { ...change, approvedBy: reviewed.has(keyOf(change)) ? "bob" : null };
            });
            present = guarded.map(keyOf);
            const more = { guarded, headSha: sha(one.head), checks: [one.green ? green : running] };
            observe(world, 10, more);
            // A new head is observed once more.
            if (world.has("pull.observe")) world.pullIs(10, more);
          }
          const [entry] = world.laneState.entries;
          if (entry !== undefined) shown.set(entry.approval.number, entry.approval.waiting.map(keyOf));
          if (!world.has("pull.merge")) continue;
          merges += 1;
          expect(present.filter((key) => !approved.has(key) && !reviewed.has(key))).toEqual([]);
          return;
        }
      }),
      { numRuns: 300 },
    );
    expect(merges).toBeGreaterThan(20);
  });
});

describe("the lane", () => {
  it("reports the same waiting changes once, and numbers others anew", () => {
    const world = inLane("a");
    const sent: Explained[] = [];
    world.onSend = ({ event }) => {
      if (event.type === "entry.explained") sent.push(event);
    };
    const other = changed("Makefile");
    for (const guarded of [[scripts, other], [other, scripts], [scripts, other], [scripts]]) {
      observe(world, 10, { guarded });
    }
    expect(sent.map(({ standing }) => standing)).toMatchObject([
      { kind: "approval", number: 1 },
      { kind: "approval", number: 1 },
      { kind: "approval", number: 1 },
      { kind: "approval", number: 2 },
    ]);
  });
});
