/** Keeps scenarios that once broke an invariant, and reads them to run them again. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Scenario } from "../scenario/scenario.ts";

const Regression = z.object({ promise: z.string(), text: z.string(), scenario: Scenario });
export type Regression = z.infer<typeof Regression>;

const folder = fileURLToPath(new URL("../regressions", import.meta.url));

export function keep(regression: Regression): string {
  mkdirSync(folder, { recursive: true });
  const words = regression.promise.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const name = `${words.slice(0, 60)}-${regression.scenario.seed}.json`;
  writeFileSync(`${folder}/${name}`, `${JSON.stringify(regression, null, 2)}\n`);
  return name;
}

export function kept(): { name: string; regression: Regression }[] {
  // Git stores no empty folder, so the folder is missing while no scenario is kept.
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name, regression: Regression.parse(JSON.parse(readFileSync(`${folder}/${name}`, "utf8"))) }));
}
