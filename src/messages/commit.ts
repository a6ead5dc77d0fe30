/** The message of a promoted change, and reading back whose it is. */
import type { Command } from "../core/command.ts";
import { featureKey } from "../core/keys.ts";
import { pullTitle } from "./pull.ts";

export function commitMessage(command: Extract<Command, { type: "change.promote" }>): string {
  const trailers = [`Headgate-Feature: ${featureKey(command.repo, command.issue)}`, `Headgate-Attempt: ${command.id}`];
  return `${pullTitle(command)}\n\n${trailers.join("\n")}\n`;
}

/** The attempt that made a commit, such as `12/parser/2`; null: it is not from a promotion. */
export function attemptOfMessage(message: string): string | null {
  // Trailers are the last paragraph. The first is the title: an agent's plan may have written that.
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .trim()
    .split(/\n{2,}/);
  const trailers = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "") : "";
  return /^Headgate-Attempt: (\d+\/[a-z0-9-]+\/\d+)$/m.exec(trailers)?.[1] ?? null;
}
