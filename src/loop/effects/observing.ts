/** Effects that only look. What they see becomes an event. */

import type { Price } from "../../core/attempt.ts";
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import { MAX_COMMANDS } from "../../core/command.ts";
import type { EffectOf } from "../../core/effect.ts";
import { type FeatureEvent, type LaneEvent, MAX_CONFLICT_PATHS } from "../../core/event.ts";
import type { FailureDetail } from "../../core/failure.ts";
import type { RequiredCheck } from "../../core/github.ts";
import type { Policy } from "../../core/policy.ts";
import type { Problem } from "../../core/preflight/index.ts";
import type { Outside } from "../outside.ts";
import { preflight } from "./preflight.ts";

/** What a look at a repository takes of the outside. */
export type Onlooker = Pick<Outside, "github" | "settings" | "readPolicy" | "readWorkflow" | "priceOf">;

/** Who asks, what the base branch says, and whether Headgate can work there at all. */
export async function observeFeature(outside: Onlooker, effect: EffectOf<"feature.observe">): Promise<FeatureEvent> {
  const { github, settings } = outside;
  const { repo, by } = effect;
  const permission = await github.permission(repo, by);
  const defaultBranch = await github.defaultBranch(repo);
  const branch = settings.baseBranch ?? defaultBranch;
  const [sha, workflow, squatter] = await Promise.all([
    github.branchTip(repo, branch),
    github.readFile(repo, defaultBranch, ATTEMPT_WORKFLOW),
    github.branchTip(repo, "headgate"),
  ]);
  const problems: Problem[] = [];
  if (sha === null) problems.push({ kind: "base-missing", branch });
  if (workflow === null) problems.push({ kind: "workflow-missing", path: ATTEMPT_WORKFLOW, branch: defaultBranch });
  if (squatter !== null) problems.push({ kind: "branch-in-the-way" });
  // Config comes from the base branch, as everything that steers an agent does.
  const config = outside.readPolicy(sha === null ? null : await github.readFile(repo, sha, ".github/headgate.yml"));
  if (!config.ok) problems.push(...config.problems);
  const policy = config.ok ? config.policy : null;
  const checks = sha === null ? [] : union(await github.requiredChecks(repo, branch), policy?.checks ?? []);
  if (checks.length === 0 && sha !== null) problems.push({ kind: "no-required-checks", branch });
  const base = sha === null ? null : { branch, sha };
  const looked = base === null ? null : await preflight(outside, { repo, issue: effect.issue, base, required: checks });
  problems.push(...(looked?.problems ?? []));
  return {
    type: "feature.observed",
    round: effect.round,
    by,
    permission,
    base,
    policy,
    checks,
    prices: pricesOf(outside, policy),
    problems,
    warnings: looked?.warnings ?? [],
  };
}

function pricesOf(outside: Pick<Outside, "priceOf">, policy: Policy | null): Record<string, Price> {
  const models = policy === null ? [] : Object.values(policy.models);
  return Object.fromEntries(
    models.flatMap((model) => {
      const price = outside.priceOf(model);
      return price === null ? [] : [[model, price]];
    }),
  );
}

function union(left: RequiredCheck[], right: RequiredCheck[]): RequiredCheck[] {
  const names = new Set(left.map((check) => check.name));
  return [...left, ...right.filter((check) => !names.has(check.name))];
}

/** The issue again, with the commands on it. What of this is news is for the core to say. */
export async function observeIssue(outside: Outside, effect: EffectOf<"issue.observe">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, issue, round } = effect;
  const snapshot = await github.issue(repo, issue);
  const commands = (await github.comments(repo, issue, null)).flatMap((comment) => {
    const command = comment.authorIsBot ? null : (outside.readCommand(comment.body) ?? { verb: "answer" as const });
    return command === null
      ? []
      : [
          {
            comment: comment.id,
            by: comment.author,
            createdAt: comment.createdAt,
            at: Date.parse(comment.createdAt),
            command,
          },
        ];
  });
  const label = outside.settings.label.toLowerCase();
  const labelled = snapshot.labels.some((name) => name.toLowerCase() === label);
  const { title, body } = snapshot;
  const observation = {
    open: snapshot.state === "open",
    labelled,
    title,
    body,
    commands: commands.slice(-MAX_COMMANDS),
  };
  return { type: "issue.observed", round, observation };
}

export async function observePull(outside: Outside, effect: EffectOf<"pull.observe">): Promise<LaneEvent> {
  const snapshot = await outside.github.pull(effect.repo, effect.pull);
  return { type: "pull.observed", pull: effect.pull, seq: effect.seq, snapshot };
}

/** Agents choose paths, and a lane keeps many. */
const PATH_CHARACTERS = 300;

export async function compareHeads(outside: Outside, effect: EffectOf<"heads.compare">): Promise<LaneEvent> {
  const { pull, head, ahead, aheadHead } = effect;
  const found = await outside.github.conflicts(effect.repo, head, aheadHead);
  const shown = (path: string) => path.slice(0, PATH_CHARACTERS).toWellFormed();
  const conflict = found === "unknown" ? found : found.slice(0, MAX_CONFLICT_PATHS).map(shown);
  return { type: "heads.compared", pull, head, ahead, aheadHead, conflict };
}

/** Characters of each failing check's log that the next attempt may read. */
const FAILURE_CHARACTERS = 6_000;

export async function readFailure(outside: Outside, effect: EffectOf<"failure.read">): Promise<LaneEvent> {
  const details: FailureDetail[] = [];
  for (const check of effect.checks.slice(0, 5)) {
    const text = await outside.github.failureText(effect.repo, check, FAILURE_CHARACTERS);
    details.push({ of: { kind: "check", name: check.name }, text });
  }
  return { type: "failure.read", pull: effect.pull, head: effect.head, details };
}
