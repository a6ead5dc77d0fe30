/** Why an agent's change is not promoted: for people, and for the next attempt to fix. */
import { MAX_NAME_BYTES, MAX_NAMES, MAX_PATH_BYTES } from "../../core/promotion/names.ts";
import type { Violation } from "../../core/promotion/violation.ts";

export function violationText(violation: Violation): string {
  switch (violation.kind) {
    case "path-too-long":
      return `${quote(violation.path)} is too long: a path has at most ${MAX_PATH_BYTES} bytes, ${MAX_NAME_BYTES} in each name, and ${MAX_NAMES} names`;
    case "outside-repository":
      return `${quote(violation.path)} lies outside the repository`;
    case "git-internal":
      return `${quote(violation.path)} is git's own`;
    case "control-characters":
      return `${quote(violation.path)} has control characters in its name`;
    case "invisible-characters":
      return `${quote(violation.path)} has characters in its name that cannot be seen or read`;
    case "same-name":
      return `${quote(violation.path)} and ${quote(violation.other)} are one file or folder on systems that ignore case or normalise names`;
    case "submodule":
      return `${quote(violation.path)} is a submodule`;
    case "protected":
      return `${quote(violation.path)} is protected: agents may not change it`;
    case "listed-twice":
      return `${quote(violation.path)} is listed twice`;
    case "not-as-listed":
      return `${quote(violation.path)} differs between what the job listed and what its commit changes`;
    case "undoes-base":
      return `${quote(violation.path)} goes back to what it was before the base branch changed it: keep the base's version, since the task has none of its own`;
    case "content":
      return `${quote(violation.path)} ${findings[violation.finding]}`;
    case "secret":
      return secretText(violation);
    case "secret-name":
      return `${quote(violation.path)} has what looks like a secret in its name (rule ${violation.rule}): rename it`;
    case "too-many-findings":
      return `more than ${violation.most - 1} files or secrets are refused by content; the list ends here`;
    case "too-many-files":
      return `${violation.files} files changed; at most ${violation.most} are allowed`;
    case "too-many-bytes":
      return `${violation.bytes} bytes written; at most ${violation.most} are allowed`;
  }
}

const findings: Record<Extract<Violation, { kind: "content" }>["finding"], string> = {
  "conflict-markers": "still has conflict markers",
  "link-outside": "is a symbolic link that leads outside the repository",
  "link-git-internal": "is a symbolic link into git's own folder",
  "link-endless": "is a symbolic link that leads to itself, or to a path that is too long",
  "link-among-many":
    "is a symbolic link, and the repository has more of them than Headgate follows: let a person change it",
  "stored-by-lfs": "is stored by Git LFS, which Headgate cannot upload to: let a person change it",
  "not-scanned":
    "is too large or takes too long to be searched for secrets: let a person change it, or name it under secrets.allow in .github/headgate.yml",
  "content-missing": "is listed, but its content is missing",
  "checksum-differs": "differs from its checksum",
};

function secretText({ path, rule, line, fingerprint }: Extract<Violation, { kind: "secret" }>): string {
  const where = line === null ? quote(path) : `line ${line} of ${quote(path)}`;
  const admit =
    fingerprint === null
      ? ""
      : `. If it is a fixture and no secret, a maintainer can add the fingerprint ${fingerprint} to secrets.allow in .github/headgate.yml`;
  return `${where} looks like a secret (rule ${rule}): take it out${admit}`;
}

function quote(path: string): string {
  return `'${path.replace(/['\u0000-\u001f\u007f]/g, "?")}'`;
}
