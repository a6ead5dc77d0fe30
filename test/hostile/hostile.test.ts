/** `npm run hostile`: hostile agents through the real job, promotion and gate. Nothing of theirs lands, and each leaves its sentence. */
import { expect, it } from "vitest";
import { hostiles, SECRETS } from "./cases/index.ts";
import { KINDS } from "./hostile.ts";
import { play, VICTIM } from "./play.ts";

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
