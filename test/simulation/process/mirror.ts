/**
 * What the store holds, seen from outside: each aggregate's latest state, the commands not done yet, and since when an
 * observation has been under way. Filled by the guarded stores as their writes succeed.
 */
import type { ClaimedCommand, InboxEvent, StepWrite } from "../../../src/loop/store-port.ts";

export interface OpenCommand {
  aggregate: string;
  key: string;
  command: { type: string; [field: string]: unknown };
  runAt: string;
  /** Claimed, and asked for again meanwhile. */
  rearmed: boolean;
  claimed: boolean;
}

export class Mirror {
  readonly states = new Map<string, unknown>();
  readonly commands = new Map<string, OpenCommand>();
  /** Keys that were asked for once: asked again without `replace`, they change nothing. */
  readonly #known = new Set<string>();
  /** When, in true time, the effect was claimed that an inbox event tells the outcome of. */
  readonly claimedAt = new Map<string, number>();

  stepped(aggregate: string, write: StepWrite): void {
    this.states.set(aggregate, write.state);
    for (const key of write.cancel) {
      const open = this.commands.get(nameOf(aggregate, key));
      if (open === undefined) continue;
      open.rearmed = false;
      if (!open.claimed) this.commands.delete(nameOf(aggregate, key));
    }
    for (const { key, command, runAt, replace } of write.commands) {
      const name = nameOf(aggregate, key);
      if (this.#known.has(name) && replace !== true) continue;
      this.#known.add(name);
      const before = this.commands.get(name);
      const fresh = { aggregate, key, command: command as OpenCommand["command"], runAt };
      if (before === undefined) this.commands.set(name, { ...fresh, rearmed: false, claimed: false });
      else Object.assign(before, fresh, { rearmed: before.claimed });
    }
  }

  claimed(command: ClaimedCommand): void {
    const open = this.commands.get(nameOf(command.aggregate, command.key));
    if (open !== undefined) Object.assign(open, { claimed: true, rearmed: false });
  }

  completed(command: ClaimedCommand, events: readonly InboxEvent[], claimedAt: number): void {
    for (const event of events) this.claimedAt.set(nameOf(event.aggregate, event.key), claimedAt);
    const name = nameOf(command.aggregate, command.key);
    const open = this.commands.get(name);
    if (open === undefined) return;
    open.claimed = false;
    if (!open.rearmed) this.commands.delete(name);
    open.rearmed = false;
  }

  released(command: ClaimedCommand): void {
    const open = this.commands.get(nameOf(command.aggregate, command.key));
    if (open !== undefined) Object.assign(open, { claimed: false, rearmed: false });
  }

  has(aggregate: string, key: string): boolean {
    return this.commands.has(nameOf(aggregate, key));
  }

  /** Whether a command of the aggregate is open whose key begins so. */
  hasAny(aggregate: string, beginning: string): boolean {
    for (const open of this.commands.values()) {
      if (open.aggregate === aggregate && open.key.startsWith(beginning)) return true;
    }
    return false;
  }
}

export function nameOf(aggregate: string, key: string): string {
  return `${aggregate}\n${key}`;
}
