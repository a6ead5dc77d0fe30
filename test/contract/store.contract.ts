/** The one suite that every store passes. */
import { describe, expect, it } from "vitest";
import { effectContract } from "./store-effects.contract.ts";
import { eventContract } from "./store-events.contract.ts";
import { event, type StoreFixture } from "./store-kit.ts";
import { pruningContract } from "./store-pruning.contract.ts";
import { renamingContract } from "./store-renaming.contract.ts";

export function storeContract(fixture: () => StoreFixture): void {
  describe("events", () => eventContract(fixture));
  describe("effects", () => effectContract(fixture));
  describe("renaming", () => renamingContract(fixture));
  describe("pruning", () => pruningContract(fixture));

  it("migrates again without harm", async () => {
    const store = await fixture().empty();
    await store.receive([event("a", "k")], []);
    await Promise.all([store.migrate(), (await fixture().replica()).migrate()]);
    expect(await store.waiting(1)).toEqual(["a"]);
  });
}
