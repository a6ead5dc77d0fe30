/** Redacts secrets in values that hold words, and in the words that leave for GitHub. */
import type { GitHub } from "./github-port.ts";
import type { SecretScanner } from "./scanner-port.ts";

/**
 * Returns the JSON value with every secret in its strings redacted. Scans all strings as one text first: almost always there is
 * nothing to find, and each scan has a cost of its own.
 */
export async function redacted<Value>(scanner: Pick<SecretScanner, "redact">, value: Value): Promise<Value> {
  const words = [...new Set(stringsOf(value))];
  const together = words.join("\n");
  if ((await scanner.redact(together)) === together) return value;
  const clean = new Map<string, string>();
  for (const text of words) clean.set(text, await scanner.redact(text));
  return mapped(value, clean) as Value;
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

function mapped(value: unknown, clean: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return clean.get(value) ?? "";
  if (Array.isArray(value)) return value.map((one) => mapped(one, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapped(one, clean)]));
}

/** Wraps what writes words on GitHub. Most words were redacted when they came in; people's own, such as an issue's title, were not. */
export function withoutSecrets(github: GitHub, { redact }: Pick<SecretScanner, "redact">): GitHub {
  const words: Partial<GitHub> = {
    upsertComment: async (repo, issue, marker, body) => github.upsertComment(repo, issue, marker, await redact(body)),
    addSubIssue: async (repo, parent, issue) =>
      github.addSubIssue(repo, parent, { title: await redact(issue.title), body: await redact(issue.body) }),
    openPull: async (repo, pull) =>
      github.openPull(repo, { ...pull, title: await redact(pull.title), body: await redact(pull.body) }),
    editPull: async (repo, pull, edit) => github.editPull(repo, pull, async (body) => redact(await edit(body))),
    writeCommit: async (repo, commit) => github.writeCommit(repo, { ...commit, message: await redact(commit.message) }),
    mergePull: async (repo, pull, merge) =>
      github.mergePull(repo, pull, { ...merge, title: await redact(merge.title) }),
  };
  return Object.assign(Object.create(github), words);
}
