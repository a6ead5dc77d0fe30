/** Reads commands from the terminal of `headgate run --keep` and posts them as comments on the issue. */
import { execFile } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { commandFaultText } from "../../messages/commands.ts";
import { readCommand } from "../../webhook/command.ts";
import type { Site } from "./site.ts";

/** Replies that need no GitHub. */
export interface CommandReplies {
  /** Lists the commands. `reason` says why the given one is invalid. */
  commands(reason: string | null): void;
  status(): void;
}

/** Starts reading commands. Returns a function that stops it. */
export async function takeCommands(input: NodeJS.ReadStream, site: Site, replies: CommandReplies): Promise<() => void> {
  if (!(await isOurs(input))) return () => {};
  const lines = createInterface({ input, terminal: false });
  lines.on("line", (line) => {
    if (line.trim() === "") return;
    const command = readCommand(line.trim());
    if (command === null || command.verb === "help") return replies.commands(null);
    if (command.verb === "malformed") return replies.commands(commandFaultText(command.fault));
    if (command.verb === "status") return replies.status();
    comment(site, line.trim()).catch((error: Error) => replies.commands(error.message));
  });
  return () => lines.close();
}

async function comment({ owner, repository, issue }: Site, body: string): Promise<void> {
  await owner.rest.issues.createComment({ owner: repository.owner, repo: repository.name, issue_number: issue, body });
}

/**
 * Returns true for piped input and for a foreground process, which `ps` marks with `+`. The system stops a background
 * process that reads from its terminal.
 */
async function isOurs(input: NodeJS.ReadStream): Promise<boolean> {
  if (!input.isTTY) return true;
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "stat=", "-p", String(process.pid)]);
    return stdout.includes("+");
  } catch {
    return false;
  }
}
