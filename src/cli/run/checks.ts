/** Which checks gate a run's merges: the repository's own pull_request workflows, and the command of `--checks`. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RequiredCheck } from "../../core/github.ts";
import { commitFolder } from "../git.ts";
import { withFolder } from "../setup.ts";
import { BadInput } from "./options.ts";
import type { Site } from "./site.ts";

const OWN_CHECK = "checks";
const OWN_WORKFLOW = ".github/workflows/checks.yml";

/** Protects the base branch with them, strictly up to date, and tells which they are. */
export async function requireChecks(site: Site, command: string | null): Promise<RequiredCheck[]> {
  const { sandbox, repository, base } = site;
  if (command !== null) await requireCommand(site, command);
  const foreseen = await sandbox.pullRequestChecks(repository, base);
  const names = [...new Set(foreseen.filter((check) => check.unless === null).map((check) => check.name))];
  if (names.length === 0) {
    const passedOver = foreseen.map((check) => `'${check.name}' (${check.unless})`).join(", ");
    const why = passedOver === "" ? "no workflow of it runs on pull_request" : `it only has ${passedOver}`;
    throw new BadInput(`--repo: nothing would judge an agent's work here: ${why}; give a command with --checks`);
  }
  await sandbox.setProtection(repository, base, {
    requiredStatusChecks: { strict: true, checks: names.map((context) => ({ context, appId: null })) },
  });
  return names.map((name) => ({ name, appId: null }));
}

/**
 * The command as a workflow that every pull must pass although the repository does not have it: what GitHub's rulesets call
 * "require workflows to pass", from a repository of its own.
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
