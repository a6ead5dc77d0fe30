/**
 * Schema 8 asks for the permission of a person, where 7 asked for that of each command. The first look-up that 7 began for a person
 * answers for all commands of that person.
 */
import type { Fields } from "./step.ts";

interface PendingOf7 {
  comment: number;
  by: string;
  permission: unknown;
}

export function toSchema8(state: Fields): Fields {
  const pending = state.pendingCommands as PendingOf7[];
  const senders = [...Map.groupBy(pending, ({ by }) => by)].map(([login, commands]) => {
    const asked = commands.find(({ permission }) => permission === null) ?? commands[0];
    return { login, comment: asked?.comment, askedAt: state.startedAt, permission: asked?.permission };
  });
  return { ...state, pendingCommands: pending.map(({ permission: _, ...command }) => command), senders };
}
