/** Reads commands from the terminal of `headgate run` and posts them as comments on the issue. */
import { execFile } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
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

/** The person at the terminal, whose commands become comments on the issue. */
export class Owner {
  /** Resolves when the input has ended, such as with Ctrl-D, and its last command is on the issue. */
  readonly left: Promise<void>;
  readonly #input: NodeJS.ReadStream;
  readonly #site: Site;
  readonly #replies: CommandReplies;
  #lines: Interface | null = null;
  #hasLeft = false;
  #posted: Promise<void> = Promise.resolve();
  #leave = () => {};

  constructor(input: NodeJS.ReadStream, site: Site, replies: CommandReplies) {
    this.#input = input;
    this.#site = site;
    this.#replies = replies;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Reads commands from now on. Returns false where the input is over, or the system would stop the process for reading it. */
  async listens(): Promise<boolean> {
    if (this.#hasLeft) return false;
    if (this.#lines !== null) return true;
    if (!(await isOurs(this.#input))) return false;
    this.#lines = createInterface({ input: this.#input, terminal: false });
    this.#lines.on("line", (line) => this.#take(line.trim()));
    this.#lines.on("close", () => {
      this.#hasLeft = true;
      void this.#posted.then(this.#leave);
    });
    return true;
  }

  stop(): void {
    this.#lines?.close();
  }

  #take(line: string): void {
    if (line === "") return;
    const command = readCommand(line);
    if (command === null || command.verb === "help") this.#replies.commands(null);
    else if (command.verb === "malformed") this.#replies.commands(commandFaultText(command.fault));
    else if (command.verb === "status") this.#replies.status();
    else {
      const posted = comment(this.#site, line).catch((error: Error) => this.#replies.commands(error.message));
      this.#posted = this.#posted.then(() => posted);
    }
  }
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
