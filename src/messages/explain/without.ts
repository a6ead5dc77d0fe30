/** Says why a task ended without a merge. */
import type { Without } from "../../core/feature/ending/without.ts";

export function withoutText(without: Without): string {
  switch (without.why) {
    case "research":
    case "nothing-landed":
      return "It had nothing to merge";
    case "nothing-to-do":
      return `Its agent found nothing to do: ${without.said}`;
    case "done-otherwise": {
      const said = without.said === "" ? "" : `; its agent had found nothing to do: ${without.said}`;
      return `@${without.by} said that it is done${said}`;
    }
    case "skipped":
      return `@${without.by} left it out`;
    case "sub-issue-closed":
      return `@${without.by} closed its sub-issue #${without.issue}, which leaves it out`;
  }
}
