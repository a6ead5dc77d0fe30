/**
 * Lists what keeps hostile agents out, as lines of the source. `npm run nightly` takes each away in a copy of the project and sees that
 * the agents of that guard get through. Every `find` must occur exactly once in its file, and a test fails when the code has moved on.
 */
import type { Edit } from "../../simulation/mutants/patches.ts";

export interface Guard {
  edits: Edit[];
  /** GitHub itself, or git, still keeps the change out, and the task is parked with this sentence. Left out: the change gets through. */
  otherwise?: RegExp;
}

function guard(file: string, find: string, replace: string): Guard {
  return { edits: [{ file, find, replace }] };
}

function guardOf(edits: [file: string, find: string, replace: string][], otherwise?: RegExp): Guard {
  const listed = edits.map(([file, find, replace]) => ({ file, find, replace }));
  return otherwise === undefined ? { edits: listed } : { edits: listed, otherwise };
}

const names = "core/promotion/names.ts";
const guardrails = "core/promotion/guardrails.ts";
const inspection = "loop/effects/inspection/index.ts";
const links = "loop/effects/inspection/links.ts";
const attempts = "loop/effects/attempts.ts";
const contract = "core/attempt.ts";

export const guards = {
  "path-outside": guardOf(
    [
      [
        names,
        'if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\\\")) return "outside-repository";',
        "",
      ],
      [
        names,
        'if (parts.includes("..") || parts.includes(".") || parts.includes("")) return "outside-repository";',
        "",
      ],
    ],
    /tree.path|GitRPC/,
  ),
  "path-windows": guard(
    names,
    'if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\\\")) return "outside-repository";',
    "",
  ),
  "git-internal": guardOf(
    [[names, 'if (parts.some(isDotGit)) return "git-internal";', ""]],
    /tree.path|GitRPC|differs between/,
  ),
  protected: guard(guardrails, 'violations.push({ kind: "protected", path: cut(path) });', ""),

  "link-outside": guard(links, 'outside: "link-outside"', "outside: null"),
  "link-git": guard(links, '"git-internal": "link-git-internal"', '"git-internal": null'),
  "link-loop": guard(links, '"too-deep": "link-endless"', '"too-deep": null'),

  "link-length": guard("core/promotion/links.ts", 'if (target.length > LONGEST) return { end: "too-deep" };', ""),
  "link-case": guard("core/promotion/links.ts", "(links.get(folded(exact)) ?? exact)", "exact"),

  "name-invisible": guard(names, 'if (BROKEN.test(path) || isInvisible(path)) return "invisible-characters";', ""),
  "name-broken": guardOf([[names, "BROKEN.test(path) || ", ""]], /differs between/),
  "name-control": guardOf(
    [[names, 'if (/[\\u0000-\\u001f\\u007f-\\u009f]/.test(path)) return "control-characters";', ""]],
    /tree.path/,
  ),
  "name-same": guard(inspection, "collisions(before, after, listed)", "[]"),
  "name-canonical": guard(guardrails, ", canonicalPath(path).toLowerCase()]", "]"),

  "name-folded": guard(names, ".map((name) => folded(canonicalName(name)))", ".map(canonicalName)"),

  "tree-difference": guardOf([
    [
      guardrails,
      "for (const { path, before, after } of difference.changes) {",
      "for (const { path, before, after } of [] as typeof difference.changes) {",
    ],
    [
      inspection,
      "const differs = (path: string) => changed.get(path) !== claimed.get(path);",
      'const differs = (path: string) => claimed.has(path) && !changed.has(path) && path === "";',
    ],
  ]),
  "nested-repository": guardOf(
    [
      [
        "job/change.ts",
        "const nested = entries.find(({ mode }) => mode === SUBMODULE);",
        "const nested = undefined as Entry | undefined;",
      ],
    ],
    /uploaded no result/,
  ),

  "secret-file": guard(
    guardrails,
    'return isAdmitted ? [] : [{ kind: "secret", path, rule, line, fingerprint }];',
    "return [];",
  ),
  "secret-utf-16": guardOf([
    ["secrets/decoding.ts", 'bytes.includes(0) ? ["utf-8", "utf-16le", "utf-16be"] : ["utf-8"]', '["utf-8"]'],
    ["secrets/scanner.ts", "const visible = withoutHidden(text);", "const visible = null as Carried | null;"],
  ]),
  "secret-base64": guard(
    "secrets/scanner.ts",
    "const encoded = fromBase64(shown.text);",
    "const encoded = null as ReturnType<typeof fromBase64>;",
  ),
  "secret-name": guardOf([
    [
      attempts,
      "const { manifest, names } = await withoutSecretNames(scanner, result.manifest);",
      "const { manifest, names } = { manifest: result.manifest, names: [] };",
    ],
  ]),
  "secret-words": guard(
    attempts,
    "const words = await redacted(scanner, { summary, notes, model });",
    "const words = { summary, notes, model };",
  ),

  "check-producer": guardOf([
    [
      "core/lane/gate.ts",
      'return producer.kind === "job" && (expected.workflows?.includes(producer.workflow) ?? true);',
      'return producer.kind !== "app" || producer.appId !== 0;',
    ],
    [
      "core/lane/gate.ts",
      "  return worst(outcomes);\n}\n\nfunction worst",
      '  return outcomes.includes("pass") ? "pass" : worst(outcomes);\n}\n\nfunction worst',
    ],
  ]),
  "check-skipped": guard(
    "core/lane/gate.ts",
    'if (conclusion !== "skipped" || producer.kind !== "job") return meaning(conclusion);',
    "if (producer.kind !== null) return meaning(conclusion);",
  ),
  "check-overwritten": guard(
    "loop/effects/checks/proving.ts",
    "  if (verdicts.some(isHidden)) return github.checks(repo, headSha);\n",
    "  if (verdicts.length > 0) return checks;\n",
  ),

  approval: guard(
    "core/lane/judging/approval.ts",
    ".filter((change) => !isApproved(entry, change))",
    ".filter(() => false)",
  ),

  "result-attempt": guard(attempts, "if (result.attempt !== attempt) {", 'if (result.attempt === "") {'),
  "result-protocol": guard(contract, "protocol: z.literal(PROTOCOL),", "protocol: z.string(),"),
  "result-negative": guard(contract, "usd: z.number().nonnegative(),", "usd: z.number(),"),
  "result-absurd": guard(contract, "Usage.shape.usd.max(MAX_USD)", "Usage.shape.usd"),
  "result-failed-run": guard(attempts, 'if (run.conclusion !== "success") return without({ kind: "run-failed" });', ""),
  "result-long": guard(contract, "summary: z.string().max(20_000),", "summary: z.string(),"),
  "result-empty": guard(
    "core/feature/attempt/running.ts",
    "if (manifest.length === 0) return changedNothing(draft, task, result.summary);",
    "",
  ),
  "result-many": guard(
    guardrails,
    'if (files > limits.files) violations.push({ kind: "too-many-files", files, most: limits.files });',
    "",
  ),
  "result-checksum": guardOf([
    ["github/artifact/result.ts", 'return [{ path: file.path, finding: "checksum-differs" }];', "return [];"],
    [
      "github/branches.ts",
      "if (sha256 === change.sha256 && bytes.length === change.bytes) return bytes;",
      'if (sha256 !== "") return bytes;',
    ],
  ]),
  "result-size": guardOf([
    [
      "github/artifact/unpack.ts",
      "const MAX_RESULT_BYTES = 2 * 1024 * 1024;",
      "const MAX_RESULT_BYTES = 200 * 1024 * 1024;",
    ],
    [
      "github/artifact/unpack.ts",
      "const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;",
      "const MAX_UNPACKED_BYTES = 200 * 1024 * 1024;",
    ],
  ]),
  "result-entries": guard("github/artifact/unpack.ts", "const MAX_ENTRIES = 6_000;", "const MAX_ENTRIES = 60_000;"),
  "path-length": guard(names, "if (path.length > MAX_PATH_BYTES || bytesOf(path) > MAX_PATH_BYTES) return true;", ""),
  "path-depth": guard(names, "names.length > MAX_NAMES ||", ""),
  "result-twice": guard(
    guardrails,
    'if (seen.has(file.path)) violations.push({ kind: "listed-twice", path: cut(file.path) });',
    "",
  ),
} satisfies Record<string, Guard>;
