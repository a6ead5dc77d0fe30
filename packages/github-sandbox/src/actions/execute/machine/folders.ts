/** Makes and removes the folders of a job. Only its logs outlive it. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

export interface JobFolders {
  root: string;
  logs: string;
  /** GITHUB_WORKSPACE: `work/<repository>/<repository>`, as on GitHub's machines. */
  workspace: string;
  temp: string;
  home: string;
  tools: string;
  actions: string;
}

export function jobRoot(dataDir: string, jobId: number): string {
  return join(dataDir, "jobs", String(jobId));
}

export function jobLogs(dataDir: string, jobId: number): string {
  return join(jobRoot(dataDir, jobId), "logs");
}

export function makeJobFolders(dataDir: string, jobId: number, repositoryName: string): JobFolders {
  const root = jobRoot(dataDir, jobId);
  const folders = {
    root,
    logs: jobLogs(dataDir, jobId),
    workspace: join(root, "work", repositoryName, repositoryName),
    temp: join(root, "temp"),
    home: join(root, "home"),
    tools: join(root, "tools"),
    actions: join(root, "actions"),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

/** Removes the folders of a job except its logs. */
export async function clearJobFolders(root: string): Promise<void> {
  const names = ["work", "temp", "home", "tools", "actions"];
  const options = { recursive: true, force: true, maxRetries: 3 };
  await Promise.all(names.map((name) => rm(join(root, name), options)));
}

/** Removes the folders that jobs of an earlier life left behind. */
export function clearAllJobFolders(dataDir: string): void {
  const jobs = join(dataDir, "jobs");
  mkdirSync(jobs, { recursive: true });
  for (const job of readdirSync(jobs)) {
    for (const name of ["work", "temp", "home", "tools", "actions"]) {
      rmSync(join(jobs, job, name), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}
