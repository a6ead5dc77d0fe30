/** Makes the command of `--checks` a required check: a workflow that the repository itself does not contain. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { commitFolder } from "../git.ts";
import type { Site } from "../run/site.ts";
import { withFolder } from "../setup.ts";

const OWNER = "headgate";
const NAME = "checks";
const OWN_CHECK = "checks";
/** A person chose its command, so it judges whatever that is. */
export const OWN_WORKFLOW = ".github/workflows/checks.yml";

/**
 * Runs the command as a required workflow that the repository itself does not contain. This is the ruleset rule
 * "require workflows to pass", with the workflow in a repository of its own.
 */
export async function requireCommand(site: Pick<Site, "sandbox" | "repository">, command: string): Promise<void> {
  const { sandbox, repository } = site;
  const organisation = await sandbox.createOrganization(OWNER);
  const checks = await sandbox.createRepository({ owner: organisation, name: NAME });
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
  await requireOwnCheck(sandbox, repository);
}

/** Requires the command of `requireCommand` in another repository of the same sandbox as well. */
export async function requireOwnCheck(sandbox: Site["sandbox"], repository: Site["repository"]): Promise<void> {
  const checks = await sandbox.findRepository(OWNER, NAME);
  if (checks === undefined) return;
  await sandbox.requireWorkflow(repository, { repository: checks, ref: "refs/heads/main", path: OWN_WORKFLOW });
}
