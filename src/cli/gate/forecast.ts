/** Forecasts which checks judge agents' work, the same for `headgate plan` and `headgate run`. */
import { taskBranch } from "../../core/attempt.ts";
import type { RequiredCheck } from "../../core/github.ts";
import { type GateLists, noGateText, unknownCheckText } from "../../messages/gate/forecast.ts";
import { BadInput } from "../bad-input.ts";
import type { RunOptions } from "../run/options.ts";
import type { Site } from "../run/site.ts";
import { OWN_WORKFLOW, requireCommand } from "./own-check.ts";
import { testCommandOf } from "./suggestion.ts";

export interface Forecast extends GateLists {
  required: RequiredCheck[];
  /** The command that would test the repository, by its files; null: they do not say. */
  testCommand: string | null;
}

/** @throws BadInput where `--skip-check` names no check */
export async function forecastChecks(
  site: Site,
  options: Pick<RunOptions, "checks" | "skipChecks">,
): Promise<Forecast> {
  const { sandbox, repository, base, issue } = site;
  if (options.checks !== null) await requireCommand(site, options.checks);
  // Every check then reports on every pull, so that none keeps a merge waiting because of what the pull changes.
  await sandbox.ignorePathFilters(repository);
  const foreseen = await sandbox.pullRequestChecks(repository, { base, head: taskBranch(issue, "task") });
  const found = foreseen.map((one) => (one.workflow === OWN_WORKFLOW ? { ...one, unless: null } : one));
  const known = [...new Set(found.map(({ name }) => name))];
  const unknown = options.skipChecks.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new BadInput(unknownCheckText(unknown, known));
  const isSkipped = (name: string) => options.skipChecks.includes(name);
  // One name may stand for jobs of several workflows. It judges where one of them does.
  const names = known.filter(
    (name) => !isSkipped(name) && found.some((one) => one.name === name && one.unless === null),
  );
  const others = known.filter((name) => !names.includes(name));
  return {
    required: names.map((name) => ({ name, appId: null })),
    notWaitedFor: others.flatMap((name): Forecast["notWaitedFor"] => {
      if (isSkipped(name)) return [{ name, unless: { kind: "skipped-by-flag" } }];
      const unless = found.find((one) => one.name === name)?.unless ?? null;
      return unless === null ? [] : [{ name, unless }];
    }),
    testCommand: await testCommandOf(site),
  };
}

/** Requires the checks on the base branch, with strict protection. @throws BadInput where nothing would judge agents' work */
export async function requireChecks(
  { sandbox, repository, base }: Pick<Site, "sandbox" | "repository" | "base">,
  forecast: Forecast,
): Promise<void> {
  if (forecast.required.length === 0) throw new BadInput(noGateText(base, forecast, forecast.testCommand));
  const checks = forecast.required.map(({ name, appId }) => ({ context: name, appId }));
  await sandbox.setProtection(repository, base, { requiredStatusChecks: { strict: true, checks } });
}
