/** Builds the repository before anything happens: some files, the attempt workflow and Headgate's config. */
import { type PolicyReading, readPolicy } from "../../../src/config/policy-file.ts";
import { ATTEMPT_WORKFLOW } from "../../../src/core/attempt.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import type { GitHubModel } from "../github/model.ts";
import { ATTEMPT_FILE, blob, changed } from "../github/objects.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { CONFIG_ELSEWHERE } from "./contents.ts";
import { MAINTAINER } from "./maintainer.ts";
import { CONFIG, STRANGER } from "./people.ts";

export function furnish(github: GitHubModel, world: Scenario["world"]): void {
  github.people.set(MAINTAINER, "admin");
  github.people.set(STRANGER, "read");
  const files = new Map([
    ["README.md", blob("# Tool\n")],
    ["shared/a.txt", blob("first\n")],
    ["shared/b.txt", blob("first\n")],
    [ATTEMPT_WORKFLOW, blob(ATTEMPT_FILE)],
    [CONFIG, blob(configOf(world))],
  ]);
  const { sha } = github.objects.write({ files, parents: [], message: "Begin", by: MAINTAINER, at: github.now });
  github.branches.set(github.defaultBranch, sha);
  // A person tries another config on a branch. It must have no effect before it is merged.
  const tried = changed(files, [[CONFIG, blob(CONFIG_ELSEWHERE)]]);
  const elsewhere = { files: tried, parents: [sha], message: "Try it", by: MAINTAINER, at: github.now };
  github.branches.set(`${MAINTAINER}/config`, github.objects.write(elsewhere).sha);
  if (world.protection !== "config") {
    github.protection.set(github.defaultBranch, { checks: world.checks, strict: world.protection === "strict" });
  }
}

export function configsOf(world: Scenario["world"]): Record<"other" | "broken" | "gone" | "good", string | null> {
  return {
    good: configOf(world),
    other: configOf({ ...world, maxParallel: world.maxParallel === 1 ? 3 : 1 }),
    broken: "max-parallel: many\n",
    gone: null,
  };
}

function configOf(world: Scenario["world"]): string {
  const { maxParallel, budgetUsd, method, mode, checks, protection } = world;
  const lines = [
    `max-parallel: ${maxParallel}`,
    "actions:",
    `  slots: ${world.actionsSlots}`,
    `  ci-jobs: ${world.ciJobs}`,
    `overlap: ${world.overlap}`,
    "hot-files: [shared/**]",
    "launch:",
    `  hold-seconds: ${world.holdSeconds}`,
    // A prefix large enough to be worth waiting for.
    "  prefix-tokens: 100000",
    "  usd-per-hour: 1",
    "attempts:",
    "  minutes: 10",
    "merge:",
    `  method: ${method}`,
    `  mode: ${mode}`,
    "checks-minutes: 20",
    `approve: ${world.approve}`,
  ];
  if (budgetUsd !== null) lines.push("budget:", `  usd: ${budgetUsd}`);
  if (protection === "config") lines.push(`checks: [${checks.join(", ")}]`);
  return `${lines.join("\n")}\n`;
}

/** Caches parsed configs. A scenario has few, and parsing one takes as long as many steps. */
const read = new Map<string | null, PolicyReading>();

export function readConfig(text: string | null): PolicyReading {
  const known = read.get(text) ?? readPolicy(text, defaultPolicy);
  read.set(text, known);
  return known;
}
