import { describe, expect, it } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";

describe("a store", () => {
  it.each(["127.0.0.1", "localhost"])(
    "on a server that does not listen on %s fails to open with the reason, and without the password",
    async (host) => {
      const opening = openStore({ databaseUrl: `postgresql://someone:secret@${host}:1/nothing` });
      const error: unknown = await opening.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(String(error)).toMatch(/DATABASE_URL cannot be used: .*ECONNREFUSED/);
      expect(String(error)).not.toContain("secret");
    },
  );
});
