/**
 * Chooses the checks that a run's merges require: the repository's own pull_request workflows, and the command of
 * `--checks`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RequiredCheck } from "../../core/github.ts";
import { BadInput } from "../bad-input.ts";
import { commitFolder } from "../git.ts";
import { withFolder } from "../setup.ts";
import type { Site } from "./site.ts";

const OWN_CHECK = "checks";
const OWN_WORKFLOW = ".github/workflows/checks.yml";

export interface Checks {
  required: RequiredCheck[];
  /** Checks that may never report or judge nothing here, each with the reason. Requiring them would block every merge. */
  passedOver: { name: string; unless: string }[];
}

/** Requires the checks on the base branch, with strict protection, and returns them. */
export async function requireChecks(site: Site, command: string | null): Promise<Checks> {
  const { sandbox, repository, base } = site;
  if (command !== null) await requireCommand(site, command);
  const foreseen = await sandbox.pullRequestChecks(repository, base);
  const names = new Set(foreseen.filter((check) => check.unless === null).map((check) => check.name));
  const others = foreseen.filter(({ name }) => !names.has(name));
  const passedOver = others.flatMap(({ name, unless }) => (unless === null ? [] : [{ name, unless }]));
  if (names.size === 0) {
    const only = passedOver.map(({ name, unless }) => `'${name}' (${unless})`).join(", ");
    const why = only === "" ? `no workflow of it runs on pull_request into ${base}` : `it only has ${only}`;
    throw new BadInput(`--repo: nothing would judge an agent's work here: ${why}; give a command with --checks`);
  }
  const required = [...names].map((name) => ({ name, appId: null }));
  await sandbox.setProtection(repository, base, {
    requiredStatusChecks: { strict: true, checks: required.map(({ name, appId }) => ({ context: name, appId })) },
  });
  return { required, passedOver };
}

/**
 * Runs the command as a required workflow that the repository itself does not contain. This is the ruleset rule
 * "require workflows to pass", with the workflow in a repository of its own.
 */
async function requireCommand(site: Site, command: string): Promise<void> {
  const { sandbox, repository } = site;
  const organisation = await sandbox.createOrganization("headgate");
  const checks = await sandbox.createRepository({ owner: organisation, name: "checks" });
  await withFolder(async (folder) => {
    await mkdir(join(folder, ".github", "workflows"), { recursive: true });
    const job = {
      "runs-on": "ubuntu-latest",
      steps: [{ uses: "actions/checkout@v7" }, { uses: "actions/setup-node@v6" }, { name: "Checks", run: command }],
    };
    const workflow = {
      name: "Checks",
      on: "pull_request",
      permissions: { contents: "read" },
      jobs: { [OWN_CHECK]: job },
    };
    await writeFile(join(folder, OWN_WORKFLOW), stringify(workflow));
    await commitFolder(folder, "main", "The checks of this run");
    await sandbox.importRepository(checks, folder, "refs/heads/main", "main");
  });
  await sandbox.requireWorkflow(repository, { repository: checks, ref: "refs/heads/main", path: OWN_WORKFLOW });
}
