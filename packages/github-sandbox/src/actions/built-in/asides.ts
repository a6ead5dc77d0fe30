/** Does nothing in place of actions that only save time, or tell a service outside. A job is judged the same without them. */
import type { BuiltInAction } from "../execute/steps/call.ts";

/** By the action's lower-case name: what does not happen. */
const asides: Readonly<Record<string, string>> = {
  "swatinem/rust-cache": "No cache of Rust is kept between jobs here",
  "codecov/codecov-action": "Nothing is uploaded to Codecov from here",
  "codecov/test-results-action": "Nothing is uploaded to Codecov from here",
  "coverallsapp/github-action": "Nothing is uploaded to Coveralls from here",
  "step-security/harden-runner": "Outgoing traffic is not watched here",
};

export function aside(name: string): BuiltInAction | null {
  const what = Object.hasOwn(asides, name) ? asides[name] : undefined;
  if (what === undefined) return null;
  return async ({ log }) => {
    log.line(`${what}.`);
    return undefined;
  };
}
