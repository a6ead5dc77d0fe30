/** Prepares each sandbox: this project's own repository, and the App that app.yml describes. */
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "@headgate/github-sandbox";
import type { SandboxApart } from "@headgate/github-sandbox/process";
import { parse } from "yaml";
import { z } from "zod";
import { commitFolder } from "./git.ts";

const root = join(import.meta.dirname, "..", "..");

/** The App's permissions and events in app.yml. */
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
  default_events: z.array(z.string()),
});

/** Returns the App for a sandbox's `createApp`. The caller sets its webhook URL later. */
export async function appManifest() {
  const manifest = Manifest.parse(parse(await readFile(join(root, "app.yml"), "utf8")));
  return {
    slug: "headgate",
    name: "Headgate",
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    webhookUrl: null,
    webhookSecret: null,
  };
}

/**
 * Publishes this project as a repository of the sandbox, with the reusable workflow and the action as a release has
 * them.
 */
export async function publishHeadgate(sandbox: Sandbox | SandboxApart): Promise<void> {
  const owner = await sandbox.createOrganization("headgate");
  const repository = await sandbox.createRepository({ owner, name: "headgate" });
  await withFolder(async (folder) => {
    for (const path of ["action.yml", ".github/workflows/attempt.yml", "dist/action"]) {
      await cp(join(root, path), join(folder, path), { recursive: true });
    }
    await commitFolder(folder, "v1", "The action and its workflow");
    await sandbox.importRepository(repository, folder, "refs/heads/v1", "v1");
  });
}

/** Creates a temporary folder for `use` and removes it afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-setup-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
