/**
 * Judges an agent's change before anything of it is promoted, by the policy of the base branch. No request of a person can allow
 * what is refused here. The manifest is judged before anything is written, so that nothing absurd is. What decides is the
 * difference of the commit that is going to be pushed.
 */
import picomatch from "picomatch";
import type { ChangedFile } from "../attempt.ts";
import type { Policy } from "../policy.ts";
import { isSimple, matcherOfRegular, matcherOfSimple, type Steps, stepsOfJudgement } from "../rules/globs.ts";
import { type Difference, MAX_FINDINGS } from "./difference.ts";
import { canonicalPath, nameProblem } from "./names.ts";
import { isFingerprint } from "./secret.ts";
import { SUBMODULE } from "./tree.ts";
import type { ManifestFinding, Violation } from "./violation.ts";

/** Judges what a job listed. Any violation keeps the change from being written. */
export function judgeManifest(
  manifest: readonly ChangedFile[],
  findings: readonly ManifestFinding[],
  policy: Policy,
): Violation[] {
  // Judging thousands of names of a change that is refused anyway would only take time.
  if (manifest.length > policy.limits.files) return tooMuch(manifest.length, 0, policy);
  const violations: Violation[] = [];
  const seen = new Set<string>();
  for (const file of manifest) {
    const problem = nameProblem(file.path);
    if (problem !== null && file.change === "write") violations.push({ kind: problem, path: cut(file.path) });
    if (seen.has(file.path)) violations.push({ kind: "listed-twice", path: cut(file.path) });
    seen.add(file.path);
  }
  for (const found of findings) {
    // A secret in a name is never admitted: it would be in every list of files.
    if (found.finding === "secret-name") {
      violations.push({ kind: "secret-name", path: cut(found.path), rule: found.rule });
    } else violations.push({ kind: "content", path: cut(found.path), finding: found.finding });
  }
  const bytes = manifest.reduce((sum, file) => sum + (file.change === "write" ? file.bytes : 0), 0);
  return [...violations, ...tooMuch(manifest.length, bytes, policy)];
}

/** Judges what the commit changes. Any violation keeps the branch from being moved to it. */
export function judgeDifference(difference: Difference, policy: Policy): Violation[] {
  const violations: Violation[] = [];
  const isProtected = matcherOf(policy.protectedPaths, true);
  for (const { path, before, after } of difference.changes) {
    // A name that was there before is not the agent's.
    const problem = before === null ? nameProblem(path) : null;
    if (problem !== null) violations.push({ kind: problem, path: cut(path) });
    else if (spellingsOf(path).some(isProtected)) {
      violations.push({ kind: "protected", path: cut(path) });
    }
    if (after?.mode === SUBMODULE) violations.push({ kind: "submodule", path: cut(path) });
  }
  for (const path of difference.unlisted) violations.push({ kind: "not-as-listed", path: cut(path) });
  for (const path of difference.undone) violations.push({ kind: "undoes-base", path: cut(path) });
  for (const { path, other } of difference.sameNames) {
    violations.push({ kind: "same-name", path: cut(path), other: cut(other) });
  }
  violations.push(...judgeFindings(difference.findings, policy));
  const bytes = difference.changes.reduce((sum, { after }) => sum + (after?.bytes ?? 0), 0);
  return [...violations, ...tooMuch(difference.total, bytes, policy)];
}

/** A full list is refused although each entry may be admitted: nobody knows what it left out. */
function judgeFindings(findings: Difference["findings"], { secrets }: Policy): Violation[] {
  const fingerprints = new Set(secrets.allow.filter(isFingerprint));
  const isFixture = matcherOf(
    secrets.allow.filter((entry) => !isFingerprint(entry)),
    false,
  );
  const violations = findings.flatMap((found): Violation[] => {
    const path = cut(found.path);
    if (found.finding === "secret") {
      const { rule, line, fingerprint } = found;
      const isAdmitted = (fingerprint !== null && fingerprints.has(fingerprint)) || isFixture(found.path);
      return isAdmitted ? [] : [{ kind: "secret", path, rule, line, fingerprint }];
    }
    if (found.finding === "not-scanned" && isFixture(found.path)) return [];
    return [{ kind: "content", path, finding: found.finding }];
  });
  const isFull = findings.length >= MAX_FINDINGS;
  return isFull ? [...violations, { kind: "too-many-findings", most: MAX_FINDINGS }] : violations;
}

function tooMuch(files: number, bytes: number, { limits }: Policy): Violation[] {
  const violations: Violation[] = [];
  if (files > limits.files) violations.push({ kind: "too-many-files", files, most: limits.files });
  if (bytes > limits.bytes) violations.push({ kind: "too-many-bytes", bytes, most: limits.bytes });
  return violations;
}

/** Returns the paths that no declared glob covers. Without declared files everything is in scope. */
export function outsideScope(paths: readonly string[], declared: readonly string[]): string[] {
  const inScope = declared.length === 0 ? () => true : matcherOf(declared, false);
  return paths.filter((path) => !inScope(path));
}

/** Returns the path and what a file system could take it for. Case is folded, since equal spellings need one look only. */
function spellingsOf(path: string): string[] {
  return [...new Set([path.toLowerCase(), canonicalPath(path).toLowerCase()])];
}

/** A path that would take too long to match counts as protected and as out of scope, so that a person sees it. */
function matcherOf(globs: readonly string[], nocase: boolean): (path: string) => boolean {
  const steps = stepsOfJudgement();
  const each = globs.map((glob) => matcherOfOne(glob, nocase));
  return (path) => each.some((matches) => (steps.left < 0 ? nocase : matches(path, steps)));
}

function matcherOfOne(glob: string, nocase: boolean): (path: string, steps: Steps) => boolean {
  const folded = (text: string) => (nocase ? text.toLowerCase() : text);
  const pattern = folded(glob);
  if (!isSimple(pattern)) return matcherOfRegular(glob, picomatch(glob, { dot: true, nocase }), nocase);
  const simple = matcherOfSimple(pattern);
  return (path, steps) => simple(folded(path), steps);
}

/** A task keeps what was refused, and agents choose paths. */
function cut(path: string): string {
  return path.slice(0, 200).toWellFormed();
}
