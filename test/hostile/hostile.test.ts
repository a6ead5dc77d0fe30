/** `npm run hostile`: hostile agents through the real job, promotion and gate. Nothing of theirs lands, and each leaves its sentence. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, it } from "vitest";
import { readers } from "../../src/confined/readers.ts";
import { hostiles, SECRETS } from "./cases/index.ts";
import { type Hostile, KINDS } from "./hostile.ts";
import { play, repeated, VICTIM } from "./play.ts";

/** Agents of one repository. Those whose pulls open take more time, because their pulls have jobs too. */
const TOGETHER = 9;
const WITH_PULLS = 3;

const groups = KINDS.flatMap((kind) => {
  const these = hostiles.filter((one) => one.kind === kind);
  const opens = kind === "forged-check" || kind === "gate-surface";
  const worlds = Math.ceil(these.length / (opens ? WITH_PULLS : TOGETHER));
  return Array.from({ length: worlds }, (_, at) => ({
    name: worlds === 1 ? kind : `${kind}, part ${at + 1} of ${worlds}`,
    stage: kind === "gate-surface" ? "in-lane" : "parked",
    // Such pulls exist: only the gate stops them.
    most: opens ? "a branch" : "nothing",
    these: these.filter((__, index) => index % worlds === at),
  }));
});

it.each(groups)(
  "hostile agents of the kind $name are kept out, and each leaves its sentence",
  async ({ these, stage, most }) => {
    const { world, ended } = await play(these);

    for (const { id, reads } of these) {
      expect({ id, ...ended.get(id) }).toEqual({
        id,
        stage,
        sentence: expect.stringMatching(reads),
        reached: most,
      });
    }
    expect(await world.log()).toEqual(["first"]);
    for (const [path, text] of Object.entries(VICTIM)) expect(await world.file(path)).toBe(text);
    const shown = JSON.stringify([await world.comments(), await world.pulls(), await world.feature(), [...ended]]);
    for (const secret of SECRETS) expect(shown).not.toContain(secret);
  },
);

it("two agents whose changes of one file take very long to merge stop neither the server nor each other", async () => {
  const exploding = [3_000, 3_100].map((count, at): Hostile => {
    const forges = [{ write: "list.txt", text: repeated(`ours ${at}`, count) }];
    return { kind: "forged-result", id: `explodes-${at}`, guard: "approval", forged: { forges }, reads: /./ };
  });
  const delay = monitorEventLoopDelay();
  delay.enable();
  // Keeps both pulls open, so that the lane compares their heads.
  const { world, ended } = await play(exploding, "ready");
  delay.disable();

  for (const { id } of exploding) expect(ended.get(id)).toMatchObject({ stage: "in-lane", reached: "a branch" });
  expect(await world.log()).toEqual(["first"]);
  // Merged in this process, they would hold it up for longer than the time that their own process has.
  expect(delay.max / 1e6).toBeLessThan(readers["merge-lines"].ms);
});
