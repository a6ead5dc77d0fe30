/**
 * Starts the test files that take longest first. Two workers share the files: one that takes minutes and starts last would run alone.
 * Without results of an earlier run, as in CI, vitest starts the largest files first, which says little about their time.
 */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest first. */
const slow = [
  "test/scenario/killed.test.ts",
  "test/scenario/",
  "test/contract/",
  "test/wordless/",
  "test/simulation/",
  "test/store/",
  "test/job/",
  "test/packages.test.ts",
  "packages/github-sandbox/",
];

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = `${this.ctx.config.root}/`;
    const rank = ({ moduleId }: TestSpecification) => {
      const path = moduleId.startsWith(root) ? moduleId.slice(root.length) : moduleId;
      const found = slow.findIndex((start) => path.startsWith(start));
      return found === -1 ? slow.length : found;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
