/**
 * Reads what decides about merges into a branch. Classic protection shows itself to an App only through `refUpdateRule`; the rest of
 * it needs administration, and what the App does not see counts as not readable, never as absent.
 * https://docs.github.com/graphql/reference/objects#refupdaterule
 */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { BaseDemand, BaseRules, MergeMethod, NotReadable } from "../core/preflight/index.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { ownedRules } from "./rulesets.ts";

const SETTINGS = "mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed";
const Settings = z.object({
  mergeCommitAllowed: z.boolean(),
  squashMergeAllowed: z.boolean(),
  rebaseMergeAllowed: z.boolean(),
});
const QUEUE = "mergeQueue(branch: $branch) { id }";
const Queue = z.object({ mergeQueue: z.object({ id: z.string() }).nullable() });
const CLASSIC = `ref(qualifiedName: $ref) { refUpdateRule {
  requiredApprovingReviewCount requiresCodeOwnerReviews requiresConversationResolution requiresLinearHistory
  requiresSignatures viewerCanPush
} }`;
const Classic = z.object({
  ref: z
    .object({
      refUpdateRule: z
        .object({
          requiredApprovingReviewCount: z.number().int().nullable(),
          requiresCodeOwnerReviews: z.boolean(),
          requiresConversationResolution: z.boolean(),
          requiresLinearHistory: z.boolean(),
          requiresSignatures: z.boolean(),
          viewerCanPush: z.boolean(),
        })
        .nullable(),
    })
    .nullable(),
});
const ADMINISTRATION = `ref(qualifiedName: $ref) { branchProtectionRule {
  lockBranch requireLastPushApproval requiresDeployments requiredDeploymentEnvironments
} }`;
const Administration = z.object({
  ref: z
    .object({
      branchProtectionRule: z
        .object({
          lockBranch: z.boolean(),
          requireLastPushApproval: z.boolean(),
          requiresDeployments: z.boolean(),
          requiredDeploymentEnvironments: z.array(z.string().nullable()).nullable(),
        })
        .nullable(),
    })
    .nullable(),
});

const Method = z.enum(["merge", "squash", "rebase"]);
const PullRule = z.object({
  allowed_merge_methods: z.array(Method).optional(),
  required_approving_review_count: z.number().int().default(0),
  require_code_owner_review: z.boolean().default(false),
  require_last_push_approval: z.boolean().default(false),
  required_review_thread_resolution: z.boolean().default(false),
});
const DeploymentsRule = z.object({ required_deployment_environments: z.array(z.string()).default([]) });
const WorkflowsRule = z.object({ workflows: z.array(z.object({ path: z.string() })).default([]) });
const PatternRule = z.object({ pattern: z.string() });

/** Rules that say nothing about a merge, and the checks, which are read elsewhere. */
const NOT_OF_MERGES = ["creation", "deletion", "non_fast_forward", "required_status_checks", "branch_name_pattern"];

