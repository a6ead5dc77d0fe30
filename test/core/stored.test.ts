import { describe, expect, it } from "vitest";
import { decide, decideOn, type State } from "../../src/core/decide.ts";
import { live } from "../bench/deciding/life.ts";

describe("what was stored", () => {
  it("is never touched by deciding, nor is the event", () => {
    const states = new Map<string, { state: unknown; schema: number }>();
    let changed = 0;
    for (const { aggregate, id, at, event } of live(6)) {
      const stored = states.get(aggregate) ?? null;
      const decision = decide(aggregate, deepFrozen(stored), deepFrozen({ id, at, event }));
      if (JSON.stringify(decision.state) !== JSON.stringify(stored?.state)) changed += 1;
      if (decision.state !== null) states.set(aggregate, { state: decision.state, schema: decision.schema });
    }
    expect(changed).toBeGreaterThan(100);
  });

  it("is decided alike whether it is read again or was kept since it was decided", () => {
    const kept = new Map<string, State>();
    const stored = new Map<string, { state: unknown; schema: number }>();
    for (const { aggregate, id, at, event } of live(6)) {
      const read = decide(aggregate, stored.get(aggregate) ?? null, { id, at, event });
      const decision = decideOn(aggregate, deepFrozen(kept.get(aggregate) ?? null), { id, at, event });
      expect(decision).toEqual(read);
      kept.set(aggregate, decision.state);
      if (read.state === null) stored.delete(aggregate);
      else stored.set(aggregate, { state: JSON.parse(JSON.stringify(read.state)), schema: read.schema });
    }
    expect(kept.size).toBeGreaterThan(1);
  });
});

/** Writing to it throws from now on. */
function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
