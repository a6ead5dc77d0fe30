/** Explains any issue or pull request of a repository by its number: also one that Headgate has nothing to do with. */

import { oneLine } from "../sanitise.ts";
import type { Explanation } from "./explanation.ts";
import { explainFeature } from "./feature.ts";
import type { Subject } from "./numbered.ts";
import { explainTask } from "./task.ts";

/** An explanation, and what it is of. */
export interface SubjectExplanation extends Explanation {
  subject: string;
}

/** `name`: `acme/tool#12`, as it was asked for. `label` starts a feature. */
export function explainSubject(name: string, subject: Subject, label: string): SubjectExplanation {
  switch (subject.kind) {
    case "feature": {
      const { state } = subject;
      return { subject: `${name} is a feature: ${oneLine(state.issue.title, 200)}`, ...explainFeature(state) };
    }
    case "pull":
    case "sub-issue": {
      const { state, task } = subject;
      const part = subject.kind === "pull" ? "pull request" : "sub-issue";
      const of = `task ${task.plan.id} of feature #${state.issue.number}`;
      return { subject: `${name} is the ${part} of ${of}`, ...explainTask(state, task) };
    }
    case "foreign":
      return {
        subject: `${name} is neither a feature nor a part of one`,
        reason: "Headgate does nothing with it, and will not merge it",
        next: `to make a feature of an issue, put the label \`${label}\` on it; write access is needed`,
        actor: "person",
      };
  }
}

/** Returns the explanation of a number in a repository of which the store holds nothing. */
export function explainUnknownRepository(
  name: string,
  repository: string,
  known: readonly string[],
  label: string,
): SubjectExplanation {
  const others = known.length === 0 ? "" : `; it keeps features of ${known.join(", ")}`;
  return {
    subject: `${name} is in a repository that has had no feature`,
    reason: `Headgate keeps no feature of ${repository}${others}`,
    next: `check the name; to begin, install the App on ${repository} and put the label \`${label}\` on an issue`,
    actor: "person",
  };
}
