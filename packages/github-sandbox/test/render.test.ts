import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const sandbox = resolve(import.meta.dirname, "..", "src");

/** Returns `file:line` of every match in the sandbox's sources. */
function places(pattern: RegExp, except: readonly string[] = []): string[] {
  return readdirSync(sandbox, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !except.includes(path))
    .flatMap((path) => {
      const text = readFileSync(join(sandbox, path), "utf8");
      return [...text.matchAll(pattern)].map((match) => `${path}:${text.slice(0, match.index).split("\n").length}`);
    });
}

it("Every JSON answer of REST goes through `respond`, which types it by its operation", () => {
  // A redirect belongs to no operation.
  const beside = [
    "rest/respond.ts",
    "rest/repos/moved.ts",
    "api.ts",
    "graphql/graphql-routes.ts",
    "faults/fault-routes.ts",
  ];
  expect(places(/\bhttp\.json\(/g, beside)).toEqual([]);
});

it("Every webhook is rendered in `render/webhooks/`, where `webhook` ties it to GitHub's description", () => {
  const rendered = places(/\bwebhook(?:<[^>]*>)?\("/g);
  expect(rendered.filter((place) => !place.startsWith("render/webhooks/"))).toEqual([]);
  expect(rendered.length).toBeGreaterThan(20);
});
