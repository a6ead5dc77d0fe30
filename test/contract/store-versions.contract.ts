/** What becomes of an older process when a newer one uses the same tables. Both are this code, which is told what it knows. */
import { beforeEach, describe, expect, it } from "vitest";
import { StoreOutdated } from "../../src/loop/store-port.ts";
import {
  applying,
  at,
  claimAt,
  claimOne,
  effect,
  event,
  keys,
  type SharedFixture,
  stepWith,
  type TimedStore,
} from "./store-kit.ts";

const OLDER = { feature: 8, lane: 5 };
const NEWER = { feature: 9, lane: 5 };

export function versionContract(fixture: () => SharedFixture): void {
  describe("with two versions at once", () => {
    let older: TimedStore;
    let newer: TimedStore;
    beforeEach(async () => {
      older = await fixture().empty();
      newer = await fixture().upgraded();
      await older.migrate(OLDER);
    });

    it("lets both work while they store the same versions of values", async () => {
      await newer.migrate(OLDER);
      await stepWith(older, "a", { effects: [effect("e")] });
      await stepWith(newer, "a", { effects: [effect("f")] });
      expect(keys(await claimAt(older, 1, 1))).toEqual(["e"]);
      expect(keys(await claimAt(newer, 1))).toEqual(["f"]);
    });

    it("keeps an older process from deciding, claiming and deleting once a newer one has started", async () => {
      await stepWith(older, "a", { effects: [effect("e")] });
      await older.receive([event("a", "k")], []);
      await newer.migrate(NEWER);
      await expect(older.step("a", 1, applying())).rejects.toThrow(StoreOutdated);
      await expect(claimAt(older, 1)).rejects.toThrow(StoreOutdated);
      await expect(older.nextDue(at(1))).rejects.toThrow(StoreOutdated);
      await expect(older.prune("a", at(9), 1, async () => [])).rejects.toThrow(StoreOutdated);
      expect(await newer.step("a", 1, applying())).toBe(1);
      expect(keys(await claimAt(newer, 1))).toEqual(["e"]);
    });

    it("lets an older process end and give back what it runs, and hand on what it hears", async () => {
      await stepWith(older, "a", { effects: [effect("done")] });
      const done = await claimOne(older, 1);
      await stepWith(older, "a", { effects: [effect("left")] });
      const left = await claimOne(older, 1);
      await newer.migrate(NEWER);
      expect(await older.complete(done, [event("a", "outcome")], at(2))).toBe(true);
      expect(await older.putBack(left, at(2), at(2))).toBe(true);
      expect(await older.receive([event("a", "webhook")], [])).toBe(1);
      expect(keys(await claimAt(newer, 2))).toEqual(["left"]);
      expect(await newer.step("a", 9, applying())).toBe(2);
    });

    it("refuses an older process that starts after a newer one, and says what to do", async () => {
      await newer.migrate(NEWER);
      await expect(older.migrate(OLDER)).rejects.toThrow(
        "The database was written by a newer version of Headgate (feature 9); this one knows 8. Start the newer version here",
      );
    });

    it("keeps a process away that does not know a kind of value at all", async () => {
      await newer.migrate({ ...OLDER, repository: 1 });
      await expect(claimAt(older, 1)).rejects.toThrow(StoreOutdated);
    });
  });
}
