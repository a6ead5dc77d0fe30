import type { Judgement, Objection } from "../protection/judge.ts";

/** Returns the lines that git prints after a push: the rules that refused it, or the rules that it bypassed. */
export function pushMessages(ref: string, { against, bypassed }: Judgement, rulesPage: string): string[] {
  const list = (objections: readonly Objection[]) => [
    "",
    ...objections.flatMap(({ sentence }) => [`- ${sentence}`, ""]),
  ];
  if (against.length === 0)
    return bypassed.length === 0 ? [] : [`Bypassed rule violations for ${ref}:`, ...list(bypassed)];
  const classic = against.filter(({ from }) => from === "protection");
  const rules = against.filter(({ from }) => from === "rules");
  return [
    ...(classic.length === 0 ? [] : [`error: GH006: Protected branch update failed for ${ref}.`, ...list(classic)]),
    ...(rules.length === 0
      ? []
      : [
          `error: GH013: Repository rule violations found for ${ref}.`,
          `Review all repository rules at ${rulesPage}`,
          ...list(rules),
        ]),
  ];
}
