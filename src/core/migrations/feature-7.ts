/**
 * Schema 7 names the scanner's rule and a fingerprint of a secret, where 6 knew five kinds of secrets. It remembers what judged each
 * check of a merge, and which changes a person was asked to approve. Its policy may admit secrets and name producers of checks. 6 did neither.
 */
import type { Fields } from "./step.ts";

export function toSchema7(state: Fields): Fields {
  const { policy, tasks, ...rest } = mapped(state) as Fields;
  return {
    ...rest,
    // 6 did not record when a rollback began. Without a time no cancel would end it.
    ...(rest.stage === "rolling-back" ? { since: rest.startedAt } : {}),
    ...(rest.stage === "failed" ? { leftBy: null } : {}),
    policy:
      policy === null
        ? null
        : { ...(policy as object), producers: {}, neutral: "pass", gateSurface: "approve", secrets: { allow: [] } },
    tasks: (tasks as TaskOf6[]).map(({ landing, ...task }) => ({
      ...task,
      approvalAsked: null,
      ...(landing === undefined ? {} : { landing: landing === null ? null : { ...landing, judgedBy: [] } }),
    })),
  };
}

interface TaskOf6 extends Fields {
  landing?: object | null;
}

/** Causes lie in tasks, their attempts and breakers. */
function mapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one)]));
  const rule = fields.kind === "content" ? rules.get(fields.finding) : undefined;
  return rule === undefined ? fields : { kind: "secret", path: fields.path, rule, line: null, fingerprint: null };
}

const rules = new Map<unknown, string>([
  ["private-key", "privatekey"],
  ["github-token", "github"],
  ["anthropic-key", "anthropic"],
  ["aws-key", "aws"],
  ["slack-token", "slack"],
]);