export function createBaseRules(calls: Calls): Pick<GitHub, "baseRules"> {
  return {
    async baseRules(repo, branch) {
      const [[settings, queue, shown], rules] = await Promise.all([
        readShown(repo, branch),
        ownedRules(calls, repo, branch),
      ]);
      const classic = await readClassic(repo, branch, shown);
      // A merge may also use a bypass that is for pull requests only.
      const binding = rules.filter(({ bypass }) => bypass === null || bypass === "never");
      const isQueued = queue !== null && queue.mergeQueue !== null;
      const ofRules = binding.map(({ type, parameters }) => ofRule(type, parameters));
      const limits = ofRules.flatMap(({ methods }) => (methods === null ? [] : [methods]));
      return {
        methods:
          settings === null ? null : allowedBy(settings).filter((one) => limits.every((some) => some.includes(one))),
        demands: distinctDemands([
          ...(isQueued ? [{ kind: "merge-queue" as const }] : []),
          ...classic.demands,
          ...ofRules.flatMap(({ demands }) => demands),
        ]),
        unreadable: [
          ...(settings === null ? ["settings" as const] : []),
          ...(queue === null ? ["merge-queue" as const] : []),
          ...classic.unreadable,
        ],
      } satisfies BaseRules;
    },
  };

  /** Asks for all at once, and one by one where GitHub refuses a part. */
  async function readShown(repo: Repo, branch: string) {
    const all = Settings.extend(Queue.shape).extend(Classic.shape);
    const together = await asked(repo, branch, `${SETTINGS} ${QUEUE} ${CLASSIC}`, all);
    if (together !== null) return [together, together, together] as const;
    return Promise.all([
      asked(repo, branch, SETTINGS, Settings),
      asked(repo, branch, QUEUE, Queue),
      asked(repo, branch, CLASSIC, Classic),
    ]);
  }

  async function readClassic(
    repo: Repo,
    branch: string,
    shown: z.infer<typeof Classic> | null,
  ): Promise<{ demands: BaseDemand[]; unreadable: NotReadable[] }> {
    if (shown === null) return { demands: [], unreadable: ["classic"] };
    const rule = shown.ref?.refUpdateRule ?? null;
    if (rule === null) return { demands: [], unreadable: [] };
    const demands: BaseDemand[] = [{ kind: "approvals", count: rule.requiredApprovingReviewCount ?? 0 }];
    if (rule.requiresCodeOwnerReviews) demands.push({ kind: "code-owners" });
    if (rule.requiresConversationResolution) demands.push({ kind: "conversations" });
    if (rule.requiresLinearHistory) demands.push({ kind: "linear-history" });
    if (rule.requiresSignatures) demands.push({ kind: "signatures" });
    if (!rule.viewerCanPush) demands.push({ kind: "pushers" });
    const more = (await asked(repo, branch, ADMINISTRATION, Administration))?.ref?.branchProtectionRule ?? null;
    if (more === null) return { demands, unreadable: ["lock", "deployments", "last-push"] };
    if (more.lockBranch) demands.push({ kind: "lock" });
    if (more.requireLastPushApproval) demands.push({ kind: "last-push" });
    const names = (more.requiredDeploymentEnvironments ?? []).flatMap((name) => name ?? []);
    if (more.requiresDeployments) demands.push({ kind: "deployments", names });
    return { demands, unreadable: [] };
  }

  /** Returns null where GitHub refuses part of the query: the App may not see it, or the server does not know it. */
  async function asked<Schema extends z.ZodType>(
    repo: Repo,
    branch: string,
    fields: string,
    schema: Schema,
  ): Promise<z.infer<Schema> | null> {
    const needs = { branch, ref: `refs/heads/${branch}` };
    const used = Object.entries(needs).filter(([name]) => fields.includes(`$${name})`));
    const declared = used.map(([name]) => `, $${name}: String!`).join("");
    const query = `query ($owner: String!, $repo: String!${declared}) {
  repository(owner: $owner, name: $repo) { ${fields} }
}`;
    try {
      const answer = await calls.query(repo, query, Object.fromEntries(used), z.object({ repository: z.unknown() }));
      const { repository } = answer;
      return schema.parse(repository);
    } catch (error) {
      if (error instanceof Error && error.name === "GraphqlResponseError") return null;
      throw error;
    }
  }
}

function allowedBy(settings: z.infer<typeof Settings>): MergeMethod[] {
  const { squashMergeAllowed: squash, mergeCommitAllowed: merge, rebaseMergeAllowed: rebase } = settings;
  return Method.options.filter((method) => ({ merge, squash, rebase })[method]);
}

function ofRule(type: string, parameters: unknown): { demands: BaseDemand[]; methods: MergeMethod[] | null } {
  const given = parameters ?? {};
  const only = (demand: BaseDemand) => ({ demands: [demand], methods: null });
  switch (type) {
    case "pull_request": {
      const rule = PullRule.parse(given);
      const demands: BaseDemand[] = [{ kind: "approvals", count: rule.required_approving_review_count }];
      if (rule.require_code_owner_review) demands.push({ kind: "code-owners" });
      if (rule.require_last_push_approval) demands.push({ kind: "last-push" });
      if (rule.required_review_thread_resolution) demands.push({ kind: "conversations" });
      return { demands, methods: rule.allowed_merge_methods ?? null };
    }
    case "merge_queue":
      return only({ kind: "merge-queue" });
    case "required_linear_history":
      return only({ kind: "linear-history" });
    case "required_signatures":
      return only({ kind: "signatures" });
    case "update":
      return only({ kind: "pushers" });
    case "required_deployments":
      return only({ kind: "deployments", names: DeploymentsRule.parse(given).required_deployment_environments });
    case "workflows":
      return only({ kind: "workflows", names: WorkflowsRule.parse(given).workflows.map(({ path }) => path) });
    default:
      if (NOT_OF_MERGES.includes(type)) return { demands: [], methods: null };
      return only({ kind: "other", rule: type, pattern: PatternRule.safeParse(given).data?.pattern ?? null });
  }
}

/** Keeps the highest number of approvals, and each other demand once. */
function distinctDemands(demands: readonly BaseDemand[]): BaseDemand[] {
  const counts = demands.flatMap((demand) => (demand.kind === "approvals" ? [demand.count] : []));
  const most = Math.max(0, ...counts);
  const others = demands.filter(({ kind }) => kind !== "approvals");
  const distinct = new Map(others.map((demand) => [JSON.stringify(demand), demand]));
  return [...(most > 0 ? [{ kind: "approvals" as const, count: most }] : []), ...distinct.values()];
}
