/** Names a check that bears a required name and does not count: people see it green on GitHub and ask why nothing merges. */
import type { IgnoredCheck } from "../../core/lane/gate.ts";

export function ignoredText({ name, by }: IgnoredCheck): string {
  switch (by.kind) {
    case "job":
      return `the job ${name} of ${by.workflow} does not count`;
    case "app":
      return `the check run ${name} of ${by.appId === null ? "an unknown App" : `App ${by.appId}`} does not count`;
    case "status":
      return `the commit status ${name} by ${by.creator ?? "an unknown user"} does not count`;
  }
}
