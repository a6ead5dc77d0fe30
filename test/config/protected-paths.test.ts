import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Protection, pathsOf } from "../../src/core/promotion/protected.ts";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

it.each<Protection>(["never", "approve", "warn"])(
  "docs/security.md lists exactly the paths of the protection %s",
  (protection) => {
    const rows = page.split("\n").filter((line) => line.startsWith(`| ${protection} |`));
    const shown = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, glob]) => `**/${glob}`));

    expect(shown).toEqual(pathsOf(protection));
  },
);
