/** Judges what decides about merges into the base: its protection, its rulesets and the repository's settings. */
import type { Policy } from "../policy.ts";
import { MAX_NAME_CHARACTERS } from "./named.ts";
import type { Problem, Warning } from "./problem.ts";

export type MergeMethod = Policy["merge"]["method"];

/** A demand that pulls must meet. Demands of rules that the App may bypass are left out. */
export type BaseDemand =
  | { kind: "approvals"; count: number }
  | { kind: "merge-queue" | "linear-history" | "signatures" | "code-owners" | "conversations" | "last-push" }
  /** Only some may change the branch, and the App is not among them. */
  | { kind: "pushers" | "lock" }
  | { kind: "deployments" | "workflows"; names: string[] }
  /** A rule about messages, names, paths or files. `pattern`: null where it has none. */
  | { kind: "other"; rule: string; pattern: string | null };

/** Names what GitHub does not show to the App. It may be demanded all the same. */
export type NotReadable = "settings" | "classic" | "lock" | "deployments" | "last-push" | "merge-queue";

export interface BaseRules {
  /** By the settings and every rule. null: not readable. */
  methods: MergeMethod[] | null;
  demands: BaseDemand[];
  unreadable: NotReadable[];
}

/** Names what a merge waits for, in the words of GitHub's own settings. */
const WAITED_FOR = ["code-owners", "conversations", "last-push", "lock", "pushers"] as const;
/** Preferred where the policy states no method. */
const PREFERRED: readonly MergeMethod[] = ["squash", "merge", "rebase"];

interface MergingJudgement {
  method: MergeMethod;
  problems: Problem[];
  warnings: Warning[];
}

/** `stated`: the policy names the method itself, so that no other is taken. */
export function judgeMerging(
  { methods, demands, unreadable }: BaseRules,
  { branch, method, stated }: { branch: string; method: MergeMethod; stated: boolean },
): MergingJudgement {
  const possible = (methods ?? PREFERRED).filter((one) => isPossible(one, demands));
  const problems: Problem[] = [];
  if (demands.some(({ kind }) => kind === "merge-queue")) problems.push({ kind: "merge-queue", branch });
  const other = PREFERRED.find((one) => possible.includes(one));
  const taken = possible.includes(method) || stated ? method : (other ?? method);
  if (!possible.includes(taken)) {
    problems.push({ kind: "merge-method-refused", branch, method: taken, allowed: possible });
  }
  return { method: taken, problems, warnings: [...waits(demands, branch), ...unread(unreadable, branch)] };
}

function isPossible(method: MergeMethod, demands: readonly BaseDemand[]): boolean {
  const isDemanded = (kind: BaseDemand["kind"]) => demands.some((demand) => demand.kind === kind);
  if (method === "merge") return !isDemanded("linear-history");
  // GitHub signs the commits that it makes for the other methods.
  return method !== "rebase" || !isDemanded("signatures");
}

function waits(demands: readonly BaseDemand[], branch: string): Warning[] {
  return demands.flatMap((demand): Warning[] => {
    switch (demand.kind) {
      case "approvals":
        return demand.count === 0
          ? []
          : [{ kind: "merge-waits", branch, for: "approvals", count: demand.count, names: [] }];
      case "deployments":
      case "workflows": {
        const names = demand.names.slice(0, 20).map(shortened);
        return [{ kind: "merge-waits", branch, for: demand.kind, count: null, names }];
      }
      case "other":
        return [
          {
            kind: "rule-may-refuse",
            branch,
            rule: shortened(demand.rule),
            pattern: demand.pattern && shortened(demand.pattern),
          },
        ];
      default: {
        const what = WAITED_FOR.find((one) => one === demand.kind);
        return what === undefined ? [] : [{ kind: "merge-waits", branch, for: what, count: null, names: [] }];
      }
    }
  });
}

function unread(unreadable: readonly NotReadable[], branch: string): Warning[] {
  return unreadable.length === 0 ? [] : [{ kind: "base-not-readable", branch, what: [...new Set(unreadable)].sort() }];
}

function shortened(name: string): string {
  return name.slice(0, MAX_NAME_CHARACTERS).toWellFormed();
}
