/**
 * The rules of rulesets in GitHub's own form. The sandbox enforces every one of them and refuses all other types.
 * https://docs.github.com/en/rest/repos/rules
 */
import { z } from "zod";

const method = z.enum(["merge", "squash", "rebase"]);

const plain = <Type extends string>(type: Type) => z.object({ type: z.literal(type) });

export const rule = z.discriminatedUnion(
  "type",
  [
    plain("creation"),
    z.object({
      type: z.literal("update"),
      parameters: z.object({ update_allows_fetch_and_merge: z.boolean().default(false) }).exactOptional(),
    }),
    plain("deletion"),
    plain("non_fast_forward"),
    plain("required_linear_history"),
    // The sandbox signs nothing, so no commit satisfies it.
    plain("required_signatures"),
    z.object({
      type: z.literal("pull_request"),
      parameters: z
        .object({
          allowed_merge_methods: z.array(method).min(1).exactOptional(),
          dismiss_stale_reviews_on_push: z.boolean(),
          require_code_owner_review: z.boolean(),
          require_last_push_approval: z.boolean(),
          required_approving_review_count: z.number().int().min(0).max(10),
          required_review_thread_resolution: z.boolean(),
          // The sandbox has no teams and no reviewing model.
          required_reviewers: z.tuple([], "cannot be enforced here").exactOptional(),
          automatic_copilot_code_review_enabled: z.literal(false, "cannot be enforced here").exactOptional(),
          dismissal_restriction: z.object({ enabled: z.literal(false, "cannot be enforced here") }).exactOptional(),
        })
        .prefault({
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 0,
          required_review_thread_resolution: false,
        }),
    }),
    z.object({
      type: z.literal("required_status_checks"),
      parameters: z.object({
        do_not_enforce_on_create: z.boolean().exactOptional(),
        required_status_checks: z
          .array(z.object({ context: z.string().min(1), integration_id: z.number().int().exactOptional() }))
          .min(1),
        strict_required_status_checks_policy: z.boolean(),
      }),
    }),
  ],
  { error: ({ input }) => `${JSON.stringify(typeOf(input))} is not a rule that can be enforced here` },
);

export type Rule = z.output<typeof rule>;

function typeOf(input: unknown): unknown {
  return typeof input === "object" && input !== null && "type" in input ? input.type : input;
}
