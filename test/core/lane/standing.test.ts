import { describe, expect, it } from "vitest";
import { entryOf } from "../../../src/core/feature/task.ts";
import { actorOf, conflictsAhead, isSameStanding, type Standing } from "../../../src/core/lane/standing.ts";
import { explainStanding } from "../../../src/messages/explain/standing.ts";
import { type EffectOf, FEATURE, LANE, red, running, sha, World } from "../world.ts";

type Explained = Extract<EffectOf<"send">["event"], { type: "entry.explained" }>;

/** A feature whose tasks are in the lane, and what the lane has sent about them. */
function inLane(...ids: string[]): { world: World; sent: Explained[] } {
  const world = new World();
  const sent: Explained[] = [];
  world.onSend = ({ event }) => {
    if (event.type === "entry.explained") sent.push(event);
  };
  world.start(Object.fromEntries(ids.map((id) => [id, []])));
  for (const id of ids) world.agentSucceeds(id);
  return { world, sent };
}

const mergeSha = sha("merge-10");

describe("the standing of an entry", () => {
  it.each<[string, (world: World) => void, Standing]>([
    ["is joined until its pull has been observed", () => {}, { kind: "joined" }],
    ["is draft while its pull is a draft", (world) => world.pullIs(10, { draft: true }), { kind: "draft" }],
    [
      "is changes-requested after a review that Headgate cannot answer",
      (world) => world.pullIs(10, { changesRequestedBy: ["bob"] }),
      { kind: "changes-requested", by: "bob", ofEarlierHead: false },
    ],
    [
      "is check with the first required check that does not pass",
      (world) => world.pullIs(10, { checks: [running] }),
      { kind: "check", name: "unit", verdict: "pending" },
    ],
    [
      "is check with a missing check",
      (world) => world.pullIs(10, { checks: [] }),
      { kind: "check", name: "unit", verdict: "missing" },
    ],
    [
      "is reading-failure when a check failed",
      (world) => world.pullIs(10, { checks: [red] }),
      { kind: "reading-failure" },
    ],
    [
      "is updating while GitHub merges the base into its head",
      (world) => world.pullIs(10, { behindBy: 1 }),
      { kind: "updating", branch: "main" },
    ],
    [
      "is mergeability-unknown while GitHub computes",
      (world) => world.pullIs(10, { mergeable: null }),
      { kind: "mergeability-unknown" },
    ],
    ["is merging once the merge was asked for", (world) => world.pullIs(10), { kind: "merging" }],
    [
      "is held while its feature is on hold",
      (world) => world.lane({ type: "entries.held", feature: FEATURE, held: true, lifts: false }),
      { kind: "held" },
    ],
  ])("The standing of an entry %s", (_, happens, standing) => {
    const { world, sent } = inLane("a");
    happens(world);
    expect(sent.at(-1)?.standing).toEqual(standing);
    expect(entryOf(world.task("a"))?.standing).toEqual(standing);
  });

  it("The standing of an entry is behind the entry at the front", () => {
    const { world, sent } = inLane("a", "b");
    world.pullIs(10);
    world.pullIs(11);
    expect(sent.findLast((event) => event.pull === 11)?.standing).toEqual({ kind: "behind", pull: 10 });
  });

  it("The standing of every entry is queue-halted, with the reason, when a lane halts", () => {
    const { world } = inLane("a", "b");
    world.pullIs(10);
    world.merges(10, { landedTree: sha("something else") });
    expect(entryOf(world.task("b"))?.standing).toEqual({
      kind: "queue-halted",
      halt: { kind: "landed-tree-differs", pull: 10, mergeSha, branch: "main" },
    });
  });

  it("A lane sends a standing once, however often it observes the same", () => {
    const { world, sent } = inLane("a");
    world.pullIs(10, { checks: [running] });
    const before = sent.length;
    for (let time = 0; time < 3; time += 1) {
      world.at += 60_000;
      world.timer("sweep", LANE);
      world.pullIs(10, { checks: [running] });
    }
    expect(sent).toHaveLength(before);
  });

  it("A lane sends a standing again when only whether checks run has changed", () => {
    const { world, sent } = inLane("a");
    world.pullIs(10, { draft: true, checks: [running] });
    expect(sent.at(-1)).toMatchObject({ standing: { kind: "draft" }, checking: true });
    world.lane({ type: "hinted", topic: { kind: "pull", pull: 10 } });
    world.pullIs(10, { draft: true });
    expect(sent.at(-1)).toMatchObject({ standing: { kind: "draft" }, checking: false });
  });

  it("A lane sends nothing about an entry that its feature repairs", () => {
    const { world, sent } = inLane("a");
    world.pullIs(10, { mergeable: false });
    const before = sent.length;
    world.at += 10 * 60_000;
    world.timer("sweep", LANE);
    world.pullIs(10, { draft: true });
    expect(sent).toHaveLength(before);
  });
});

describe("isSameStanding", () => {
  const halted = (pull: number): Standing => ({
    kind: "queue-halted",
    halt: { kind: "landed-tree-differs", pull, mergeSha, branch: "main" },
  });

  it.each<[Standing | null, Standing | null, boolean]>([
    [null, null, true],
    [null, { kind: "next" }, false],
    [{ kind: "next" }, { kind: "next" }, true],
    [{ kind: "next" }, { kind: "held" }, false],
    [{ kind: "behind", pull: 1 }, { kind: "behind", pull: 2 }, false],
    [conflictsAhead(1, ["a", "b"]), conflictsAhead(1, ["a", "b"]), true],
    [conflictsAhead(1, ["a", "b"]), conflictsAhead(1, ["b", "a"]), false],
    [conflictsAhead(1, ["a", "b", "c", "d"]), conflictsAhead(1, ["a", "b", "c", "e"]), true],
    [conflictsAhead(1, ["a", "b", "c", "d"]), conflictsAhead(1, ["a", "b", "c"]), false],
    [halted(1), halted(1), true],
    [halted(1), halted(2), false],
  ])("isSameStanding compares %j with %j by value: %s", (left, right, same) => {
    expect(isSameStanding(left, right)).toBe(same);
    expect(isSameStanding(right, left)).toBe(same);
  });

  it("isSameStanding does not depend on the order of the fields, which a store may change", () => {
    const stored: Standing = JSON.parse('{"pull":6,"kind":"behind"}');
    expect(isSameStanding(stored, { kind: "behind", pull: 6 })).toBe(true);
  });
});

describe("actorOf", () => {
  it("The actor of a standing is the actor that its explanation names", () => {
    const standings: Standing[] = [
      { kind: "merging" },
      { kind: "held" },
      { kind: "ready-for-person" },
      { kind: "next" },
      { kind: "unknown", text: "is what an older version said", actor: "person" },
    ];
    expect(standings.map(actorOf)).toEqual(["github", "person", "person", "headgate", "person"]);
    expect(standings.map((standing) => explainStanding("a", 10, standing).actor)).toEqual(standings.map(actorOf));
  });
});
