/** Reads the rules of rulesets that apply to a branch. https://docs.github.com/rest/repos/rules */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { statusOf } from "./errors.ts";

const Rule = z.object({
  type: z.string(),
  parameters: z.unknown().optional(),
  ruleset_id: z.number().int().optional(),
});
type Rule = z.infer<typeof Rule>;
/** `current_user_can_bypass` describes the caller, and only where the caller may see it. */
const Ruleset = z.object({ name: z.string(), current_user_can_bypass: z.string().optional() });

export async function rulesOf(calls: Calls, repo: Repo, branch: string): Promise<Rule[]> {
  try {
    return await calls.all(repo, "GET /repos/{owner}/{repo}/rules/branches/{branch}", { branch }, Rule);
  } catch (error) {
    // GHES before 3.11 has no rulesets and no such route.
    if (statusOf(error) === 404) return [];
    throw error;
  }
}

/** A rule with its ruleset's name, and how the App may bypass it. */
interface OwnedRule extends Rule {
  ruleset: string;
  bypass: string | null;
}

export async function ownedRules(calls: Calls, repo: Repo, branch: string): Promise<OwnedRule[]> {
  const rules = await rulesOf(calls, repo, branch);
  const ids = new Set(rules.flatMap((rule) => rule.ruleset_id ?? []));
  const rulesets = new Map<number, z.infer<typeof Ruleset> | null>();
  const route = "GET /repos/{owner}/{repo}/rulesets/{ruleset}";
  for (const id of ids) rulesets.set(id, await calls.oneOrNull(repo, route, { ruleset: id }, Ruleset));
  return rules.map((rule) => {
    const ruleset = rule.ruleset_id === undefined ? null : (rulesets.get(rule.ruleset_id) ?? null);
    const name = ruleset?.name ?? String(rule.ruleset_id ?? "");
    return { ...rule, ruleset: name, bypass: ruleset?.current_user_can_bypass ?? null };
  });
}

export function createRulesets(calls: Calls): Pick<GitHub, "branchRules"> {
  return {
    async branchRules(repo, branch) {
      const rules = await ownedRules(calls, repo, branch);
      return rules.map(({ type, ruleset, bypass }) => ({
        type,
        ruleset,
        bypassed: bypass === "always" || bypass === "exempt",
      }));
    },
  };
}
