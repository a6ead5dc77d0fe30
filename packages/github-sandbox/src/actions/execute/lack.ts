/**
 * Names the thing that a job needs and this machine lacks, as a value and in words. Such a job ends as neutral and not as failed,
 * because it says nothing about the change. GitHub's own machines would run it.
 */

export type Lack =
  /** The job asks for a runner with this label. */
  | { kind: "runner"; label: string }
  /** A key of the job, such as `services`, or of a step. */
  | { kind: "key"; key: string }
  | { kind: "action"; uses: string }
  /** A reusable workflow of a repository that is not here. */
  | { kind: "workflow"; uses: string }
  /** An action that runs in a way this machine does not know, such as in a container. */
  | { kind: "action-kind"; uses: string; using: string }
  | { kind: "action-input"; action: string; input: string; value: string }
  /** Files that the repository's own server has, such as submodules. */
  | { kind: "stored-elsewhere"; what: string }
  | { kind: "shell"; shell: string }
  /** A program that its commands start. */
  | { kind: "program"; program: string }
  /** `present` is the version that is here; null: there is none. `why` is the reason why no other could be installed. */
  | { kind: "version"; tool: string; asked: string; present: string | null; why: string | null };

/** Ends a job as not run here. */
export class NotHere extends Error {
  readonly lack: Lack;

  constructor(lack: Lack) {
    super(lackText(lack));
    this.lack = lack;
  }
}

/** Returns the reason as a part of a sentence: `Not run here: it uses acme/tool@v1, which is not here`. */
export function lackText(lack: Lack): string {
  switch (lack.kind) {
    case "runner":
      return `it asks for the runner '${lack.label}', and this machine is ${machineName()}`;
    case "key":
      return `it has '${lack.key}', which this machine cannot do`;
    case "action":
      return `it uses ${lack.uses}, which is not here`;
    case "workflow":
      return `it calls ${lack.uses}, which is not here`;
    case "action-kind":
      return `it uses ${lack.uses}, an action of the kind '${lack.using}', which this machine cannot run`;
    case "action-input":
      return `it uses ${lack.action} with '${lack.input}: ${lack.value}', which this machine cannot do`;
    case "stored-elsewhere":
      return `it checks out ${lack.what}, which are not here`;
    case "shell":
      return `it uses the shell '${lack.shell}', which is not here`;
    case "program":
      return `it runs ${lack.program}, which is not here`;
    case "version": {
      const asked = lack.asked === "" ? lack.tool : `${lack.tool} ${lack.asked}`;
      const present = lack.present === null ? "this machine has none" : `this machine has ${lack.present}`;
      return `it asks for ${asked}, and ${present}${lack.why === null ? "" : ` (${lack.why})`}`;
    }
  }
}

function machineName(): string {
  return process.platform === "darwin" ? "a Mac" : "a Linux machine";
}
