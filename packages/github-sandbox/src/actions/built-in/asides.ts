/** Does nothing in place of actions that only save time, or tell a service outside. A job is judged the same without them. */
import type { BuiltInAction } from "../execute/steps/call.ts";
import { refuseInputs } from "./inputs.ts";

interface Aside {
  /** Says which part of the action is left out. */
  not: string;
  /** Inputs with which it would do more. */
  refused?: readonly string[];
}

const codecov: Aside = { not: "Nothing is uploaded to Codecov from here" };
const gradle: Aside = { not: "No cache of Gradle is kept between jobs here", refused: ["gradle-version", "arguments"] };
const dependencies: Aside = { not: "The list of dependencies is not sent to GitHub from here" };

/** By the action's lower-case name. */
const asides: Readonly<Record<string, Aside>> = {
  "swatinem/rust-cache": { not: "No cache of Rust is kept between jobs here" },
  "gradle/actions/setup-gradle": gradle,
  "gradle/gradle-build-action": gradle,
  "codecov/codecov-action": codecov,
  "codecov/test-results-action": codecov,
  "coverallsapp/github-action": { not: "Nothing is uploaded to Coveralls from here" },
  "advanced-security/maven-dependency-submission-action": dependencies,
  "scalacenter/sbt-dependency-submission": dependencies,
  "step-security/harden-runner": { not: "Outgoing traffic is not watched here" },
};

export function aside(name: string): BuiltInAction | null {
  const found = Object.hasOwn(asides, name) ? asides[name] : undefined;
  if (found === undefined) return null;
  return async ({ inputs, log }) => {
    refuseInputs(inputs, name, found.refused ?? []);
    log.line(`${found.not}.`);
    return undefined;
  };
}
