/**
 * Proves what a query showed of a head's checks. A job's token can create check runs that look like jobs, so a query may only say that
 * a head is not judged yet. Before it counts as passed or failed, its jobs are read as their runs list them and matched by id.
 */
import type { EffectOf } from "../../../core/effect.ts";
import { ACTIONS_APP, type Check, fromAnyFile, type PullSnapshot } from "../../../core/github.ts";
import { judgeHead, type Verdict } from "../../../core/lane/gate.ts";
import type { GitHub, SeenPull } from "../../github-port.ts";
import { readOnce } from "../../memory/answers.ts";

type Observing = Pick<EffectOf<"pull.observe">, "repo" | "checks" | "neutral">;

export async function provenChecks(
  github: Pick<GitHub, "checks" | "jobs">,
  { repo, checks: required, neutral }: Observing,
  { byQuery, checks, headSha }: Pick<SeenPull, "byQuery" | "checks" | "headSha">,
  producers: PullSnapshot["producers"],
): Promise<Check[]> {
  if (byQuery === null) return checks;
  // A person may approve a head whose workflows differ, and then the jobs of any file count.
  const verdicts = [producers, fromAnyFile(producers)].map((expected) =>
    judgeHead({ checks: required, neutral }, { checks, producers: expected, sameWorkflows: true }),
  );
  // Something else bears the name of a check that is missing. It may hide the check.
  if (verdicts.some(isHidden)) return github.checks(repo, headSha);
  if (verdicts.every(({ verdict }) => verdict === "pending")) return checks;
  const names = new Set(required.map(({ name }) => name));
  const claimed = checks.flatMap(({ id, name, conclusion, producer }) =>
    names.has(name) && producer.kind === "job" ? [{ id, conclusion, producer }] : [],
  );
  const runs = new Map(claimed.map(({ producer: { run: id, workflow, event } }) => [id, { id, workflow, event }]));
  const key = JSON.stringify(["jobs", repo.id, headSha, claimed.map(({ id, conclusion }) => [id, conclusion])]);
  const read = async () => (await Promise.all([...runs.values()].map((run) => github.jobs(repo, headSha, run)))).flat();
  // Ended jobs stay as they are: another run has other ids.
  return matched(checks, await readOnce(github, key, read, allEnded), names);
}

function isHidden({ reasons }: Verdict): boolean {
  return reasons.some(({ verdict, ignored }) => verdict === "missing" && ignored.length > 0);
}

function allEnded(jobs: readonly Check[]): boolean {
  return jobs.every(({ conclusion }) => conclusion !== null);
}

/** Takes the jobs from their lists. What else claims to be a required job is a check run that a job's token made. */
function matched(checks: readonly Check[], jobs: readonly Check[], names: ReadonlySet<string>): Check[] {
  const ids = new Set(jobs.map(({ id }) => id));
  const others = checks
    .filter(({ id }) => id === null || !ids.has(id))
    .map((check) =>
      check.producer.kind === "job" && names.has(check.name)
        ? { ...check, producer: { kind: "app" as const, appId: ACTIONS_APP } }
        : check,
    );
  return [...jobs, ...others];
}

/**
 * Returns the checks of the base, for a head that fails. Read over REST where the base seems red: then the entry waits for it, and a
 * forged check run must not make it wait.
 */
export async function readBaseChecks(
  github: Pick<GitHub, "checks">,
  { repo, checks, neutral }: Observing,
  { byQuery, baseSha }: Pick<SeenPull, "byQuery" | "baseSha">,
  producers: PullSnapshot["producers"],
): Promise<Check[]> {
  const shown = byQuery?.baseChecks ?? null;
  if (shown === null) return github.checks(repo, baseSha);
  const base = { checks: shown, producers: fromAnyFile(producers), sameWorkflows: true };
  const { reasons } = judgeHead({ checks, neutral }, base);
  const isRed = reasons.some(({ verdict }) => verdict === "fail" || verdict === "interrupted");
  return isRed ? github.checks(repo, baseSha) : shown;
}
