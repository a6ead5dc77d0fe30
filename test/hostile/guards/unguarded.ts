/** Sees hostile agents succeed. Runs in a copy of the project that lacks their guard: `removed.ts` makes it. */
import { expect, it } from "vitest";
import { hostiles, SECRETS } from "../cases/index.ts";
import type { Hostile } from "../hostile.ts";
import { type Ended, play } from "../play.ts";
import { type Guard, guards } from "./table.ts";

const name = process.env.HOSTILE_GUARD ?? "";
const { otherwise }: Guard = guards[name as keyof typeof guards];
const these = hostiles.filter(({ guard }) => guard === name);

it(`hostile agents succeed without the guard ${name}`, async () => {
  const { world, ended } = await play(these, these.some(({ kind }) => kind === "forged-check") ? "auto" : "ready");
  const words = JSON.stringify([await world.comments(), await world.feature()]);
  const seen = these.map((one) => {
    const end = ended.get(one.id);
    return { ...end, id: one.id, gotThrough: end !== undefined && succeeds(one, end, words) };
  });
  const expected =
    otherwise === undefined ? { gotThrough: true } : { gotThrough: false, sentence: expect.stringMatching(otherwise) };
  expect(seen).toEqual(these.map(({ id }) => expect.objectContaining({ id, ...expected })));
});

/** Pulls of forged checks and changed gates exist anyhow: one succeeds when it lands, the other when nothing keeps it from that. */
function succeeds({ kind }: Hostile, { reached, sentence }: Ended, words: string): boolean {
  if (kind === "forged-check") return reached === "the base";
  if (kind === "gate-surface") return /is ready to merge/.test(sentence);
  return (
    reached !== "nothing" || (kind === "secret" && SECRETS.some((secret) => `${words}${sentence}`.includes(secret)))
  );
}
